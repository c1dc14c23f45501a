"""The thirty-third revision: cases set aside as unsure, queues by price, decisions taken at once.

Who writes `set_aside`: whoever decides, in the transaction of the decision.
"""

from __future__ import annotations

from alembic import op

from resources.postgres.server.roles import APP

revision = "0033"
down_revision = "0031"


def upgrade() -> None:
    """Guarantees the mark, on cases of before where the last decision was unsure; and the indexes.

    One index serves what is set aside, one the queue by price, one taking decisions back.
    """
    op.execute(
        "ALTER TABLE cases ADD set_aside boolean NOT NULL DEFAULT false, "
        "ADD CONSTRAINT cases_set_aside_undecided CHECK (NOT set_aside OR state <> 'decided')"
    )
    op.execute("ALTER TABLE cases NO FORCE ROW LEVEL SECURITY")  # of all clients
    op.execute("ALTER TABLE decisions NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        UPDATE cases SET set_aside = true WHERE state <> 'decided' AND EXISTS (
            SELECT FROM (
                SELECT decision, reason FROM decisions
                WHERE client_id = cases.client_id AND case_id = cases.case_id
                ORDER BY decision_no DESC LIMIT 1
            ) last WHERE decision = 'unsure' AND reason <> 'undone')
        """
    )
    op.execute("ALTER TABLE decisions FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE cases FORCE ROW LEVEL SECURITY")
    op.execute(f"GRANT UPDATE (set_aside) ON cases TO {APP}")
    op.execute(
        "CREATE INDEX cases_set_aside ON cases (client_id, probability DESC, case_id) "
        "WHERE set_aside"
    )
    op.execute(
        "CREATE INDEX listings_cheapest ON listings "
        "(client_id, (coalesce(price_low, 'Infinity'::numeric)))"
    )
    op.execute("CREATE INDEX decisions_at_once ON decisions (client_id, decided_by, decided_at)")


def downgrade() -> None:
    """Guarantees the schema of the revision before; cases set aside are among the open ones."""
    op.execute("DROP INDEX decisions_at_once")
    op.execute("DROP INDEX listings_cheapest")
    op.execute("DROP INDEX cases_set_aside")
    op.execute("ALTER TABLE cases DROP COLUMN set_aside")
