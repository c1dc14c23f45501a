"""Views of the queue that people keep under names of their own."""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.server.roles import APP

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Guarantees the table, closed to all but the application."""
    op.execute(
        """
        CREATE TABLE saved_views (
            client_id text NOT NULL REFERENCES clients,
            actor text NOT NULL CHECK (actor <> ''),
            name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 60),
            address text NOT NULL CHECK (char_length(address) <= 4000),
            PRIMARY KEY (client_id, actor, name)
        )
        """
    )
    op.execute("ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE saved_views FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY own_rows ON saved_views TO {APP} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE (name, address), DELETE ON saved_views TO {APP}")


def downgrade() -> None:
    """Guarantees the schema of the revision before; saved views are lost."""
    op.execute("DROP TABLE saved_views")
