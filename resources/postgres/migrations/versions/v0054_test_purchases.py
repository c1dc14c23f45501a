"""The fifty-fourth revision: test purchases at cases, and their photos as evidence."""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients

revision = "0054"
down_revision = "0053"

_TABLES = {
    "test_purchases": """
        CREATE TABLE test_purchases (
            client_id text NOT NULL,
            purchase_id uuid NOT NULL DEFAULT gen_random_uuid(),
            case_id uuid NOT NULL,
            order_number text NOT NULL CHECK (length(order_number) BETWEEN 1 AND 100),
            ordered_on date NOT NULL,
            amount numeric(12, 2) NOT NULL CHECK (amount > 0),
            currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
            note text NOT NULL CHECK (length(note) <= 2000),
            recorded_by text NOT NULL CHECK (recorded_by <> ''),
            recorded_at timestamptz NOT NULL DEFAULT now(),
            version integer NOT NULL DEFAULT 1 CHECK (version > 0),
            outcome text CHECK (outcome IN
                ('counterfeit', 'genuine', 'not_as_described', 'not_delivered')),
            finding text CHECK (length(finding) <= 2000),
            concluded_by text CHECK (concluded_by <> ''),
            concluded_at timestamptz,
            PRIMARY KEY (client_id, purchase_id),
            UNIQUE (client_id, case_id, order_number),
            FOREIGN KEY (client_id, case_id) REFERENCES cases,
            CHECK (num_nulls(outcome, finding, concluded_by, concluded_at) IN (0, 4))
        )
    """,
    "test_purchase_photos": """
        CREATE TABLE test_purchase_photos (
            client_id text NOT NULL,
            purchase_id uuid NOT NULL,
            sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
            photo_no integer NOT NULL CHECK (photo_no > 0),
            media_type text NOT NULL,
            width_px integer NOT NULL CHECK (width_px > 0),
            height_px integer NOT NULL CHECK (height_px > 0),
            size_bytes bigint NOT NULL CHECK (size_bytes > 0),
            added_by text NOT NULL CHECK (added_by <> ''),
            added_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (client_id, purchase_id, sha256),
            UNIQUE (client_id, purchase_id, photo_no),
            FOREIGN KEY (client_id, purchase_id) REFERENCES test_purchases
        )
    """,
}
_PRIVILEGES = {
    "test_purchases": (
        "SELECT, INSERT, UPDATE (version, outcome, finding, concluded_by, concluded_at)"
    ),
    "test_purchase_photos": "SELECT, INSERT",
}
_KINDS = "ALTER TABLE evidence DROP CONSTRAINT evidence_kind_check"
_KINDS_ARE = "ALTER TABLE evidence ADD CONSTRAINT evidence_kind_check CHECK"
_KINDS_BEFORE = (
    "'listing_payload', 'photo', 'reference_photo', 'page_facts', 'provider_page', 'manifest', "
    "'listing_page', 'screenshot', 'screenshot_facts', 'no_screenshot'"
)
_NEW_KINDS = "'test_purchase', 'purchase_photo'"


def upgrade() -> None:
    """Guarantees the tables, empty, and two kinds of evidence."""
    for table, made in _TABLES.items():
        op.execute(made)
        keep_to_clients(table, _PRIVILEGES[table])
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ({_KINDS_BEFORE}, {_NEW_KINDS}))")


def downgrade() -> None:
    """Guarantees the schema of the revision before; purchases that are not frozen are lost.

    Frozen ones stay evidence, as manifests of the chain list them; they count as pages there.
    """
    op.execute("ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY")  # it would show no rows
    op.execute("UPDATE evidence SET kind = 'provider_page' WHERE kind LIKE '%purchase%'")
    op.execute("ALTER TABLE evidence FORCE ROW LEVEL SECURITY")
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ({_KINDS_BEFORE}))")
    op.execute("DROP TABLE test_purchase_photos, test_purchases")
