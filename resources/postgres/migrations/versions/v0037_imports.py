"""The thirty-seventh revision: files of listings that clients import, and vendors' prices."""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients
from resources.postgres.server.roles import ADMISSION, APP

revision = "0037"
down_revision = "0036"

# A scan reads the import that was the newest of its name when the scan was asked for, so no row
# changes: the application adds, only housekeeping deletes.
_IMPORTS = """
    CREATE TABLE listing_imports (
        client_id text NOT NULL REFERENCES clients,
        import_id uuid NOT NULL DEFAULT gen_random_uuid(),
        name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
        file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200),
        sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        reading integer NOT NULL CHECK (reading > 0),
        row_count integer NOT NULL,
        stored integer NOT NULL CHECK (stored > 0),
        skipped integer NOT NULL CHECK (skipped >= 0),
        failed integer NOT NULL CHECK (failed >= 0),
        page_count integer NOT NULL CHECK (page_count > 0),
        unread_columns jsonb NOT NULL CHECK (jsonb_typeof(unread_columns) = 'array'),
        imported_by text NOT NULL CHECK (imported_by <> ''),
        imported_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (client_id, import_id),
        CONSTRAINT listing_imports_add_up CHECK (row_count = stored + skipped + failed)
    )
"""
# Of the installation's account, so of no client: any run writes what it was told, once a day.
_PRICES = """
    CREATE TABLE provider_prices (
        vendor text NOT NULL CHECK (vendor <> ''),
        provider text NOT NULL CHECK (provider <> ''),
        tld text NOT NULL CHECK (tld <> ''),
        credits integer NOT NULL CHECK (credits >= 0),
        told_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (vendor, provider, tld)
    )
"""
_KINDS = "ALTER TABLE background_jobs DROP CONSTRAINT background_jobs_kind_check"
_KINDS_ARE = "ALTER TABLE background_jobs ADD CONSTRAINT background_jobs_kind_check CHECK"


def upgrade() -> None:
    """Guarantees both tables, closed to all but those who need them, and a kind of job."""
    op.execute(_IMPORTS)
    op.execute(
        "CREATE INDEX listing_imports_newest ON listing_imports (client_id, name, imported_at)"
    )
    keep_to_clients("listing_imports", "SELECT, INSERT")
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ('export', 'import', 'preview'))")
    op.execute(_PRICES)
    op.execute("ALTER TABLE provider_prices ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE provider_prices FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY all_prices ON provider_prices TO {APP} USING (true) WITH CHECK (true)"
    )
    op.execute(
        f"GRANT SELECT, INSERT, DELETE, UPDATE (credits, told_at) ON provider_prices TO {APP}"
    )
    op.execute(f"GRANT SELECT ON provider_prices TO {ADMISSION}")
    op.execute(f"CREATE POLICY all_prices_read ON provider_prices TO {ADMISSION} USING (true)")


def downgrade() -> None:
    """Guarantees the schema of the revision before; imports are lost, their objects stay."""
    op.execute("ALTER TABLE background_jobs NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM background_jobs WHERE kind = 'import'")
    op.execute("ALTER TABLE background_jobs FORCE ROW LEVEL SECURITY")
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ('export', 'preview'))")
    op.execute("DROP TABLE listing_imports, provider_prices")
