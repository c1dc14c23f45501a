"""The thirteenth revision: a picture's hashes stand in its own row.

Sixteen rows a picture, each with a key and a check of its picture, cost a scan more than making the
hashes.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.migrations.versions.v0012_keeping import open_to_housekeeping
from resources.postgres.server.roles import APP

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Guarantees the column with every hash of the table, which goes."""
    op.execute(
        r"""
        ALTER TABLE images ADD hashes jsonb NOT NULL DEFAULT '{}' CONSTRAINT images_hashes_in_hex
            CHECK (hashes::text ~ '^\{("[a-z0-9_]+/[0-9]+/[a-z_]+": "[0-9a-f]+"(, )?)*\}$')
        """
    )
    _let_owner_read("images", "image_hashes")
    op.execute(
        """
        UPDATE images SET hashes = found.hashes FROM (
            SELECT client_id, sha256, jsonb_object_agg(
                algorithm || '/' || algorithm_version || '/' || view, hash_hex) AS hashes
            FROM image_hashes GROUP BY client_id, sha256) found
        WHERE (images.client_id, images.sha256) = (found.client_id, found.sha256)
        """
    )
    op.execute("DROP TABLE image_hashes")
    op.execute("ALTER TABLE images FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT UPDATE (hashes) ON images TO {APP}")


def downgrade() -> None:
    """Guarantees the schema of the revision before, with every hash."""
    op.execute(
        """
        CREATE TABLE image_hashes (
            client_id text NOT NULL,
            sha256 text NOT NULL,
            algorithm text NOT NULL,
            algorithm_version integer NOT NULL,
            view text NOT NULL,
            hash_hex text NOT NULL CHECK (hash_hex ~ '^[0-9a-f]+$'),
            PRIMARY KEY (client_id, sha256, algorithm, algorithm_version, view),
            FOREIGN KEY (client_id, sha256) REFERENCES images
        )
        """
    )
    _let_owner_read("images")
    op.execute(
        """
        INSERT INTO image_hashes
        SELECT client_id, sha256, split_part(name, '/', 1), split_part(name, '/', 2)::integer,
            split_part(name, '/', 3), hash_hex
        FROM images, jsonb_each_text(hashes) AS one (name, hash_hex)
        """
    )
    op.execute(f"REVOKE UPDATE (hashes) ON images FROM {APP}")
    op.execute("ALTER TABLE images DROP hashes")
    op.execute("ALTER TABLE images FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE image_hashes ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE image_hashes FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (hash_hex) ON image_hashes TO {APP}")
    op.execute(
        f"CREATE POLICY own_rows ON image_hashes TO {APP} USING ({OWN_ROWS}) "
        f"WITH CHECK ({OWN_ROWS})"
    )
    open_to_housekeeping("image_hashes")


def _let_owner_read(*tables: str) -> None:
    for table in tables:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
