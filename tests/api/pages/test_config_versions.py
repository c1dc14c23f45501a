"""Versions of a config: their differences in words, and restoring one."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from resources.postgres.clients import client_store, config_store
from resources.postgres.database import Database
from tests.api.pages.conftest import OpenVisit, Visit
from tests.api.pages.scene import CONFIG, ReviewScene
from tests.api.pages.test_access_for_all import violations

STRICTER = CONFIG | {"thresholds": {"review": 0.7}, "fraud_terms": ["replica", "dupe"]}


def open_version(visit: Visit, place: int) -> None:
    """Unfolds the differences of the version at this place of the list, the newest first."""
    visit.page.get_by_role("region", name="Versions").get_by_text("Differences").nth(place).click()


def test_a_version_says_what_it_changed_and_comes_back(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    with database.client(scene.client_id) as c:
        client_store.save_config(c, scene.client_id, STRICTER, "tests", "too much noise")
    adam.show("config")
    versions = adam.page.get_by_role("region", name="Versions")
    open_version(adam, 0)
    expect(versions).to_contain_text("What is flagged, Review from: set to 0.7")
    expect(versions).to_contain_text("What is flagged, Words that admit a copy: added dupe")
    open_version(adam, 1)
    expect(versions).to_contain_text("The first version.")
    expect(versions).to_contain_text("Restoring it would change the present config:")
    expect(versions).to_contain_text("What is flagged, Review from: no longer set, was 0.7")
    assert violations(adam) == []
    versions.get_by_role("button", name="Restore as version 3").click()
    adam.page.wait_for_url(re.compile(r"saved=3$"))
    expect(versions).to_contain_text("version 1 restored")
    with database.client(scene.client_id) as c:
        assert client_store.load_config(c, scene.client_id).document == CONFIG


def test_nothing_is_restored_over_what_somebody_has_saved_meanwhile(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    with database.client(scene.client_id) as c:
        client_store.save_config(c, scene.client_id, STRICTER, "tests")
    adam.show("config")
    open_version(adam, 1)
    button = adam.page.get_by_role("button", name="Restore as version 3")
    expect(button).to_be_visible()
    with database.client(scene.client_id) as c:
        client_store.save_config(c, scene.client_id, STRICTER | {"false_hits": ["x"]}, "tests")
    button.click()
    expect(adam.page.locator("#notice")).to_contain_text("somebody has saved meanwhile")
    with database.client(scene.client_id) as c:
        assert config_store.newest_version(c, scene.client_id) == 3
    adam.complaints.clear()  # the browser itself reports an answer of 412


def test_a_version_that_is_not_valid_any_more_is_not_restored(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    with database.client(scene.client_id) as c:
        gone = CONFIG | {"searches": {"bazaar": {"queries": ["kelvarra"]}}}
        client_store.save_config(c, scene.client_id, gone, "tests")
        client_store.save_config(c, scene.client_id, CONFIG, "tests")
    adam.show("config")
    open_version(adam, 1)
    adam.page.get_by_role("button", name="Restore as version 4").click()
    expect(adam.page.locator("#notice")).to_contain_text("bazaar")
    with database.client(scene.client_id) as c:
        assert config_store.newest_version(c, scene.client_id) == 3
    adam.complaints.clear()  # the browser itself reports an answer of 422


def test_who_may_not_edit_sees_the_differences_alone(
    open_visit: OpenVisit, scene: ReviewScene, database: Database
) -> None:
    with database.client(scene.client_id) as c:
        client_store.save_config(c, scene.client_id, STRICTER, "tests")
    visit = open_visit(width_px=360, dark=True)
    visit.log_in(scene.client_id)
    visit.show("config")
    open_version(visit, 1)
    versions = visit.page.get_by_role("region", name="Versions")
    expect(versions).to_contain_text("Restoring it would change the present config:")
    expect(versions.get_by_role("button")).to_have_count(0)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
