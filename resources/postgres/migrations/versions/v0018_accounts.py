"""Tables of people and keys: the audit trail, reset links, devices they log in from.

Nobody may change an entry of the trail; only erasing its client removes it.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.migrations.versions.v0012_keeping import open_to_housekeeping
from resources.postgres.server.roles import ADMISSION, APP, HOUSEKEEPING, IDENTITY

revision = "0018"
down_revision = "0017"

_SQL = Path(__file__).parents[1] / "sql" / "v0018"
_TABLES = ("audit_entries", "operator_audit_entries", "password_resets", "known_devices")
_IDENTITY_PRIVILEGES = {
    "audit_entries": "INSERT",
    "operator_audit_entries": "SELECT, INSERT",
    "password_resets": "SELECT, INSERT, UPDATE (used_at), DELETE",
    "known_devices": "SELECT, INSERT, UPDATE (last_used_at), DELETE",
}
# What housekeeping finds spent, whoever it belonged to; erasing a client must not see it.
_NO_CLIENT = "nullif(current_setting('app.client_id', true), '') IS NULL"
_SPENT = {
    "login_attempts": "failed_at < now() - interval '1 day'",
    "request_limits": "theoretical_arrival_at < now() - interval '1 day'",
    "sessions": "least(expires_at, revoked_at) < now() - interval '1 day'",
    "password_resets": "expires_at < now() - interval '1 day'",
    "known_devices": "last_used_at < now() - interval '180 days'",
}


def upgrade() -> None:
    """Guarantees the tables, closed to all but the roles that need them."""
    for file in sorted(_SQL.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            file.read_text("utf-8"), execution_options={"no_parameters": True}
        )
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT SELECT, INSERT ON audit_entries TO {APP}")
    op.execute(
        f"CREATE POLICY own_rows ON audit_entries TO {APP} "
        f"USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
    )
    op.execute(f"GRANT INSERT ON audit_entries TO {ADMISSION}")
    op.execute(
        f"CREATE POLICY written_by_operators ON audit_entries FOR INSERT TO {ADMISSION} "
        "WITH CHECK (true)"
    )
    for table, privileges in _IDENTITY_PRIVILEGES.items():
        op.execute(f"GRANT {privileges} ON {table} TO {IDENTITY}")
        op.execute(
            f"CREATE POLICY all_clients_of_{IDENTITY} ON {table} TO {IDENTITY} "
            "USING (true) WITH CHECK (true)"
        )
    op.execute(f"GRANT UPDATE (password_hash, disabled_at) ON users TO {IDENTITY}")
    for table in ("audit_entries", "password_resets", "known_devices"):
        open_to_housekeeping(table)
    for table, spent in _SPENT.items():
        op.execute(
            f"CREATE POLICY spent ON {table} TO {HOUSEKEEPING} USING ({_NO_CLIENT} AND {spent})"
            " WITH CHECK (false)"
        )


def downgrade() -> None:
    """Guarantees the schema of the revision before; trail, links and devices are lost."""
    for table in _SPENT.keys() - set(_TABLES):
        op.execute(f"DROP POLICY spent ON {table}")
    op.execute(f"REVOKE UPDATE (password_hash, disabled_at) ON users FROM {IDENTITY}")
    op.execute(f"DROP TABLE {', '.join(_TABLES)}")
