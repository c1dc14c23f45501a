"""The forty-eighth revision: cases are assigned, due, tagged and commented on by a team."""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients

revision = "0048"
down_revision = "0047"

_TABLES = {
    "case_work": """
        CREATE TABLE case_work (
            client_id text NOT NULL,
            case_id uuid NOT NULL,
            assignee text CHECK (assignee ~ '^user:[0-9a-f-]{36}$'),
            due_on date,
            tags text[] NOT NULL DEFAULT '{}' CHECK (cardinality(tags) <= 10),
            version integer NOT NULL CHECK (version > 0),
            changed_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (client_id, case_id),
            FOREIGN KEY (client_id, case_id) REFERENCES cases
        )
    """,
    "case_work_changes": """
        CREATE TABLE case_work_changes (
            client_id text NOT NULL,
            case_id uuid NOT NULL,
            change_no integer NOT NULL CHECK (change_no > 0),
            kind text NOT NULL CHECK (kind IN ('assigned', 'due', 'tagged', 'commented')),
            assignee text CHECK (assignee <> ''),
            due_on date,
            tags text[],
            comment text CHECK (length(comment) BETWEEN 1 AND 4000),
            changed_by text NOT NULL CHECK (changed_by <> ''),
            changed_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (client_id, case_id, change_no),
            FOREIGN KEY (client_id, case_id) REFERENCES cases,
            CHECK ((kind = 'commented') = (comment IS NOT NULL)),
            CHECK ((kind = 'tagged') = (tags IS NOT NULL))
        )
    """,
}
_PRIVILEGES = {
    "case_work": "SELECT, INSERT, UPDATE (assignee, due_on, tags, version, changed_at)",
    "case_work_changes": "SELECT, INSERT",
}
_INDEXES = {
    "case_work_of_assignee": "case_work (client_id, assignee) WHERE assignee IS NOT NULL",
    "case_work_due": "case_work (client_id, due_on) WHERE due_on IS NOT NULL",
    "case_work_tags": "case_work USING gin (tags)",
}


def upgrade() -> None:
    """Guarantees the tables, empty: no case is anybody's yet."""
    for table, made in _TABLES.items():
        op.execute(made)
        keep_to_clients(table, _PRIVILEGES[table])
    for name, indexed in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {indexed}")


def downgrade() -> None:
    """Guarantees the schema of the revision before; who was on what is lost."""
    op.execute("DROP TABLE case_work_changes, case_work")
