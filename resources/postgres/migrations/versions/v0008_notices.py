"""Notices, and what became of the listings they are about."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.server.roles import APP

revision = "0008"
down_revision = "0007"

_SQL = Path(__file__).parents[1] / "sql" / "v0008"
_PRIVILEGES = {
    "notices": "SELECT, INSERT, UPDATE (state, version, fields, holds, config_version, changed_at)",
    "notice_changes": "SELECT, INSERT",
    "case_presences": "SELECT, INSERT",
    "case_relations": "SELECT, INSERT",
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
    """Guarantees the schema of the revision before; notices and their history are lost."""
    op.execute("DROP TABLE notice_changes, notices, case_presences, case_relations")
    op.execute("DROP INDEX cases_infringing")
