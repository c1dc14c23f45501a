"""Tables of the API: credentials, sessions, limits, web-hooks, the orders of its lists."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.server.roles import ADMISSION, APP, IDENTITY

revision = "0002"
down_revision = "0001"

_SQL = Path(__file__).parents[1] / "sql" / "v0002"

_APP_PRIVILEGES = {
    "webhooks": "SELECT, INSERT, UPDATE (url, event_types, last_event_no, disabled_at)",
    "webhook_deliveries": "SELECT, INSERT, UPDATE (state, attempts, next_attempt_at, last_status, "
    "last_error, ended_at)",
}
_WITHOUT_CLIENT = ("operator_keys", "sessions", "login_attempts", "request_limits")
_IDENTITY_PRIVILEGES = {
    "clients": "SELECT, UPDATE (state)",
    "users": "SELECT",
    "api_keys": "SELECT, UPDATE (last_used_at)",
    "operators": "SELECT, INSERT, UPDATE (password_hash, disabled_at)",
    "operator_keys": "SELECT, INSERT, UPDATE (expires_at, last_used_at, revoked_at)",
    "sessions": "SELECT, INSERT, UPDATE (revoked_at), DELETE",
    "login_attempts": "SELECT, INSERT, UPDATE, DELETE",
    "request_limits": "SELECT, INSERT, UPDATE, DELETE",
}
# Enough to see which client has web-hooks to serve; the rest is read in that client's name.
_ADMISSION_PRIVILEGES = {
    "webhooks": "SELECT (client_id, last_event_no, disabled_at)",
    "webhook_deliveries": "SELECT (client_id, state, next_attempt_at)",
}


def upgrade() -> None:
    """Guarantees the tables and indexes, closed to all but the roles that need them."""
    for file in sorted(_SQL.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            file.read_text("utf-8"), execution_options={"no_parameters": True}
        )
    op.execute(f"GRANT UPDATE (cancel_requested_at) ON scans TO {APP}")
    for table in (*_APP_PRIVILEGES, *_WITHOUT_CLIENT):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table, privileges in _APP_PRIVILEGES.items():
        op.execute(f"GRANT {privileges} ON {table} TO {APP}")
        op.execute(
            f"CREATE POLICY own_rows ON {table} TO {APP} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
        )
    _open_to_all_clients(IDENTITY, _IDENTITY_PRIVILEGES)
    _open_to_all_clients(ADMISSION, _ADMISSION_PRIVILEGES)


def _open_to_all_clients(role: str, privileges_by_table: dict[str, str]) -> None:
    for table, privileges in privileges_by_table.items():
        op.execute(f"GRANT {privileges} ON {table} TO {role}")
        op.execute(
            f"CREATE POLICY all_clients_of_{role} ON {table} TO {role} "
            "USING (true) WITH CHECK (true)"
        )


def downgrade() -> None:
    """Guarantees the schema of 0001: credentials of operators and web-hooks are lost."""
    for table in _IDENTITY_PRIVILEGES.keys() - set(_WITHOUT_CLIENT):
        op.execute(f"DROP POLICY all_clients_of_{IDENTITY} ON {table}")
        op.execute(f"REVOKE ALL ON {table} FROM {IDENTITY}")
    op.execute("DROP TABLE webhook_deliveries, webhooks, " + ", ".join(_WITHOUT_CLIENT))
    for index in (
        "cases_newest",
        "cases_newest_of_state",
        "cases_probable",
        "api_keys_by_id",
    ):
        op.execute(f"DROP INDEX {index}")
    op.execute("ALTER TABLE api_keys DROP COLUMN name")
    op.execute("ALTER TABLE scans DROP COLUMN cancel_requested_at")
