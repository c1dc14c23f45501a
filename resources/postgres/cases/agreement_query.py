"""The last word of each person on each case that more than one has decided."""

from __future__ import annotations

from psycopg import Connection

from infringement_dagster.domain.case import LastWord
from resources.postgres.statements import fetch_all


def last_words(c: Connection, client_id: str) -> list[LastWord]:
    """By case; of a decision that its person took back, what stood before it counts."""
    return fetch_all(
        c,
        LastWord,
        """
        SELECT DISTINCT ON (case_id, decided_by) case_id, decided_by, decision
        FROM decisions
        WHERE client_id = %(client_id)s AND case_id IN (
            SELECT case_id FROM decisions WHERE client_id = %(client_id)s
            GROUP BY case_id HAVING count(DISTINCT decided_by) > 1)
        ORDER BY case_id, decided_by, decision_no DESC
        """,
        client_id=client_id,
    )
