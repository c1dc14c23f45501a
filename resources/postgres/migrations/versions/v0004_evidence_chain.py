"""The chain over each client's evidence."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.server.roles import APP

revision = "0004"
down_revision = "0003"

_SQL = Path(__file__).parents[1] / "sql" / "v0004"
_PRIVILEGES = {
    "evidence_chains": "SELECT, INSERT, UPDATE (chain_no, sha256, sealed_no)",
    "evidence_links": "SELECT, INSERT",
}


def upgrade() -> None:
    """Guarantees the tables, closed to all but the application."""
    for file in sorted(_SQL.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            file.read_text("utf-8"), execution_options={"no_parameters": True}
        )
    for table, privileges in _PRIVILEGES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {privileges} ON {table} TO {APP}")
        op.execute(
            f"CREATE POLICY own_rows ON {table} TO {APP} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
        )


def downgrade() -> None:
    """Guarantees the schema of the revision before; the chain and the facts of pages are lost."""
    op.execute("DROP TABLE evidence_links, evidence_chains")
    op.execute("ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM evidence WHERE kind IN ('page_facts', 'manifest')")
    op.execute("ALTER TABLE evidence DROP CONSTRAINT evidence_kind_check")
    op.execute("UPDATE evidence SET kind = 'page_facts' WHERE kind = 'provider_page'")
    op.execute(
        "ALTER TABLE evidence ADD CONSTRAINT evidence_kind_check CHECK "
        "(kind IN ('listing_payload', 'photo', 'reference_photo', 'page_facts'))"
    )
    op.execute("ALTER TABLE evidence DROP COLUMN media_type")
    op.execute("ALTER TABLE evidence FORCE ROW LEVEL SECURITY")
