"""The thirty-fourth revision: weekly reports of clients and the tables they are made of."""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients

revision = "0034"
down_revision = "0033"

_TABLES = {
    "exported_tables": """
        CREATE TABLE exported_tables (
            client_id text NOT NULL REFERENCES clients,
            week date NOT NULL CHECK (extract(isodow FROM week) = 1),
            name text NOT NULL CHECK (name ~ '^[a-z_]{1,40}$'),
            object_key text NOT NULL,
            sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
            row_count bigint NOT NULL CHECK (row_count >= 0),
            size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
            as_of timestamptz NOT NULL,
            exported_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (client_id, week, name)
        )
    """,
    "client_reports": """
        CREATE TABLE client_reports (
            client_id text NOT NULL REFERENCES clients,
            week date NOT NULL CHECK (extract(isodow FROM week) = 1),
            as_of timestamptz NOT NULL,
            is_complete boolean NOT NULL,
            figures jsonb NOT NULL CHECK (jsonb_typeof(figures) = 'array'),
            table_key text NOT NULL,
            page_key text NOT NULL,
            made_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (client_id, week)
        )
    """,
}
# A report made again replaces the one before it; only housekeeping deletes.
_UPDATES = {
    "exported_tables": "object_key, sha256, row_count, size_bytes, as_of, exported_at",
    "client_reports": "as_of, is_complete, figures, table_key, page_key, made_at",
}


def upgrade() -> None:
    """Guarantees both tables, empty, closed to all but the application and housekeeping."""
    for table, made in _TABLES.items():
        op.execute(made)
        keep_to_clients(table, f"SELECT, INSERT, UPDATE ({_UPDATES[table]})")


def downgrade() -> None:
    """Guarantees the schema of the revision before; reports are lost, their objects stay."""
    op.execute("DROP TABLE client_reports, exported_tables")
