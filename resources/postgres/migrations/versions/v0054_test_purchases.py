"""The fifty-fourth revision: test purchases with photos as evidence; alerts of what is not sent."""

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
_ALERTS = "ALTER TABLE operator_alerts DROP CONSTRAINT operator_alerts_kind_check"
_ALERTS_ARE = "ALTER TABLE operator_alerts ADD CONSTRAINT operator_alerts_kind_check CHECK"
_ALERTS_BEFORE = "'run_failed', 'check_failed', 'provider_down', 'task_down'"
_NEW_KINDS = "'test_purchase', 'purchase_photo'"


def upgrade() -> None:
    """Guarantees the tables, empty, two kinds of evidence and one of alerts to operators."""
    for table, made in _TABLES.items():
        op.execute(made)
        keep_to_clients(table, _PRIVILEGES[table])
    op.execute(_KINDS)
    op.execute(f"{_KINDS_ARE} (kind IN ({_KINDS_BEFORE}, {_NEW_KINDS}))")
    op.execute(_ALERTS)
    op.execute(f"{_ALERTS_ARE} (kind IN ({_ALERTS_BEFORE}, 'submissions_wait'))")


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
    _forget_alerts()
    op.execute(_ALERTS)
    op.execute(f"{_ALERTS_ARE} (kind IN ({_ALERTS_BEFORE}))")


def _forget_alerts() -> None:
    """Guarantees that no alert is of the new kind."""
    for table in ("occurrences", "deliveries"):
        op.execute(f"ALTER TABLE operator_alert_{table} NO FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE operator_alerts NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "DELETE FROM operator_alert_occurrences USING operator_alerts a"
        " WHERE a.alert_id = operator_alert_occurrences.alert_id AND a.kind = 'submissions_wait'"
    )
    op.execute(
        "DELETE FROM operator_alert_deliveries USING operator_alerts a"
        " WHERE a.alert_id = operator_alert_deliveries.alert_id AND a.kind = 'submissions_wait'"
    )
    op.execute("DELETE FROM operator_alerts WHERE kind = 'submissions_wait'")
    op.execute("ALTER TABLE operator_alerts FORCE ROW LEVEL SECURITY")
    for table in ("occurrences", "deliveries"):
        op.execute(f"ALTER TABLE operator_alert_{table} FORCE ROW LEVEL SECURITY")
