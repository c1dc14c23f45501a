"""The twelfth revision: large tables by month, retention, erasure of clients.

A unique key of a partitioned table holds the column it is cut by, so keys no longer refuse a second
row by themselves: `run_store.lock_run` or the client's event counter, which each writer of these
tables holds, keep two from writing the same thing.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from alembic import op

from resources.postgres.migrations.versions.v0001_schema import OWN_ROWS
from resources.postgres.server.roles import ADMISSION, APP, HOUSEKEEPING

revision = "0012"
down_revision = "0011"

_SQL = Path(__file__).parents[1] / "sql" / "v0012"
MONTHS_AHEAD = 3

_OF_RUN = "FOREIGN KEY (client_id, scan_id, provider) REFERENCES runs"


class _Monthly(NamedTuple):  # Alembic loads this file in a way that dataclasses do not bear
    column: str  # what it is cut by
    key: str
    app: str  # privileges
    foreign_keys: tuple[str, ...] = ()
    indexes: tuple[tuple[str, str], ...] = ()
    admission: str = ""


_MONTHLY = {
    "events": _Monthly(
        "created_at",
        "client_id, event_no",
        "SELECT, INSERT",
        (
            "FOREIGN KEY (client_id) REFERENCES clients",
            "FOREIGN KEY (client_id, scan_id) REFERENCES scans",
        ),
        (("events_of_scan", "(client_id, scan_id, event_no)"),),
        "INSERT",
    ),
    "item_outcomes": _Monthly(
        "recorded_at",
        "client_id, scan_id, provider, asset, item_key, occurrence",
        "SELECT, INSERT, DELETE",
        (_OF_RUN,),
    ),
    "provider_usage": _Monthly(
        "charged_at",
        "client_id, request_id",
        "SELECT, INSERT",
        (_OF_RUN,),
        (
            ("provider_usage_of_scan", "(client_id, scan_id, provider)"),
            ("provider_usage_by_day", "(client_id, charged_at) INCLUDE (credits)"),
        ),
        "SELECT",
    ),
    "sightings": _Monthly(
        "seen_at", "client_id, scan_id, provider, listing_id", "SELECT, INSERT, UPDATE"
    ),
    "scores": _Monthly(
        "scored_at",
        "client_id, scan_id, provider, listing_id",
        "SELECT, INSERT, UPDATE",
        (
            _OF_RUN,
            "FOREIGN KEY (client_id, provider, listing_id) REFERENCES listings",
            "FOREIGN KEY (client_id, config_version) REFERENCES config_versions",
        ),
    ),
}
_TABLES_WITH_CLIENT = """
    SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND attname = 'client_id' AND relname <> 'erasures'
"""


def upgrade() -> None:
    """Guarantees the tables by month with all their rows, closed to all but who needs them."""
    for file in sorted(_SQL.glob("*.sql")):
        op.get_bind().exec_driver_sql(
            file.read_text("utf-8"), execution_options={"no_parameters": True}
        )
    _close_functions()
    op.execute(
        "ALTER TABLE webhook_deliveries DROP CONSTRAINT webhook_deliveries_client_id_event_no_fkey"
    )
    op.execute("ALTER TABLE item_outcomes ADD recorded_at timestamptz NOT NULL DEFAULT now()")
    for table, one in _MONTHLY.items():
        _rebuild(table, one, f"{one.key}, {one.column}", f"PARTITION BY RANGE ({one.column})")
    _keep_and_erase()


def _close_functions() -> None:
    for function in ("make_months(integer)", "drop_months(text, timestamptz, boolean)"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {HOUSEKEEPING}")
    for function in ("make_month(text, date)", "close_partition(text)"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")


def _rebuild(table: str, one: _Monthly, key: str, cut: str) -> None:
    """Guarantees the table under its name, cut or whole, with its rows, keys and policies."""
    former = f"{table}_former"
    op.execute(f"ALTER TABLE {table} RENAME TO {former}")
    op.execute(f"ALTER TABLE {former} NO FORCE ROW LEVEL SECURITY")  # the owner reads it below
    op.execute(f"ALTER TABLE {former} RENAME CONSTRAINT {table}_pkey TO {former}_pkey")
    for index, _ in one.indexes:
        op.execute(f"DROP INDEX {index}")
    op.execute(
        f"CREATE TABLE {table} (LIKE {former} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) {cut}"
    )
    op.execute(f"ALTER TABLE {table} ADD PRIMARY KEY ({key})")
    for index, columns in one.indexes:
        op.execute(f"CREATE INDEX {index} ON {table} {columns}")
    if cut:
        _make_partitions(table, one.column)
    # Before the rows: later they would be checked through policies that show the owner nothing.
    for foreign_key in one.foreign_keys:
        op.execute(f"ALTER TABLE {table} ADD {foreign_key}")
    op.execute(f"INSERT INTO {table} SELECT * FROM {former}")  # noqa: S608 - our own names
    op.execute(f"DROP TABLE {former}")
    _protect(table, one)


def _make_partitions(table: str, column: str) -> None:
    op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
    op.execute(f"SELECT close_partition('{table}_default')")
    since = f"date_trunc('month', coalesce(min({column}), now()), 'UTC')"
    oldest = f"SELECT {since} FROM {table}_former"  # noqa: S608 - our own names
    op.get_bind().exec_driver_sql(
        "SELECT make_month(%s, day::date) FROM generate_series(%s AT TIME ZONE 'UTC', "
        "now() AT TIME ZONE 'UTC' + %s * interval '1 month', interval '1 month') day",
        (table, op.get_bind().exec_driver_sql(oldest).scalar_one(), MONTHS_AHEAD),
    )


def _protect(table: str, one: _Monthly) -> None:
    _force_policies(table)
    op.execute(f"GRANT {one.app} ON {table} TO {APP}")
    op.execute(
        f"CREATE POLICY own_rows ON {table} TO {APP} USING ({OWN_ROWS}) WITH CHECK ({OWN_ROWS})"
    )
    if one.admission:
        op.execute(f"GRANT {one.admission} ON {table} TO {ADMISSION}")
        op.execute(
            f"CREATE POLICY all_clients ON {table} TO {ADMISSION} USING (true) WITH CHECK (true)"
        )


def _force_policies(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _keep_and_erase() -> None:
    for table in ("client_retention", "erasures"):
        _force_policies(table)
    op.execute(f"GRANT SELECT ON client_retention TO {APP}")
    op.execute(
        f"CREATE POLICY own_rows ON client_retention TO {APP} USING ({OWN_ROWS}) "
        f"WITH CHECK ({OWN_ROWS})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON client_retention TO {ADMISSION}")
    op.execute(
        f"CREATE POLICY all_clients ON client_retention TO {ADMISSION} USING (true) "
        "WITH CHECK (true)"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON erasures TO {HOUSEKEEPING}")
    op.execute(
        f"CREATE POLICY every_erasure ON erasures TO {HOUSEKEEPING} USING (true) WITH CHECK (true)"
    )
    for (table,) in op.get_bind().exec_driver_sql(_TABLES_WITH_CLIENT).fetchall():
        open_to_housekeeping(table)
    for table in ("login_attempts", "request_limits"):
        open_to_housekeeping(table, _OF_SUBJECT[table])


# What a subject says of its client: an account's address, or the id of a key or user.
_OF_SUBJECT = {
    "login_attempts": "starts_with(subject, 'login:' || current_setting('app.client_id') || '/')",
    "request_limits": "split_part(subject, ':', 2) IN ("
    "SELECT key_id FROM api_keys UNION ALL SELECT user_id::text FROM users)",
}


def open_to_housekeeping(table: str, own: str = OWN_ROWS) -> None:
    """Guarantees that housekeeping may delete one client's rows; for each table that has some."""
    op.execute(f"GRANT SELECT, DELETE ON {table} TO {HOUSEKEEPING}")
    op.execute(
        f"CREATE POLICY one_client_of_{HOUSEKEEPING} ON {table} TO {HOUSEKEEPING} "
        f"USING ({own}) WITH CHECK (false)"
    )


def downgrade() -> None:
    """Guarantees the schema of the revision before; settings of retention and receipts are lost."""
    op.execute("DROP TABLE client_retention, erasures")
    for (table,) in op.get_bind().exec_driver_sql(_TABLES_WITH_CLIENT).fetchall():
        _close_to_housekeeping(table)
    for table in _OF_SUBJECT:
        _close_to_housekeeping(table)
    for table, one in _MONTHLY.items():
        _rebuild(table, one, one.key, "")
    op.execute("ALTER TABLE item_outcomes DROP recorded_at")
    op.execute(
        "ALTER TABLE webhook_deliveries ADD FOREIGN KEY (client_id, event_no) REFERENCES events"
    )
    op.execute("DROP FUNCTION drop_months, make_months, make_month, close_partition")


def _close_to_housekeeping(table: str) -> None:
    op.execute(f"DROP POLICY one_client_of_{HOUSEKEEPING} ON {table}")
    op.execute(f"REVOKE ALL ON {table} FROM {HOUSEKEEPING}")
