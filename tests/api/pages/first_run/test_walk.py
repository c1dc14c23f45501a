"""A new client's walk from its brand to its first decision, on the sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import FilePayload, expect

from api.app import create_app
from api.settings import ApiSettings
from infringement_dagster.domain.permissions import ClientRole
from resources.identity.credentials import hash_password
from resources.postgres.clients import access_store, client_store
from resources.postgres.listings import photo_store
from resources.postgres.scans import intervention_store, run_store, scan_store
from resources.postgres.server import roles
from resources.postgres.server.embedded import EmbeddedPostgres
from tests.api.conftest import serving
from tests.api.pages.conftest import ADMIN, PASSWORD, REVIEWER, OpenVisit, Visit
from tests.api.pages.test_access_for_all import violations
from tests.conftest import fresh_database
from tests.support.installation import Installation, demo_client, installation
from tests.support.photos import encoded, product
from tests.support.scene import a_photo

CLIENT = "newcomer"


@pytest.fixture(scope="module")
def installed(
    postgres: EmbeddedPostgres,
    migrated_template: str,
    sandbox_url: str,
    password_hash: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Installation]:
    """An installation at the sandbox with a client of whom nothing is known but its people."""
    folder = tmp_path_factory.mktemp("first_run")
    people: tuple[tuple[str, ClientRole], ...] = ((ADMIN, "admin"), (REVIEWER, "reviewer"))
    with (
        fresh_database(postgres, migrated_template) as ours,
        fresh_database(postgres, "template1") as dagsters,
        installation(
            postgres.urls(ours), postgres.url_for(dagsters, roles.OWNER), folder, sandbox_url
        ) as installed,
    ):
        with installed.database.client(CLIENT) as c:
            client_store.add_client(c, CLIENT, "Newcomer")
            for address, role in people:
                access_store.add_user(c, CLIENT, address, role, password_hash)
        yield installed


@pytest.fixture(scope="module")
def server_url(installed: Installation) -> Iterator[str]:
    settings = ApiSettings(port=0)
    with serving(create_app(installed.urls, installed.objects, settings), settings) as url:
        yield url


@pytest.fixture(scope="module")
def base_url(server_url: str) -> str:
    return server_url.replace("127.0.0.1", "localhost")


def looked_at(visit: Visit, name: str) -> None:
    """Guarantees that the page is well made at every width that people have."""
    assert violations(visit) == [], name
    for width_px in (360, 768, 1440, 1920):
        visit.page.set_viewport_size({"width": width_px, "height": 900})
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width_px, name
    visit.page.set_viewport_size({"width": 1280, "height": 900})


def scanned(installed: Installation) -> None:
    """Guarantees that the scan that was asked for last has been carried out."""
    with installed.database.client(CLIENT) as c:
        (scan,) = scan_store.scan_page(c, CLIENT, 10)
    with ThreadPoolExecutor(1) as threads:  # the browser's own event loop runs in this one
        for run in scan.runs:
            assert threads.submit(installed.execute, scan, run.provider).result().success
    with installed.database.client(CLIENT) as c:  # as the sensor that watches runs does
        for run in scan_store.get_scan(c, CLIENT, scan.scan_id).runs:
            run_store.finish_run(
                c, CLIENT, scan.scan_id, run.provider, run.epoch, "succeeded", {}, None
            )


@pytest.mark.timeout(300)
def test_a_new_client_comes_from_its_brand_to_its_first_decision(
    open_visit: OpenVisit, installed: Installation
) -> None:
    visit = open_visit()
    page = visit.page
    visit.log_in(CLIENT, ADMIN)
    first = page.get_by_role("region", name="First steps")
    expect(first).to_contain_text("0 of 5 done. Next: name your brand.")
    looked_at(visit, "home-new")
    first.get_by_role("link", name="Go on").click()

    page.get_by_label("Lowest genuine price").fill("29")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("Enter the name of your brand.")).to_be_visible()
    expect(page.get_by_text("Tick at least one marketplace.")).to_be_visible()
    expect(page.get_by_text("Enter the currency, such as USD.")).to_be_visible()
    looked_at(visit, "start-wrong")
    page.get_by_label("Brand", exact=True).fill("Kelvarra")
    page.get_by_label("Kind of product").fill("bottle")
    page.get_by_label("Currency").fill("usd")
    page.get_by_label("Amazon").check()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_text("2 of 5 done")).to_be_visible()  # what to search for follows

    shots = demo_client("kelvarra").reference_photos
    files: list[FilePayload] = [
        {"name": name, "mimeType": "image/jpeg", "buffer": shots[name]} for name in list(shots)[:6]
    ]
    small = encoded(product(5).resize((120, 120)), "PNG")
    files += [
        {"name": "notes.png", "mimeType": "image/png", "buffer": b"no photo"},
        {"name": "small.png", "mimeType": "image/png", "buffer": small},
        {"name": "twice.jpg", "mimeType": "image/jpeg", "buffer": files[0]["buffer"]},
    ]
    page.locator("input[name=photos]").set_input_files(files)
    page.get_by_role("button", name="Add").click()
    added = page.locator(".added")
    expect(added).to_contain_text("7 of 9 added.")
    expect(added.get_by_text("notes.png")).to_be_visible()
    expect(added.locator("li", has_text="notes.png")).to_contain_text("left out; it cannot be used")
    expect(added.locator("li", has_text="small.png")).to_contain_text("under 224 px")
    expect(added.locator("li", has_text="twice.jpg")).to_contain_text("was here already")
    expect(added.locator("li", has_text="a good photo to compare with").first).to_be_visible()
    looked_at(visit, "start-photos")
    page.get_by_role("link", name="Go on").click()

    search = page.locator("#step-search")
    search.get_by_role("button", name="Try it …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Try “Kelvarra bottle” at Amazon?")
    dialog.get_by_role("button", name="Try it").click()
    expect(search.locator(".tiles li")).to_have_count(12)
    looked_at(visit, "start-search")

    page.get_by_role("button", name="Start the first scan …").click()
    page.get_by_role("dialog").get_by_role("button", name="Start the scan").click()
    page.wait_for_url(re.compile(r"/scans/"))
    visit.show("start")
    expect(page.get_by_text("A scan is under way")).to_be_visible()
    scanned(installed)
    visit.show("home")
    expect(first).to_contain_text("4 of 5 done. Next: decide the first case.")
    looked_at(visit, "home-scanned")
    first.get_by_role("link", name="Go on").click()
    looked_at(visit, "start-decide")
    page.get_by_role("link", name="Review them").click()
    page.locator("[data-row]").first.click()
    page.get_by_role("button", name=re.compile("^Infringing")).click()
    expect(page.locator("#toast")).to_contain_text("Infringing")
    visit.show("home")
    expect(page.get_by_role("heading", name="Newcomer")).to_be_visible()
    expect(first).to_have_count(0)
    visit.show("start")
    expect(page.get_by_text("All first steps are done.")).to_be_visible()
    looked_at(visit, "start-done")


def test_who_may_not_edit_is_told_who_does(open_visit: OpenVisit, installed: Installation) -> None:
    with installed.database.client("second") as c:
        client_store.add_client(c, "second", "Second")
        access_store.add_user(c, "second", REVIEWER, "reviewer", hash_password(PASSWORD))
    visit = open_visit(width_px=360, dark=True)
    visit.log_in("second", REVIEWER)
    visit.show("start")
    expect(visit.page.get_by_text("An admin of this client enters the brand.")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Save and go on")).to_have_count(0)
    sent = visit.page.request.post("/clients/second/start/brand", form={"name": "Acme"})
    assert sent.status == 403


def test_a_first_scan_without_success_is_said_as_it_ended(
    open_visit: OpenVisit, installed: Installation
) -> None:
    config = {"brands": [{"name": "Kelvarra"}], "searches": {"ebay": {"queries": ["kelvarra"]}}}
    with installed.database.client("unlucky") as c:
        client_store.add_client(c, "unlucky", "Unlucky")
        client_store.save_config(c, "unlucky", config, "tests")
        access_store.add_user(c, "unlucky", REVIEWER, "reviewer", hash_password(PASSWORD))
        photo = a_photo("unlucky")
        photo_store.put_photo(c, "unlucky", photo, [])
        client_store.add_reference_photo(
            c, "unlucky", sha256=photo.sha256, file_name="a.jpg", brand=None
        )
    scan = installed.request("unlucky", "ebay")
    with installed.database.client("unlucky") as c:
        intervention_store.cancel_scan(c, "unlucky", scan.scan_id)
    visit = open_visit()
    visit.log_in("unlucky", REVIEWER)
    visit.show("start")
    link = visit.page.get_by_role("link", name="The last scan was cancelled")
    expect(link).to_have_attribute("href", f"/clients/unlucky/scans/{scan.scan_id}")
