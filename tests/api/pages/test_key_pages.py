"""API keys of a client on their page: made, shown once, rotated, revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
from playwright.sync_api import Locator, Page, expect

from resources.postgres.clients.access_store import ApiKeyRow, list_keys
from resources.postgres.database import Database
from tests.api.pages.conftest import ADMIN, OpenVisit, Visit
from tests.api.pages.scene import ReviewScene
from tests.api.pages.test_access_for_all import violations


def keys_of(database: Database, client_id: str) -> list[ApiKeyRow]:
    with database.client(client_id) as c:
        return list_keys(c, client_id)


def made(page: Page, name: str) -> str:
    """The text of a key made on the page."""
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Make a key").click()
    return page.locator("#fresh-key").inner_text()


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row", name=name)


def status(visit: Visit, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    address = f"{visit.base_url}/v1/clients/{visit.client_id}/cases"
    return httpx.get(address, headers=headers).status_code


def test_a_key_is_made_works_is_rotated_and_revoked(adam: Visit, database: Database) -> None:
    page = adam.page
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="API keys").click()
    key = made(page, "nightly export")
    expect(page.get_by_role("alert")).to_contain_text("shown this once")
    assert violations(adam) == []
    assert status(adam, key) == 200
    page.get_by_role("link", name="I have kept it").click()
    expect(page.get_by_text(key)).to_have_count(0)
    row = row_of(page, "nightly export")
    expect(row).to_contain_text("viewer")
    expect(row).to_contain_text(f"by {ADMIN}")
    said: list[str] = []
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("button", name="Rotate").click()
    expect(page.get_by_role("alert")).to_contain_text("works for 24 hours more")
    fresh = page.locator("#fresh-key").inner_text()
    assert (status(adam, key), status(adam, fresh)) == (200, 200)
    page.get_by_role("link", name="I have kept it").click()
    fresh_id = fresh.split("_")[2]
    row_of(page, fresh_id).get_by_role("button", name="Revoke").click()
    expect(row_of(page, fresh_id)).to_have_count(0)
    assert "Programs that use it are refused at once" in said[-1]
    assert (status(adam, key), status(adam, fresh)) == (200, 401)
    page.get_by_text("1 key that has ended").click()
    expect(row_of(page, fresh_id)).to_contain_text("Revoked")
    assert len(keys_of(database, adam.client_id)) == 2


def test_single_permissions_count_instead_of_the_role(adam: Visit, database: Database) -> None:
    adam.show("keys")
    page = adam.page
    page.get_by_label("Ends").select_option("0")
    page.get_by_text("Single permissions instead of the role").first.click()
    page.get_by_label("See scans and imports").check()
    made(page, "wall display")
    (row,) = keys_of(database, adam.client_id)
    assert (row.scopes, row.expires_at) == (["scans:read"], None)
    page.get_by_role("link", name="I have kept it").click()
    shown = row_of(page, "wall display")
    shown.get_by_text("1 permission").click()
    expect(shown).to_contain_text("See scans and imports")
    assert violations(adam) == []


def test_a_key_ends_when_it_was_said_to(adam: Visit, database: Database) -> None:
    adam.show("keys")
    adam.page.get_by_label("Ends").select_option("30")
    made(adam.page, "audit")
    (row,) = keys_of(database, adam.client_id)
    assert row.expires_at is not None
    left = row.expires_at - datetime.now(UTC)
    assert timedelta(days=29) < left < timedelta(days=30)


def test_the_key_goes_to_the_clipboard(adam: Visit) -> None:
    adam.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    adam.show("keys")
    key = made(adam.page, "nightly export")
    adam.page.get_by_role("button", name="Copy the key").click()
    expect(adam.page.get_by_role("button", name="Copied")).to_be_visible()
    assert adam.page.evaluate("navigator.clipboard.readText()") == key


def test_an_admin_hands_on_no_more_than_they_may(adam: Visit, database: Database) -> None:
    adam.show("keys")
    page = adam.page
    page.locator("details").evaluate("element => { element.open = true }")
    expect(page.locator("input[value='clients:manage']")).to_have_count(0)
    page.locator("input[value='scans:read']").evaluate(
        "box => { box.value = 'clients:manage'; box.checked = true }"
    )
    page.get_by_label("Name").fill("too much")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_role("alert")).to_contain_text("No such scope")
    assert keys_of(database, adam.client_id) == []
    adam.complaints.clear()  # the browser notes the refusal as an error of the console


def test_a_reviewer_has_no_keys(ann: Visit) -> None:
    assert ann.page.request.get(f"/clients/{ann.client_id}/keys").status == 403


def test_head_stays_one_row_with_settings(open_visit: OpenVisit, scene: ReviewScene) -> None:
    visit = open_visit(width_px=1440)
    visit.log_in(scene.client_id, ADMIN)
    visit.show("keys")
    current = visit.page.locator("header.top a[aria-current='page']")
    expect(current).to_have_text("Settings")
    expect(visit.page.locator("nav.tabs a[aria-current='page']")).to_have_text("API keys")
    assert visit.page.locator("header.top").evaluate("head => head.offsetHeight") < 70
