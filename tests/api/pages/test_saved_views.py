"""Views of the queue under names: saved, applied, renamed, replaced and deleted."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Locator, expect

from resources.postgres.cases import saved_view_store
from resources.postgres.cases.saved_view_store import TooManyViews, UnknownView, ViewExists, ViewRow
from resources.postgres.database import Database
from tests.api.pages.conftest import REVIEWER, VIEWER, OpenVisit, Visit, principal_of
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations

HOSTILE = '<b>"Sly"</b> & Co \u202eo\u043c'


def saved(visit: Visit) -> Locator:
    """The links of the views that the person keeps."""
    return visit.page.get_by_role("navigation", name="Saved views").get_by_role("link")


def save_on_show(visit: Visit, name: str) -> None:
    visit.page.keyboard.press("v")
    expect(visit.page.get_by_role("dialog", name="Saved views")).to_be_visible()
    visit.page.keyboard.type(name)
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("dialog")).to_have_count(0)


def test_a_view_is_saved_and_applied_by_keyboard_and_found_after_logging_in_again(
    ann: Visit, scene: ReviewScene, open_visit: OpenVisit
) -> None:
    ann.show("cases?seller=Sly Shop&sort=newest")
    save_on_show(ann, HOSTILE)
    expect(saved(ann)).to_have_attribute("aria-current", "page")
    again = open_visit()
    again.log_in(scene.client_id)
    again.show("cases")
    expect(again.page.locator("tbody tr")).to_have_count(14)
    again.page.keyboard.press("1")
    expect(again.page.locator("tbody tr")).to_have_count(7)
    expect(again.page.get_by_label("Order")).to_have_value("newest")
    expect(saved(again)).to_contain_text(HOSTILE)


def test_a_view_is_replaced_renamed_and_deleted_by_mouse(
    ann: Visit, scene: ReviewScene, database: Database
) -> None:
    person = principal_of(database, scene.client_id, REVIEWER)

    def kept() -> list[tuple[str, str]]:
        with database.client(scene.client_id) as c:
            rows = saved_view_store.views_of(c, scene.client_id, person)
        return [(row.name, row.address.rpartition("&")[2]) for row in rows]

    for seller in ("Sly Shop", "Cheap"):
        ann.show(f"cases?seller={seller}")
        save_on_show(ann, "shop")
        ann.page.wait_for_url(f"**seller={seller.replace(' ', '+')}")
    assert kept() == [("shop", "seller=Cheap")]
    save_on_show(ann, "other")
    expect(saved(ann)).to_have_count(2)
    ann.page.get_by_role("button", name="Views …").click()
    ann.page.get_by_label("Name of shop").fill("cheap shop")
    ann.page.get_by_role("button", name="Rename shop").click()
    expect(saved(ann).first).to_contain_text("cheap shop")
    ann.page.get_by_role("button", name="Views …").click()
    ann.page.get_by_role("button", name="Delete other").click()
    expect(saved(ann)).to_have_count(1)
    assert kept() == [("cheap shop", "seller=Cheap")]


def test_each_person_of_a_client_keeps_views_of_their_own(
    ann: Visit, scene: ReviewScene, open_visit: OpenVisit
) -> None:
    ann.show("cases")
    save_on_show(ann, "mine")
    viewer = open_visit()
    viewer.log_in(scene.client_id, VIEWER)
    viewer.show("cases")
    expect(saved(viewer)).to_have_count(0)
    save_on_show(viewer, "hers")
    expect(saved(viewer)).to_have_count(1)


@pytest.mark.parametrize(("width_px", "dark"), [(360, True), (1280, False)])
def test_thirty_views_fit_and_axe_finds_nothing_serious(
    open_visit: OpenVisit, scene: ReviewScene, database: Database, *, width_px: int, dark: bool
) -> None:
    person = principal_of(database, scene.client_id, REVIEWER)
    with database.client(scene.client_id) as c:
        for number in range(saved_view_store.VIEWS_MAX):
            view = ViewRow(f"{number:02} " + "W" * 57, f"tab=all&sort=newest&seller={number}")
            saved_view_store.save_view(c, scene.client_id, person, view)
    visit = open_visit(width_px=width_px, dark=dark)
    visit.log_in(scene.client_id)
    visit.show("cases")
    expect(saved(visit)).to_have_count(30)
    assert violations(visit) == []
    visit.page.keyboard.press("v")
    expect(visit.page.get_by_role("dialog", name="Saved views")).to_be_visible()
    assert violations(visit) == []
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px
    assert visit.page.locator("#views").evaluate("one => one.scrollWidth <= one.clientWidth")


def test_a_view_too_many_or_of_a_taken_or_unknown_name_is_refused(
    database: Database, scene: ReviewScene
) -> None:
    client_id = scene.client_id
    person = principal_of(database, client_id, REVIEWER)
    with database.client(client_id) as c:
        for number in range(saved_view_store.VIEWS_MAX):
            saved_view_store.save_view(c, client_id, person, ViewRow(str(number), "tab=all"))
        with pytest.raises(TooManyViews):
            saved_view_store.save_view(c, client_id, person, ViewRow("one more", "tab=all"))
        saved_view_store.save_view(c, client_id, person, ViewRow("7", "tab=open"))
        with pytest.raises(ViewExists):
            saved_view_store.rename_view(c, client_id, person, "7", "8")
        with pytest.raises(UnknownView):
            saved_view_store.rename_view(c, client_id, person, "gone", "8 again")
        with pytest.raises(UnknownView):
            saved_view_store.delete_view(c, client_id, "user:bob@acme.example", "7")
        assert ViewRow("7", "tab=open") in saved_view_store.views_of(c, client_id, person)


def test_a_name_of_blanks_or_control_signs_is_refused(ann: Visit, base_url: str) -> None:
    ann.show("cases")
    token = ann.page.locator("body").get_attribute("hx-headers") or ""
    headers = {"X-CSRF-Token": token.split('"')[3], "Origin": base_url}
    for name in ("   ", "a\x00b", "x" * 61):
        answer = ann.page.request.post(
            f"/clients/{ann.client_id}/views", form={"name": name}, headers=headers
        )
        assert answer.status == httpx.codes.UNPROCESSABLE_ENTITY
