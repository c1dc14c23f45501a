"""The schema's first revision: tables from `sql/v0001/`, row-level security, grants."""

from __future__ import annotations

from pathlib import Path

from alembic import op

from resources.postgres.server.roles import ADMISSION, APP

revision = "0001"
down_revision = None

_SQL = Path(__file__).parents[1] / "sql" / "v0001"

# Without DELETE, and for history without UPDATE, a role cannot rewrite what happened.
_APP_PRIVILEGES = {
    "clients": "SELECT, INSERT (client_id, display_name), UPDATE (display_name, last_event_no)",
    "users": "SELECT, INSERT, UPDATE (role, password_hash, disabled_at)",
    "api_keys": "SELECT, INSERT, UPDATE (expires_at, last_used_at, revoked_at)",
    "config_versions": "SELECT, INSERT",
    "images": "SELECT, INSERT",
    "image_hashes": "SELECT, INSERT, UPDATE (hash_hex)",
    "reference_images": "SELECT, INSERT, UPDATE (file_name, brand, removed_at)",
    "scans": "SELECT, INSERT, UPDATE (state, started_at, finished_at)",
    "runs": "SELECT, INSERT, UPDATE (state, attempt, epoch, dagster_run_id, "
    "former_dagster_run_ids, started_at, finished_at, counts, credits_charged, error)",
    "item_outcomes": "SELECT, INSERT, DELETE",  # a repeated step replaces its own
    "provider_usage": "SELECT, INSERT",
    "snapshots": "SELECT, INSERT",
    "events": "SELECT, INSERT",
    "listings": "SELECT, INSERT, UPDATE",
    "sightings": "SELECT, INSERT, UPDATE",
    "listing_images": "SELECT, INSERT, UPDATE",
    "scores": "SELECT, INSERT, UPDATE",
    "cases": "SELECT, INSERT, UPDATE (state, decision, version, probability, violation_type, "
    "scan_id, config_version, last_flagged_at)",
    "decisions": "SELECT, INSERT",
    "evidence": "SELECT, INSERT",
}
_ADMISSION_PRIVILEGES = {
    "clients": "SELECT, UPDATE (last_event_no)",
    "scans": "SELECT, UPDATE (state, started_at, finished_at)",
    "runs": "SELECT, UPDATE (state, admitted_at, finished_at, error)",
    "events": "INSERT",
}
_WITHOUT_CLIENT = ("operators",)

# The sub-select is evaluated once per statement instead of once per row. An unset or empty
# app.client_id is NULL, which equals no client.
OWN_ROWS = "client_id = (SELECT nullif(current_setting('app.client_id', true), ''))"


def upgrade() -> None:
    """Guarantees every table, closed to all but the roles that need it."""
    for file in sorted(_SQL.glob("*.sql")):
        # Without parameters psycopg sends the file as it is: several statements, literal `%`.
        op.get_bind().exec_driver_sql(
            file.read_text("utf-8"), execution_options={"no_parameters": True}
        )
    for table in (*_APP_PRIVILEGES, *_WITHOUT_CLIENT):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for table, privileges in _APP_PRIVILEGES.items():
        op.execute(f"GRANT {privileges} ON {table} TO {APP}")
        own_rows = f"USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
        op.execute(f"CREATE POLICY own_rows ON {table} TO {APP} {own_rows}")
    for table, privileges in _ADMISSION_PRIVILEGES.items():
        op.execute(f"GRANT {privileges} ON {table} TO {ADMISSION}")
        op.execute(
            f"CREATE POLICY all_clients ON {table} TO {ADMISSION} USING (true) WITH CHECK (true)"
        )


def downgrade() -> None:
    """Guarantees an empty database: every row of every client is lost."""
    tables = ", ".join((*_APP_PRIVILEGES, *_WITHOUT_CLIENT))
    op.execute(f"DROP TABLE {tables}")
