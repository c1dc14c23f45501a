"""A client's page: use against limits, schedule, reference photos with warnings, quality plots."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, expect

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.domain.case import Decision
from infringement_dagster.reviewing.decide import decide
from resources.postgres.clients import client_store, config_store, limit_store, schedule_store
from resources.postgres.database import Database
from tests.api.pages.conftest import REVIEWER, OpenVisit, Visit
from tests.api.pages.scene import CONFIG, ReviewScene
from tests.support.photos import encoded, product

DAILY = {"schedule": {"kind": "daily", "at": "03:30", "time_zone": "Europe/Berlin"}}


def decide_ten(database: Database, scene: ReviewScene) -> None:
    """Ten decisions: the most probable cases are infringing."""
    with database.client(scene.client_id) as c:
        for number, case_id in enumerate(scene.case_ids[:10]):
            decision: Decision = "infringing" if number < 8 else "not_infringing"
            decide(c, scene.client_id, case_id, decision, "", "user:ann", 1)


def test_use_schedule_and_quality_are_shown(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    decide_ten(database, scene)
    with database.client(scene.client_id) as c:
        client_store.save_config(c, scene.client_id, CONFIG | DAILY, "tests")
    with database.admission() as c:
        limit_store.set_client_limits(c, scene.client_id, ClientLimits(credits_per_day=5000))
        due = datetime(2031, 2, 3, 2, 30, tzinfo=UTC)
        schedule_store.keep_schedule(c, scene.client_id, 2, due)
    ann.show("overview")
    use = ann.page.get_by_role("region", name="Use and limits")
    expect(use).to_contain_text(re.compile(r"Scans at once\s+1 of 2"))
    expect(use).to_contain_text(re.compile(r"Credits today\s+0 of 5,000"))
    schedule = ann.page.get_by_role("region", name="Schedule")
    expect(schedule).to_contain_text("Every day at 03:30, Europe/Berlin.")
    expect(schedule).to_contain_text("Next: 3 Feb 2031, 02:30 UTC")
    precision = ann.page.get_by_role("img", name=re.compile("Share infringing"))
    expect(precision).to_have_attribute("aria-label", re.compile("90% to 100%: 80% of 10"))
    bar = precision.locator("rect.fill")
    assert float(bar.get_attribute("height") or 0) == 112.0  # 80 % of 140
    said = ann.page.get_by_role("img", name=re.compile("Predicted and actual"))
    expect(said.locator("circle")).to_have_count(1)
    weeks = ann.page.get_by_role("img", name=re.compile("Decisions a week"))
    expect(weeks.locator("rect")).to_have_count(2)


def test_photos_are_added_warned_about_and_removed(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    small = encoded(product(5).resize((120, 120)), "PNG")
    plain = encoded(Image.linear_gradient("L").resize((400, 400)).convert("RGB"), "PNG")
    files: list[FilePayload] = [
        {"name": "again.png", "mimeType": "image/jpeg", "buffer": encoded(product(0), "JPEG")},
        {"name": "plain.png", "mimeType": "image/png", "buffer": plain},
        {"name": "small.png", "mimeType": "image/png", "buffer": small},
    ]
    adam.show("overview")
    wall = adam.page.locator(".wall li")
    expect(wall).to_have_count(1)
    adam.page.locator("input[name=photos]").set_input_files(files)
    adam.page.get_by_label("Brand").select_option("Kelvarra")
    adam.page.get_by_role("button", name="Add").click()
    expect(wall).to_have_count(4)
    expect(wall.filter(has_text="plain.png")).to_contain_text("little to see")
    expect(wall.filter(has_text="again.png")).to_contain_text("looks the same as another photo")
    expect(wall.filter(has_text="small.png")).to_contain_text("its shorter side has under 224 px")
    for count, name in ((3, "again.png"), (2, "plain.png")):
        adam.page.get_by_role("button", name=f"Remove {name}").click()
        expect(wall).to_have_count(count)
    expect(wall.filter(has_text="front.png").locator(".warning")).to_have_count(0)
    with database.client(scene.client_id) as c:
        kept = client_store.reference_photos(c, scene.client_id)
    assert sorted((item.file_name, item.brand) for item in kept) == [
        ("front.png", "Kelvarra"),
        ("small.png", "Kelvarra"),
    ]


def test_a_removed_photo_comes_back_as_it_was(
    adam: Visit, scene: ReviewScene, database: Database
) -> None:
    with database.client(scene.client_id) as c:
        before = client_store.reference_photos(c, scene.client_id)
    adam.show("overview")
    adam.page.get_by_role("button", name="Remove front.png").click()
    notice = adam.page.locator("#toast")
    expect(notice).to_contain_text("Removed: front.png. Listing photos are no longer compared")
    with database.client(scene.client_id) as c:
        assert client_store.reference_photos(c, scene.client_id) == []
    adam.page.keyboard.press("z")
    expect(adam.page.locator(".wall li")).to_have_count(1)
    expect(notice).to_be_empty()
    adam.show(f"overview?removed={before[0].reference_id}")  # a stale address
    expect(notice).to_be_empty()
    with database.client(scene.client_id) as c:
        assert client_store.reference_photos(c, scene.client_id) == before


def test_a_photo_added_again_is_not_doubled_by_an_undo(
    scene: ReviewScene, database: Database
) -> None:
    with database.client(scene.client_id) as c:
        (photo,) = client_store.reference_photos(c, scene.client_id)
        config_store.remove_reference(c, scene.client_id, photo.reference_id)
        client_store.add_reference_photo(
            c, scene.client_id, sha256=photo.sha256, file_name="again.png", brand=None
        )
        config_store.restore_reference(c, scene.client_id, photo.reference_id)
        kept = client_store.reference_photos(c, scene.client_id)
        assert [item.file_name for item in kept] == ["again.png"]
        with pytest.raises(config_store.UnknownReference):
            config_store.restore_reference(c, scene.client_id, kept[0].reference_id)


def test_a_file_that_is_no_photo_is_refused_by_name(adam: Visit) -> None:
    adam.show("overview")
    broken: FilePayload = {"name": "notes.png", "mimeType": "image/png", "buffer": b"no photo"}
    adam.page.locator("input[name=photos]").set_input_files([broken])
    adam.page.get_by_role("button", name="Add").click()
    expect(adam.page.locator("#notice")).to_contain_text("'notes.png'")
    assert [complaint for complaint in adam.complaints if "422" not in complaint] == []
    adam.complaints.clear()  # the browser itself reports an answer of 422


def test_a_reviewer_changes_no_photo(open_visit: OpenVisit, scene: ReviewScene) -> None:
    visit = open_visit(width_px=360, dark=True)
    visit.log_in(scene.client_id, REVIEWER)
    visit.show("overview")
    expect(visit.page.locator(".wall li")).to_have_count(1)
    expect(visit.page.get_by_role("button", name="Remove")).to_have_count(0)
    expect(visit.page.get_by_text("No case is decided yet.")).to_be_visible()
