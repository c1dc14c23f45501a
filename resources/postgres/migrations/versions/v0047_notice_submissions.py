"""The forty-seventh revision: notices that a channel's API takes, each with how it fared there."""

from __future__ import annotations

from alembic import op

from resources.postgres.migrations.client_tables import keep_to_clients
from resources.postgres.server.roles import ADMISSION

revision = "0047"
down_revision = "0046"

# `attempted_at` is written before a report leaves and taken back when it certainly did not arrive:
# whoever finds it asks the channel first. One process holds a row until next_try_at.
_TABLE = """
    CREATE TABLE notice_submissions (
        client_id text NOT NULL,
        submission_id uuid NOT NULL DEFAULT gen_random_uuid(),
        notice_id uuid NOT NULL,
        item_id text NOT NULL CHECK (item_id ~ '^[0-9]{9,15}$'),
        reason_code text NOT NULL CHECK (reason_code ~ '^[0-9]{1,10}$'),
        detailed_message text NOT NULL CHECK (length(detailed_message) <= 1000),
        brand text CHECK (length(brand) BETWEEN 1 AND 50),
        asked_by text NOT NULL CHECK (asked_by <> ''),
        asked_at timestamptz NOT NULL DEFAULT now(),
        state text NOT NULL DEFAULT 'waiting'
            CHECK (state IN ('waiting', 'unsure', 'sent', 'answered', 'refused', 'withdrawn')),
        tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
        next_try_at timestamptz NOT NULL DEFAULT now(),
        attempted_at timestamptz,
        found_before text CHECK (length(found_before) BETWEEN 1 AND 60),
        report_id text CHECK (length(report_id) BETWEEN 1 AND 100),
        item_status text CHECK (length(item_status) BETWEEN 1 AND 60),
        told text CHECK (length(told) BETWEEN 1 AND 500),
        sent_at timestamptz,
        ended_at timestamptz,
        PRIMARY KEY (client_id, submission_id),
        FOREIGN KEY (client_id, notice_id) REFERENCES notices,
        CHECK (num_nulls(attempted_at, found_before) IN (0, 2)),
        CHECK ((state IN ('answered', 'refused', 'withdrawn')) = (ended_at IS NOT NULL)),
        CHECK (state <> 'sent' OR sent_at IS NOT NULL),
        CHECK (report_id IS NULL OR sent_at IS NOT NULL)
    )
"""
_PRIVILEGES = (
    "SELECT, INSERT, UPDATE (state, tries, next_try_at, attempted_at, found_before, report_id, "
    "item_status, told, sent_at, ended_at)"
)


def upgrade() -> None:
    """Guarantees the table, empty; whoever finds work sees whose it is and when it is due."""
    op.execute(_TABLE)
    keep_to_clients("notice_submissions", _PRIVILEGES)
    op.execute(
        "CREATE UNIQUE INDEX notice_submissions_live ON notice_submissions (client_id, notice_id) "
        "WHERE ended_at IS NULL"
    )
    op.execute(
        "CREATE INDEX notice_submissions_due ON notice_submissions (next_try_at) "
        "WHERE state IN ('waiting', 'sent')"
    )
    op.execute(
        "CREATE INDEX notice_submissions_of_notice ON notice_submissions "
        "(client_id, notice_id, asked_at DESC)"
    )
    op.execute(f"GRANT SELECT (client_id, state, next_try_at) ON notice_submissions TO {ADMISSION}")
    op.execute(
        f"CREATE POLICY all_clients_of_{ADMISSION} ON notice_submissions TO {ADMISSION} "
        "USING (true)"
    )


def downgrade() -> None:
    """Guarantees the schema of the revision before; how reports fared at the channel is lost."""
    op.execute("DROP TABLE notice_submissions")
