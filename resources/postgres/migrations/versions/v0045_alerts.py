"""The forty-fifth revision: what people and operators are told by mail, and chats as web-hooks."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients
from resources.postgres.migrations.versions.v0012_keeping import open_to_housekeeping
from resources.postgres.server.roles import ADMISSION, HOUSEKEEPING, IDENTITY

revision = "0045"
down_revision = "0044"

_SQL = Path(__file__).parents[1] / "sql" / "v0045"
_APP_PRIVILEGES = {
    "alert_preferences": "SELECT, INSERT, UPDATE (digest, digest_hour, priority_cases, "
    "failed_scans, providers_down, zone, quiet_from_hour, quiet_until_hour, changed_at, "
    "told_event_no, digest_event_no, digested_at, next_digest_at, refused_at, refused_reason)",
    "alert_mails": "SELECT, INSERT, "
    "UPDATE (until_event_no, attempts, next_attempt_at, outcome, reason, ended_at)",
}
# Enough to see whom mails are to be made for; the rest is read in that client's name.
_ADMISSION_PRIVILEGES = {
    "alert_preferences": "SELECT (client_id, principal, priority_cases, failed_scans, "
    "providers_down, told_event_no, next_digest_at, refused_at)",
    "alert_mails": "SELECT (client_id, principal, kind, period, next_attempt_at, outcome)",
}
_IDENTITY_PRIVILEGES = {
    "operator_alerts": "SELECT, INSERT, UPDATE (closed_at)",
    "operator_alert_occurrences": "SELECT, INSERT",
    "operator_alert_deliveries": "SELECT, INSERT, "
    "UPDATE (attempts, next_attempt_at, outcome, reason, ended_at)",
    "operator_alert_cursors": "SELECT, INSERT, UPDATE (event_no)",
}
# Deleted in this order: what refers to an alert before the alert.
SPENT = {
    "operator_alert_occurrences": "noted_at < now() - interval '30 days'",
    "operator_alert_deliveries": "ended_at < now() - interval '30 days'",
    "operator_alerts": "closed_at < now() - interval '60 days'",
}
_OF_CLIENTS = ("operator_alert_occurrences", "operator_alert_cursors")
_NO_CLIENT = "nullif(current_setting('app.client_id', true), '') IS NULL"


def upgrade() -> None:
    """Guarantees the tables, closed to all but the roles that need them; nobody is told yet.

    Operators are: of what happens from now on.
    """
    for file in sorted(_SQL.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            file.read_text("utf-8"), execution_options={"no_parameters": True}
        )
    for table, privileges in _APP_PRIVILEGES.items():
        keep_to_clients(table, privileges)
    for table in _IDENTITY_PRIVILEGES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table in _OF_CLIENTS:
        open_to_housekeeping(table)
    _open_to_all_clients(ADMISSION, _ADMISSION_PRIVILEGES)
    _open_to_all_clients(IDENTITY, _IDENTITY_PRIVILEGES)
    for table, spent in SPENT.items():
        op.execute(f"GRANT SELECT, DELETE ON {table} TO {HOUSEKEEPING}")
        op.execute(
            f"CREATE POLICY spent ON {table} TO {HOUSEKEEPING} USING ({_NO_CLIENT} AND {spent})"
            " WITH CHECK (false)"
        )
    op.execute(f"GRANT UPDATE (wants_alerts) ON operators TO {IDENTITY}")
    # Providers' health is asked for where it is told of.
    op.execute(f"GRANT SELECT ON provider_health TO {IDENTITY}")
    op.execute(
        f"CREATE POLICY all_providers_of_identity ON provider_health TO {IDENTITY} USING (true)"
    )


def _open_to_all_clients(role: str, privileges_by_table: dict[str, str]) -> None:
    for table, privileges in privileges_by_table.items():
        op.execute(f"GRANT {privileges} ON {table} TO {role}")
        op.execute(
            f"CREATE POLICY all_clients_of_{role} ON {table} TO {role} "
            "USING (true) WITH CHECK (true)"
        )


def downgrade() -> None:
    """Guarantees the schema of the revision before; what people wanted to be told is lost.

    Web-hooks to chats are put out of use: nothing could write their messages.
    """
    op.execute("DROP POLICY all_providers_of_identity ON provider_health")
    op.execute(f"REVOKE SELECT ON provider_health FROM {IDENTITY}")  # noqa: S608 - a role
    op.execute(f"DROP TABLE {', '.join(reversed(_IDENTITY_PRIVILEGES))}, alert_mails")
    op.execute("DROP TABLE alert_preferences")
    op.execute("ALTER TABLE operators DROP wants_alerts, DROP unsubscribe_key")
    op.execute("ALTER TABLE webhooks NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE webhooks SET disabled_at = now() WHERE kind <> 'standard'")
    op.execute("ALTER TABLE webhooks FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE webhooks DROP kind")
