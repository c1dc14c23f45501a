"""The thirty-sixth revision: a decision says whether it takes the one before back.

Until now a reason of "undone" said so, which a person may write as well. And tables of exchange
rates of several sources may be of one day.
"""

from __future__ import annotations

from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Guarantees the mark, set where the word stands with the decision that undoing gives.

    Such a decision takes over the reason of the one that it restores.
    """
    op.execute(
        "ALTER TABLE decisions ADD takes_back boolean NOT NULL DEFAULT false, "
        "ADD sets_aside boolean NOT NULL DEFAULT false"
    )
    op.execute("ALTER TABLE decisions NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        WITH restored AS (
            SELECT undo.client_id, undo.case_id, undo.decision_no,
                coalesce(known.reason, '') AS reason
            FROM decisions AS undo LEFT JOIN decisions AS known
                ON known.client_id = undo.client_id AND known.case_id = undo.case_id
                AND known.decision_no = undo.decision_no - 2
            WHERE undo.reason = 'undone' AND undo.decision_no > 1
                AND undo.decision = coalesce(known.decision, 'unsure')
        )
        UPDATE decisions SET takes_back = true, reason = restored.reason FROM restored
        WHERE decisions.client_id = restored.client_id AND decisions.case_id = restored.case_id
            AND decisions.decision_no = restored.decision_no
        """
    )
    op.execute(
        """
        UPDATE decisions SET sets_aside = true WHERE decision = 'unsure' AND (
            NOT takes_back OR EXISTS (
                SELECT FROM decisions AS known WHERE known.client_id = decisions.client_id
                    AND known.case_id = decisions.case_id
                    AND known.decision_no = decisions.decision_no - 2))
        """
    )
    op.execute("ALTER TABLE decisions FORCE ROW LEVEL SECURITY")
    op.execute(
        "ALTER TABLE decisions ADD CONSTRAINT decisions_take_one_back "
        "CHECK (NOT takes_back OR decision_no > 1)"
    )
    op.execute("ALTER TABLE exchange_rates DROP CONSTRAINT exchange_rates_pkey")
    op.execute("ALTER TABLE exchange_rates ADD PRIMARY KEY (source, day)")


def downgrade() -> None:
    """Guarantees the schema of the revision before; of one day's rates the last import stays."""
    op.execute("ALTER TABLE exchange_rates NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        DELETE FROM exchange_rates AS older USING exchange_rates AS newer
        WHERE older.day = newer.day
            AND (older.imported_at, older.source) < (newer.imported_at, newer.source)
        """
    )
    op.execute("ALTER TABLE exchange_rates FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE exchange_rates DROP CONSTRAINT exchange_rates_pkey")
    op.execute("ALTER TABLE exchange_rates ADD PRIMARY KEY (day)")
    op.execute("ALTER TABLE decisions NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE decisions SET reason = 'undone' WHERE takes_back")
    op.execute("ALTER TABLE decisions FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE decisions DROP takes_back, DROP sets_aside")
