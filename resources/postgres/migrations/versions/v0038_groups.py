"""The thirty-eighth revision: groups of near-identical listings.

Runs write a case's row when they group it; people's words change `group_id`, the pin and
`is_exception`. Edges are history: an edge tells why a case was put where it was.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients

revision = "0038"
down_revision = "0037"

_TABLES = {
    "grouped_cases": """
        CREATE TABLE grouped_cases (
            client_id text NOT NULL,
            case_id uuid NOT NULL,
            arrival_no bigint NOT NULL CHECK (arrival_no > 0),
            group_id uuid NOT NULL,
            grouped_at timestamptz NOT NULL DEFAULT now(),
            pinned_to uuid,
            pinned_by text,
            pinned_at timestamptz,
            is_exception boolean NOT NULL DEFAULT false,
            words text[] NOT NULL,
            seller text CHECK (seller <> ''),
            seller_id text,
            photo_sha256 text CHECK (photo_sha256 ~ '^[0-9a-f]{64}$'),
            photo_plain text[] NOT NULL DEFAULT '{}',
            photo_mirrored text[] NOT NULL DEFAULT '{}',
            is_reference boolean NOT NULL DEFAULT false,
            PRIMARY KEY (client_id, case_id),
            UNIQUE (client_id, arrival_no),
            FOREIGN KEY (client_id, case_id) REFERENCES cases,
            CHECK (num_nulls(pinned_to, pinned_by, pinned_at) IN (0, 3))
        ) WITH (fillfactor = 90)
    """,
    "group_edges": """
        CREATE TABLE group_edges (
            client_id text NOT NULL,
            case_id uuid NOT NULL,
            earlier_case_id uuid NOT NULL,
            photo_bits integer CHECK (photo_bits BETWEEN 0 AND 256),
            title_share double precision CHECK (title_share BETWEEN 0 AND 1),
            is_same_seller boolean NOT NULL,
            is_same_provider boolean NOT NULL,
            PRIMARY KEY (client_id, case_id, earlier_case_id),
            FOREIGN KEY (client_id, case_id) REFERENCES grouped_cases,
            FOREIGN KEY (client_id, earlier_case_id) REFERENCES grouped_cases,
            CHECK (case_id <> earlier_case_id)
        )
    """,
}
_PRIVILEGES = {
    "grouped_cases": "SELECT, INSERT, "
    "UPDATE (group_id, pinned_to, pinned_by, pinned_at, is_exception)",
    "group_edges": "SELECT, INSERT",
}


def upgrade() -> None:
    """Guarantees both tables, empty: the next scan of a client groups all of its cases."""
    for table, made in _TABLES.items():
        op.execute(made)
        keep_to_clients(table, _PRIVILEGES[table])
    op.execute("CREATE INDEX grouped_cases_of_group ON grouped_cases (client_id, group_id)")
    op.execute("CREATE INDEX group_edges_of_earlier ON group_edges (client_id, earlier_case_id)")


def downgrade() -> None:
    """Guarantees the schema of the revision before; groups and people's words on them are lost."""
    op.execute("DROP TABLE group_edges, grouped_cases")
