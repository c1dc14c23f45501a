"""A week of a client counted by Postgres in ways of its own, for a report to agree with.

For the check of each report: nothing here reads the exported tables or the snapshots' files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection

from resources.postgres.statements import fetch_one


@dataclass(frozen=True, slots=True)
class WeekTotals:
    """Counts of one client in one week."""

    listings_seen: int
    new_infringements: int
    credits: int
    notices_sent: int
    decided: int  # of cases that were flagged or sampled, not opened by hand


def week_totals(
    c: Connection, client_id: str, begin: datetime, until: datetime, since: datetime
) -> WeekTotals:
    """The counts from `begin` on; notices and decisions from `since` on; all before `until`.

    Listings are those that scans saw whose snapshot is kept.
    """
    found = fetch_one(
        c,
        WeekTotals,
        """
        SELECT (
            SELECT count(DISTINCT (provider, listing_id)) FROM sightings
            WHERE client_id = %(client_id)s AND (scan_id, provider) IN (
                SELECT scan_id, provider FROM snapshots
                WHERE client_id = %(client_id)s AND asset = 'raw_listings'
                GROUP BY scan_id, provider
                HAVING max(created_at) >= %(begin)s AND max(created_at) < %(until)s)
        ) AS listings_seen, (
            SELECT count(*) FROM (
                SELECT min(decided_at) FILTER (WHERE decision = 'infringing') AS found_at,
                    (array_agg(decision ORDER BY decision_no DESC))[1] AS last
                FROM decisions WHERE client_id = %(client_id)s AND decided_at < %(until)s
                GROUP BY case_id
            ) AS judged WHERE last = 'infringing' AND found_at >= %(begin)s
        ) AS new_infringements, (
            SELECT coalesce(sum(credits), 0)::bigint FROM provider_usage
            WHERE client_id = %(client_id)s AND charged_at >= %(begin)s AND charged_at < %(until)s
        ) AS credits, (
            SELECT count(*) FROM (
                SELECT min(changed_at) AS sent_at FROM notice_changes
                WHERE client_id = %(client_id)s AND state = 'sent' AND changed_at < %(until)s
                GROUP BY notice_id
            ) AS sent WHERE sent_at >= %(since)s
        ) AS notices_sent, (
            SELECT count(*) FROM (
                SELECT DISTINCT ON (case_id) case_id, decisions.decision, decided_at
                FROM decisions JOIN cases USING (client_id, case_id)
                WHERE client_id = %(client_id)s AND decided_at < %(until)s
                    AND flagged_by IS NULL
                ORDER BY case_id, decision_no DESC
            ) AS last WHERE decision <> 'unsure' AND decided_at >= %(since)s
        ) AS decided
        """,
        client_id=client_id,
        begin=begin,
        until=until,
        since=since,
    )
    assert found is not None
    return found
