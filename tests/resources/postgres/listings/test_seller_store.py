from __future__ import annotations

from infringement_dagster.domain.case import CaseFlag, Decision
from infringement_dagster.reviewing.decide import decide
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.database import Database
from resources.postgres.listings.score_store import put_scores
from resources.postgres.listings.seller_store import DecidedSeller, decided_sellers
from tests.support.scene import a_score, begin


def test_decisions_count_for_the_listings_seller(database: Database) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        scores = {listing.listing_id: a_score(0.8) for listing in scene.listings}
        put_scores(c, "acme", scene.scan_id, "amazon", 1, scores)
        flags = [CaseFlag(listing_id, 0.8, None) for listing_id in scores]
        cases = flag_cases(c, "acme", scene.scan_id, "amazon", 1, flags)
        assert decided_sellers(c, "acme", "amazon") == []
        decisions: tuple[Decision, ...] = ("infringing", "not_infringing", "unsure")
        for case, decision in zip(cases, decisions, strict=True):
            decide(c, "acme", case.case_id, decision, "seen", "reviewer", 1)
        c.execute("update listings set seller_name = 'Cheap Deals' where listing_id <> 'B03'")
        found = decided_sellers(c, "acme", "amazon")
    assert DecidedSeller("Cheap Deals", 1, 1) in found
    assert sum(item.infringing_count + item.lawful_count for item in found) == 2
