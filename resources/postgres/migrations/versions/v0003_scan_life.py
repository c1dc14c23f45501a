"""The third revision: limits, turns, signs of life and schedules of scans."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.server.roles import ADMISSION, APP

revision = "0003"
down_revision = "0002"

_SQL = Path(__file__).parents[1] / "sql" / "v0003"

# Limits are the operators' to set, through the admission role; a client may only read its own.
_OF_CLIENTS = {
    "client_limits": ("SELECT", "SELECT, INSERT, UPDATE"),
    "admission_turns": ("SELECT", "SELECT, INSERT, UPDATE"),
    "client_turns": ("SELECT, INSERT, UPDATE (next_at)", "SELECT"),
    "client_schedules": ("SELECT", "SELECT, INSERT, UPDATE"),
}
_OF_ALL = {
    "provider_limits": ("SELECT", "SELECT, INSERT, UPDATE"),
    "instance_limits": ("SELECT", "SELECT, UPDATE"),
    "provider_turns": ("SELECT, INSERT, UPDATE (next_at)", "SELECT"),
}
_COLUMNS = (
    f"GRANT UPDATE (admitted_at, queued_at, wait_reason, credits_reserved, heartbeat_at) "
    f"ON runs TO {APP}",
    f"GRANT UPDATE (wait_reason, credits_reserved) ON runs TO {ADMISSION}",
    f"GRANT UPDATE (deadline_at) ON scans TO {APP}",
    f"GRANT SELECT ON config_versions, provider_usage TO {ADMISSION}",
)
_READ_BY_ADMISSION = ("config_versions", "provider_usage")


def upgrade() -> None:
    """Guarantees the tables, closed to all but the roles that need them."""
    for file in sorted(_SQL.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            file.read_text("utf-8"), execution_options={"no_parameters": True}
        )
    for table, (app, admission) in (_OF_CLIENTS | _OF_ALL).items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {app} ON {table} TO {APP}")
        op.execute(f"GRANT {admission} ON {table} TO {ADMISSION}")
        own = OWN_ROWS if table in _OF_CLIENTS else "true"
        op.execute(f"CREATE POLICY own_rows ON {table} TO {APP} USING ({own}) WITH CHECK ({own})")
        _open_to_admission(table)
    for table in _READ_BY_ADMISSION:
        _open_to_admission(table)
    for grant in _COLUMNS:
        op.execute(grant)


def _open_to_admission(table: str) -> None:
    op.execute(
        f"CREATE POLICY all_clients ON {table} TO {ADMISSION} USING (true) WITH CHECK (true)"
    )


def downgrade() -> None:
    """Guarantees the schema of the revision before; limits and schedules are lost."""
    op.execute(f"DROP TABLE {', '.join((*_OF_CLIENTS, *_OF_ALL))}")
    for table in _READ_BY_ADMISSION:
        op.execute(f"DROP POLICY all_clients ON {table}")
        op.execute(f"REVOKE ALL ON {table} FROM {ADMISSION}")
    op.execute("DROP INDEX provider_usage_by_day, runs_unended, scans_unended")
    op.execute("ALTER TABLE scans DROP deadline_at")
    op.execute("ALTER TABLE runs DROP wait_reason, DROP credits_reserved, DROP heartbeat_at")
