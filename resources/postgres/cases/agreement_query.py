"""The last word of each person on each case that more than one has decided."""

from __future__ import annotations

from psycopg import Connection

from infringement_dagster.domain.case import LastWord
from resources.postgres.statements import fetch_all


def last_words(c: Connection, client_id: str) -> list[LastWord]:
    """By case; neither a decision that was taken back counts nor the taking back.

    Who takes one back restores what stood before, be it another's word.
    """
    return fetch_all(
        c,
        LastWord,
        """
        WITH kept AS (
            SELECT case_id, decided_by, decision, decision_no FROM decisions AS given
            WHERE client_id = %(client_id)s AND NOT takes_back
                AND NOT starts_with(decided_by, 'rule:')
                AND NOT EXISTS (SELECT FROM decisions AS after
                    WHERE after.client_id = given.client_id AND after.case_id = given.case_id
                        AND after.decision_no = given.decision_no + 1
                        AND after.takes_back))
        SELECT DISTINCT ON (case_id, decided_by) case_id, decided_by, decision
        FROM kept
        WHERE case_id IN (SELECT case_id FROM kept
            GROUP BY case_id HAVING count(DISTINCT decided_by) > 1)
        ORDER BY case_id, decided_by, decision_no DESC
        """,
        client_id=client_id,
    )
