"""The forty-third revision: sellers of cases, what links them, and the actors behind them.

Runs write all three tables at their end, under the lock of the client's actors; people's words
change the actor and the pin of sellers. Links say what is so now: the next run writes them anew.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients

revision = "0043"
down_revision = "0042"

_TABLES = {
    "seller_traces": """
        CREATE TABLE seller_traces (
            client_id text NOT NULL,
            case_id uuid NOT NULL,
            provider text NOT NULL,
            seller_key text NOT NULL CHECK (seller_key <> ''),
            seller_name text NOT NULL,
            contacts text[],
            ships_from text CHECK (ships_from <> ''),
            price numeric(14, 2),
            currency text,
            traced_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (client_id, case_id),
            FOREIGN KEY (client_id, case_id) REFERENCES cases
        ) WITH (fillfactor = 90)
    """,
    "sellers": """
        CREATE TABLE sellers (
            client_id text NOT NULL,
            provider text NOT NULL,
            seller_key text NOT NULL CHECK (seller_key <> ''),
            arrival_no bigint NOT NULL CHECK (arrival_no > 0),
            seller_name text NOT NULL,
            own_actor_id uuid NOT NULL,
            actor_id uuid NOT NULL,
            pinned_to uuid,
            pinned_by text,
            pinned_at timestamptz,
            PRIMARY KEY (client_id, provider, seller_key),
            UNIQUE (client_id, arrival_no),
            UNIQUE (client_id, own_actor_id),
            FOREIGN KEY (client_id) REFERENCES clients,
            CHECK (num_nulls(pinned_to, pinned_by, pinned_at) IN (0, 3))
        ) WITH (fillfactor = 80)
    """,
    "seller_links": """
        CREATE TABLE seller_links (
            client_id text NOT NULL,
            provider text NOT NULL,
            seller_key text NOT NULL,
            other_provider text NOT NULL,
            other_seller_key text NOT NULL,
            weight double precision NOT NULL,
            evidence jsonb NOT NULL CHECK (jsonb_typeof(evidence) = 'array'),
            PRIMARY KEY (client_id, provider, seller_key, other_provider, other_seller_key),
            FOREIGN KEY (client_id, provider, seller_key) REFERENCES sellers,
            FOREIGN KEY (client_id, other_provider, other_seller_key) REFERENCES sellers,
            CHECK ((provider, seller_key) <> (other_provider, other_seller_key))
        )
    """,
}
_PRIVILEGES = {
    "seller_traces": "SELECT, INSERT, UPDATE (contacts, ships_from)",
    "sellers": "SELECT, INSERT, UPDATE (seller_name, actor_id, pinned_to, pinned_by, pinned_at)",
    "seller_links": "SELECT, INSERT, UPDATE (weight, evidence), DELETE",
}
_INDEXES = {
    "seller_traces_of_seller": "seller_traces (client_id, provider, seller_key)",
    "sellers_of_actor": "sellers (client_id, actor_id)",
    "seller_links_of_other": "seller_links (client_id, other_provider, other_seller_key)",
}


def upgrade() -> None:
    """Guarantees the tables, empty: the next scan of a client reads the sellers of its cases."""
    for table, made in _TABLES.items():
        op.execute(made)
        keep_to_clients(table, _PRIVILEGES[table])
    for name, place in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {place}")


def downgrade() -> None:
    """Guarantees the schema of the revision before; people's words on actors are lost."""
    op.execute("DROP TABLE seller_links, sellers, seller_traces")
