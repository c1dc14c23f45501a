"""A case's evidence and notices in the browser: a bundle that verifies, drafts, reports."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from infringement_dagster.evidence.bundle import verify_bundle
from infringement_dagster.reviewing.decide import decide
from resources.objects.store import ObjectStore
from resources.postgres.cases import notice_store
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from tests.api.pages.conftest import VIEWER, OpenVisit, Visit
from tests.api.pages.scene import CONFIG, ReviewScene
from tests.api.pages.test_access_for_all import violations
from tests.evidence.frozen import freeze

DSA = "Notice under Article 16 of the Digital Services Act"
HOLDER = {"rights_holder": {"name": "Kelvarra GmbH", "email": "legal@kelvarra.example"}}


@pytest.fixture
def frozen(scene: ReviewScene, database: Database, objects: ObjectStore) -> ReviewScene:
    """The scene with evidence of its first case."""
    freeze(database, objects, scene.client_id, scene.case_ids[0], scene.scan_id)
    return scene


def test_a_bundle_is_downloaded_and_verifies(
    ann: Visit, frozen: ReviewScene, tmp_path: Path
) -> None:
    ann.show(f"cases/{frozen.case_ids[0]}")
    expect(ann.page.locator(".copies li")).to_have_count(5)
    with ann.page.expect_download() as download:
        ann.page.keyboard.press("b")
    kept = tmp_path / download.value.suggested_filename
    download.value.save_as(kept)
    assert kept.name == f"evidence-{frozen.case_ids[0]}.zip"
    verified = verify_bundle(kept.read_bytes())
    assert (verified.findings, verified.manifests) == ((), 1)
    damaged = bytearray(kept.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    assert verify_bundle(bytes(damaged)).findings


def test_a_notice_is_held_then_drafted_sent_and_accepted(
    ann: Visit, frozen: ReviewScene, database: Database
) -> None:
    client_id, case_id = frozen.client_id, frozen.case_ids[0]
    ann.show(f"cases/{case_id}")
    ann.page.get_by_role("button", name=f"Draft: {DSA}").click()
    notice = ann.page.get_by_role("region", name=DSA)
    expect(notice).to_contain_text("Held: the decision is still open")
    expect(notice).to_contain_text("set rights_holder.name in the client's config")
    assert violations(ann) == []
    with database.client(client_id) as c:
        client_store.save_config(c, client_id, CONFIG | HOLDER, "tests")
        decide(c, client_id, case_id, "infringing", "copied photo", "user:ann", 1)
    notice.get_by_role("button", name="Redraft").click()
    expect(notice.locator(".chip")).to_have_text("drafted")
    notice.get_by_label("Note").fill("reference 4711")
    notice.get_by_role("button", name="Mark as sent").click()
    expect(notice.locator(".chip")).to_have_text("sent")
    notice.get_by_role("button", name="It was accepted").click()
    expect(notice.locator(".chip")).to_have_text("accepted")
    with database.client(client_id) as c:
        (row,) = notice_store.notices_of(c, client_id, case_id)
        changes = notice_store.changes_of(c, client_id, row.notice_id)
    assert [change.state for change in changes] == ["held", "drafted", "sent", "accepted"]
    assert changes[2].note == "reference 4711"


def test_who_decided_without_a_reason_gives_it_with_the_notice(
    ann: Visit, frozen: ReviewScene, database: Database
) -> None:
    client_id, case_id = frozen.client_id, frozen.case_ids[0]
    with database.client(client_id) as c:
        client_store.save_config(c, client_id, CONFIG | HOLDER, "tests")
    ann.show(f"cases/{case_id}")
    ann.page.keyboard.press("i")
    ann.page.wait_for_url("**decided=**")
    ann.show(f"cases/{case_id}?tab=all")
    ann.page.get_by_label("Why it infringes").fill("It was not made by us.")
    ann.page.get_by_role("button", name=f"Draft: {DSA}").click()
    notice = ann.page.get_by_role("region", name=DSA)
    expect(notice.locator(".chip")).to_have_text("drafted")
    notice.get_by_text("Text", exact=True).click()
    expect(notice.locator("pre")).to_contain_text("It was not made by us.")
    notice.get_by_role("button", name="Mark as sent").click()
    expect(notice.locator(".chip")).to_have_text("sent")
    ann.page.reload()
    told = ann.page.locator(".history li").all_inner_texts()
    lines = [" ".join(line.split()) for line in told]
    assert [
        word
        for line in lines
        for word in ("First", "Last", "Infringing", "drafted", "sent")
        if word in line
    ] == ["First", "Last", "Infringing", "drafted", "sent"]


def test_who_only_looks_gets_neither_bundle_nor_notices(
    open_visit: OpenVisit, frozen: ReviewScene
) -> None:
    visit = open_visit(width_px=360, dark=True)
    visit.log_in(frozen.client_id, VIEWER)
    visit.show(f"cases/{frozen.case_ids[0]}")
    expect(visit.page.locator(".copies li")).to_have_count(5)
    expect(visit.page.get_by_text("No notice was drafted.")).to_be_visible()
    expect(visit.page.get_by_role("link", name="Download the bundle")).to_have_count(0)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
