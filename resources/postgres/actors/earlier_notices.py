"""Notices that channels accepted before, against the seller of a case and who is behind it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.notices.drafting import NO_EARLIER_NOTICES, EarlierNotices
from resources.postgres.statements import fetch_one


def earlier_notices(c: Connection, client_id: str, case_id: UUID) -> EarlierNotices:
    """The accepted notices about other cases of the seller, and of sellers of the same actor."""
    found = fetch_one(
        c,
        _earlier,
        """
        SELECT count(*) FILTER (WHERE is_seller) AS of_seller,
            count(*) FILTER (WHERE NOT is_seller) AS of_linked_sellers,
            max(changed_at) FILTER (WHERE is_seller) AS last_at
        FROM (
            SELECT notices.changed_at,
                (other.provider, other.seller_key) = (mine.provider, mine.seller_key) AS is_seller
            FROM seller_traces AS trace
            JOIN sellers AS mine ON mine.client_id = %(client_id)s
                AND mine.provider = trace.provider AND mine.seller_key = trace.seller_key
            JOIN sellers AS other ON other.client_id = %(client_id)s
                AND other.actor_id = mine.actor_id
            JOIN seller_traces AS others ON others.client_id = %(client_id)s
                AND others.provider = other.provider AND others.seller_key = other.seller_key
                AND others.case_id <> trace.case_id
            JOIN notices ON notices.client_id = %(client_id)s
                AND notices.case_id = others.case_id AND notices.state = 'accepted'
            WHERE trace.client_id = %(client_id)s AND trace.case_id = %(case_id)s
        ) AS accepted
        """,
        client_id=client_id,
        case_id=case_id,
    )
    return found or NO_EARLIER_NOTICES


def _earlier(*, of_seller: int, of_linked_sellers: int, last_at: datetime | None) -> EarlierNotices:
    return EarlierNotices(of_seller, of_linked_sellers, last_at.date() if last_at else None)
