"""The home page: what is new since the last visit, what is to be done, how it goes."""

from __future__ import annotations

import re

import psycopg
from playwright.sync_api import expect

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.case import CaseFlag, Decision
from infringement_dagster.reviewing.decide import decide
from resources.postgres.cases import case_store
from resources.postgres.clients import limit_store
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.scans import outcome_store, run_store, scan_store
from resources.postgres.server.roles import database_of, with_database
from tests.api.pages.conftest import OpenVisit, Visit
from tests.api.pages.scene import ReviewScene, scene_listing


def backdate_visits(urls: DatabaseUrls, client_id: str) -> None:
    """Guarantees that everybody's last visit began two hours ago."""
    admin = with_database(urls.admin, database_of(urls.owner))
    with psycopg.connect(admin) as c:
        c.execute(
            "UPDATE visits SET came_at = came_at - interval '2 hours',"
            " before_at = before_at - interval '2 hours' WHERE client_id = %s",
            (client_id,),
        )


def test_people_land_on_the_home_page_and_a_first_visit_has_no_news(
    ann: Visit, scene: ReviewScene
) -> None:
    ann.page.wait_for_url(re.compile(rf"/clients/{scene.client_id}/home$"))
    expect(ann.page.get_by_text("This is your first visit.")).to_be_visible()
    ann.page.reload()
    expect(ann.page.get_by_text("This is your first visit.")).to_be_visible()


def test_the_next_visit_tells_what_has_happened_since_the_last(
    ann: Visit, scene: ReviewScene, database: Database, database_urls: DatabaseUrls
) -> None:
    ann.show("home")
    backdate_visits(database_urls, scene.client_id)
    with database.client(scene.client_id) as c:
        put_listings(c, scene.client_id, scene.scan_id, [scene_listing(90)])
        flags = [CaseFlag("B00090", 0.7, "counterfeit_suspicion")]
        case_store.flag_cases(c, scene.client_id, scene.scan_id, "amazon", 1, flags)
        for case_id in scene.case_ids[:3]:
            decide(c, scene.client_id, case_id, "infringing", "", "user:ann", 1)
    ann.show("home")
    news = ann.page.get_by_role("region", name=re.compile("Since you were here on"))
    expect(news.locator(".news").get_by_role("link")).to_have_text(["1 new case", "3 decisions"])
    ann.page.reload()  # still the same visit
    expect(news.locator(".news").get_by_role("link")).to_have_count(2)
    backdate_visits(database_urls, scene.client_id)
    ann.page.reload()
    expect(news).to_contain_text("Nothing new.")


def test_open_work_leads_to_the_cases_that_it_counts(ann: Visit, scene: ReviewScene) -> None:
    ann.show("home")
    work = ann.page.get_by_role("region", name="To review")
    expect(work.get_by_role("link", name="Review 14 cases")).to_be_visible()
    work.get_by_role("row", name=re.compile("Amazon")).get_by_role("link").last.click()
    expect(ann.page.locator("tbody tr")).to_have_count(14)
    ann.show("home")
    ann.page.keyboard.press("g")
    ann.page.wait_for_url(re.compile(r"/cases$"))


def test_weeks_and_quality_are_told_with_their_interval(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    with database.client(scene.client_id) as c:
        for number, case_id in enumerate(scene.case_ids[:10]):
            word: Decision = "infringing" if number < 8 else "not_infringing"
            decide(c, scene.client_id, case_id, word, "", "user:ann", 1)
    ann.show("home")
    plot = ann.page.get_by_role("img", name=re.compile("Cases a week"))
    expect(plot).to_have_attribute("aria-label", re.compile(r"14 flagged, 10 decided, 0 removed$"))
    expect(plot.locator("rect")).to_have_count(2)
    trend = ann.page.get_by_role("region", name="The last twelve weeks")
    # Wilson's interval of 8 of 10.
    expect(trend).to_contain_text(
        "Of 10 flagged cases that people decided, 8 were infringing (80%). "
        "With 95% certainty, 49% to 94% of all flags are right."
    )


def test_scans_and_limits_are_told(
    open_visit: OpenVisit, scene: ReviewScene, database: Database
) -> None:
    counts = {"found": 40, "stored": 37, "skipped": 3, "failed": 0, "reasons": {}}
    counts["reasons"] = {"skipped: repeated": 2, "skipped: no_title": 1}
    with database.client(scene.client_id) as c:
        run = scan_store.get_scan(c, scene.client_id, scene.scan_id).runs[0]
        outcome_store.merge_counts(
            c, scene.client_id, scene.scan_id, "amazon", run.epoch, "raw_listings", counts
        )
        run_store.finish_run(
            c, scene.client_id, scene.scan_id, "amazon", run.epoch, "partial", {}, "no answer"
        )
    with database.admission() as c:
        limit_store.set_client_limits(c, scene.client_id, ClientLimits(credits_per_day=5000))
    visit = open_visit(width_px=360, dark=True)
    visit.log_in(scene.client_id)
    scans = visit.page.get_by_role("region", name="Scans")
    expect(scans).to_contain_text("partial")
    expect(scans).to_contain_text("37 listings, 0 flagged, 1 left out")
    expect(scans).to_contain_text("no answer")
    use = visit.page.get_by_role("region", name="Use and limits")
    expect(use).to_contain_text(re.compile(r"Credits today\s+0 of 5,000"))
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
