"""Accepted notices count against the seller they were about and those it is linked to."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.actors.sellers import ListingTrace
from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.notices.drafting import NO_EARLIER_NOTICES, Draft, EarlierNotices
from resources.postgres.actors.earlier_notices import earlier_notices
from resources.postgres.actors.seller_store import NewTrace, UntracedCase, put_traces
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.cases.notice_store import change_state, put_draft
from resources.postgres.database import Database
from tests.support.scene import begin
from tests.support.sold import sell


def notify(c: Connection, case_id: UUID) -> None:
    """Guarantees a notice about the case that was sent."""
    notice = put_draft(c, "acme", case_id, Draft("dmca", {}, ()), 1, "user:ann")
    change_state(c, "acme", notice.notice_id, "sent", "", "user:ann", notice.version)


def test_only_accepted_notices_about_other_cases_count(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        flags = [CaseFlag(f"B0{number}", 0.9, None) for number in (1, 2, 3)]
        mine, same, linked = (
            case.case_id for case in flag_cases(c, "acme", scene.scan_id, "amazon", 1, flags)
        )
        (seller, _) = sell(c, "acme", [mine, linked])
        case = UntracedCase(same, "amazon", "B02", "Sly", None, None, None)
        put_traces(c, "acme", [NewTrace(case, seller, ListingTrace(frozenset(), None))])
        for case_id in (mine, same, linked):
            notify(c, case_id)
        assert earlier_notices(c, "acme", mine) == NO_EARLIER_NOTICES
        c.execute("UPDATE notices SET state = 'accepted'")
        today = datetime.now(UTC).date()
        assert earlier_notices(c, "acme", mine) == EarlierNotices(1, 0, today)
        c.execute("UPDATE sellers SET actor_id = %s", (mine,))
        assert earlier_notices(c, "acme", mine) == EarlierNotices(1, 1, today)
        assert earlier_notices(c, "acme", linked) == EarlierNotices(0, 2, None)
