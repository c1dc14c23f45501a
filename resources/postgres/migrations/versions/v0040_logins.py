"""Log-ins by address alone, mailed links, second factors, and sessions that people can end."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.migrations.versions.v0012_keeping import open_to_housekeeping
from resources.postgres.server.roles import HOUSEKEEPING, IDENTITY

revision = "0040"
down_revision = "0039"

_SQL = Path(__file__).parents[1] / "sql" / "v0040"
_IDENTITY_PRIVILEGES = {
    "begun_logins": "SELECT, INSERT, DELETE",
    "mails": "SELECT, INSERT, UPDATE (attempts, next_attempt_at, outcome, reason, ended_at)",
    "second_factors": "SELECT, INSERT, UPDATE (confirmed_at, last_step), DELETE",
    "recovery_codes": "SELECT, INSERT, UPDATE (used_at), DELETE",
}
_OWN_ADDRESSES = "(SELECT email FROM users)"  # the policies show one client's
# Failures at an address without a client, and mails to one, are found by the client's people.
_OWN_ATTEMPTS = (
    "starts_with(subject, 'login:' || current_setting('app.client_id') || '/') OR ("
    "starts_with(subject, 'login:*/') AND"
    f" split_part(substr(subject, 9), ' from ', 1) IN {_OWN_ADDRESSES})"
)
_FORMER_ATTEMPTS = "starts_with(subject, 'login:' || current_setting('app.client_id') || '/')"
_OWN_MAILS = f"{OWN_ROWS} OR (client_id IS NULL AND address IN {_OWN_ADDRESSES})"
# What housekeeping finds spent, whoever it belonged to; erasing a client must not see it.
_NO_CLIENT = "nullif(current_setting('app.client_id', true), '') IS NULL"
_SPENT = {
    "begun_logins": "expires_at < now() - interval '1 day'",
    "mails": "ended_at < now() - interval '1 day'",
}


def upgrade() -> None:
    """Guarantees the tables, closed to all but the roles that need them."""
    for file in sorted(_SQL.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            file.read_text("utf-8"), execution_options={"no_parameters": True}
        )
    for table, privileges in _IDENTITY_PRIVILEGES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"GRANT {privileges} ON {table} TO {IDENTITY}")
        op.execute(
            f"CREATE POLICY all_clients_of_{IDENTITY} ON {table} TO {IDENTITY} "
            "USING (true) WITH CHECK (true)"
        )
        open_to_housekeeping(table, _OWN_MAILS if table == "mails" else OWN_ROWS)
    for table, spent in _SPENT.items():
        op.execute(
            f"CREATE POLICY spent ON {table} TO {HOUSEKEEPING} USING ({_NO_CLIENT} AND {spent})"
            " WITH CHECK (false)"
        )
    op.execute(f"GRANT UPDATE (last_used_at) ON sessions TO {IDENTITY}")
    op.execute(f"GRANT UPDATE (requires_second_factor) ON clients TO {IDENTITY}")
    _find_attempts_by(_OWN_ATTEMPTS)


def downgrade() -> None:
    """Guarantees the schema of the revision before; second factors and waiting mails are lost.

    So is a link that was mailed to an address of several accounts.
    """
    _find_attempts_by(_FORMER_ATTEMPTS)
    op.execute("DROP INDEX users_of_address, users_by_id")
    op.execute(f"REVOKE UPDATE (requires_second_factor) ON clients FROM {IDENTITY}")
    op.execute("ALTER TABLE clients DROP requires_second_factor")
    op.execute(f"DROP TABLE {', '.join(reversed(_IDENTITY_PRIVILEGES))}")
    op.execute("ALTER TABLE password_resets NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "DELETE FROM password_resets AS one USING password_resets AS other"
        " WHERE one.token_hash = other.token_hash AND one.user_id <> other.user_id"
    )
    op.execute("ALTER TABLE password_resets FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE password_resets DROP CONSTRAINT password_resets_pkey")
    op.execute("ALTER TABLE password_resets ADD PRIMARY KEY (token_hash)")
    op.execute(
        "ALTER TABLE sessions DROP session_id, DROP last_used_at, DROP network, DROP user_agent"
    )


def _find_attempts_by(own: str) -> None:
    op.execute(f"DROP POLICY one_client_of_{HOUSEKEEPING} ON login_attempts")
    open_to_housekeeping("login_attempts", own)
