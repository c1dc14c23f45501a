"""Rows of one client as they stood at a moment, for the tables that are exported.

Each wants a transaction of `Database.reading`, so that all tables show one moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, LiteralString

from psycopg import Connection

from resources.postgres.statements import fetch_all

_EXPORTS: Final[Mapping[str, LiteralString]] = {
    "cases": """
        SELECT case_id::text, provider, listing_id, title, url,
            coalesce(seller_id, seller_name) AS seller, cases.state, last.decision, probability,
            violation_type, sampled_chance, flagged_by IS NOT NULL AS is_by_hand,
            cases.first_flagged_at AT TIME ZONE 'UTC' AS first_flagged_at
        FROM cases JOIN listings USING (client_id, provider, listing_id)
        LEFT JOIN LATERAL (
            SELECT decision FROM decisions
            WHERE decisions.client_id = %(client_id)s AND decisions.case_id = cases.case_id
                AND decided_at < %(as_of)s
            ORDER BY decision_no DESC LIMIT 1
        ) AS last ON true
        WHERE client_id = %(client_id)s AND cases.first_flagged_at < %(as_of)s
        ORDER BY case_id
    """,
    "decisions": """
        SELECT case_id::text, decision_no, decision, decided_at AT TIME ZONE 'UTC' AS decided_at
        FROM decisions WHERE client_id = %(client_id)s AND decided_at < %(as_of)s
        ORDER BY decisions.case_id, decision_no
    """,
    "notices": """
        SELECT notice_id::text, case_id::text, channel, created_at AT TIME ZONE 'UTC' AS created_at
        FROM notices WHERE client_id = %(client_id)s AND notices.created_at < %(as_of)s
        ORDER BY notices.notice_id
    """,
    "notice_changes": """
        SELECT notice_id::text, change_no, state, changed_at AT TIME ZONE 'UTC' AS changed_at
        FROM notice_changes
        WHERE client_id = %(client_id)s AND notice_changes.changed_at < %(as_of)s
        ORDER BY notice_changes.notice_id, change_no
    """,
    "presences": """
        SELECT case_id::text, presence_no, presence, noticed_at AT TIME ZONE 'UTC' AS noticed_at
        FROM case_presences
        WHERE client_id = %(client_id)s AND case_presences.noticed_at < %(as_of)s
        ORDER BY case_presences.case_id, presence_no
    """,
    "credits": """
        SELECT (charged_at AT TIME ZONE 'UTC')::date AS day, provider, count(*) AS requests,
            sum(credits)::bigint AS credits
        FROM provider_usage WHERE client_id = %(client_id)s AND charged_at < %(as_of)s
        GROUP BY 1, 2 ORDER BY 1, 2
    """,
}


def exported_rows(
    c: Connection, client_id: str, name: str, as_of: datetime
) -> list[dict[str, object]]:
    """The rows of the table with this name as of that moment, in an order that stays."""
    return fetch_all(c, _as_mapping, _EXPORTS[name], client_id=client_id, as_of=as_of)


def _as_mapping(**columns: object) -> dict[str, object]:
    return columns
