"""Screenshots at a sandbox: paid once, within the credits, frozen with what came of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from infringement_dagster.domain.admission import ClientLimits
from infringement_dagster.evidence.bundle import verify_bundle
from infringement_dagster.evidence.container import open_container
from infringement_dagster.evidence.screenshot import FACTS_KINDS, ShownScreenshot, shown_screenshot
from infringement_dagster.evidence.signature import new_signing_key
from infringement_dagster.flagging.screenshots.plan import NoScreenshots
from infringement_dagster.flagging.screenshots.take import Screenshots
from infringement_dagster.flagging.seal_chain import check_chain, check_files
from infringement_dagster.reviewing.bundles import EvidenceDamaged
from infringement_dagster.scans.admit_runs import CreditsExhausted
from resources.decoding.blocking import BlockingDecoder
from resources.objects.store import ObjectStore
from resources.postgres.cases import evidence_store
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.cases.records import EvidenceRow
from resources.postgres.clients import limit_store
from resources.postgres.database import Database
from resources.postgres.scans import usage_store
from tests.support.bundling import bundle_of
from tests.support.sandbox_processes import StartSandbox
from tests.support.screenshot_case import (
    CONFIG,
    CREDITS_MAX,
    ScreenshotCase,
    scan_again,
    screenshot_case,
    screenshots_at,
)

CLIENT = "acme"
PRICE = 15  # of a rendered page at Amazon
KEY = new_signing_key()


@dataclass(frozen=True, slots=True)
class House:
    """The stores and workers, and what they hold of a client's case."""

    database: Database
    objects: ObjectStore
    decoder: BlockingDecoder

    def screenshots(self, sandbox_url: str, seconds_max: float = 60.0) -> Screenshots:
        return screenshots_at(sandbox_url, self.database, self.objects, self.decoder, seconds_max)

    def case(
        self, client_id: str = CLIENT, *, url: str | None = None, credits_max: int = CREDITS_MAX
    ) -> ScreenshotCase:
        config = CONFIG | {"screenshot_credits_max": credits_max}
        return screenshot_case(self.database, self.objects, client_id, url=url, config=config)

    def used_today(self, client_id: str = CLIENT) -> int:
        with self.database.client(client_id) as c:
            return usage_store.client_use(c, client_id).credits_today

    def copies(self, case: ScreenshotCase) -> list[EvidenceRow]:
        with self.database.client(case.client_id) as c:
            return evidence_store.evidence_of(c, case.client_id, case.case_id)

    def shown(self, case: ScreenshotCase) -> list[ShownScreenshot]:
        rows = [row for row in self.copies(case) if row.kind in FACTS_KINDS]
        return [shown_screenshot(self.objects.get(row.object_key)) for row in rows]

    def bundle_of(self, case: ScreenshotCase) -> bytes:
        where = (self.database, self.objects, self.decoder)
        return bundle_of(*where, KEY, case.client_id, case.case_id)


@pytest.fixture(scope="module")
def decoder() -> Iterator[BlockingDecoder]:
    with BlockingDecoder() as decoder:
        yield decoder


@pytest.fixture
def house(database: Database, tmp_path: Path, decoder: BlockingDecoder) -> House:
    return House(database, ObjectStore(str(tmp_path)), decoder)


def test_a_screenshot_is_paid_once_and_frozen_with_address_time_and_vendor(
    house: House, sandbox_url: str
) -> None:
    case = house.case()
    screenshots = house.screenshots(sandbox_url)
    for _ in range(2):
        screenshots.take(CLIENT, case.case_id)
    assert house.used_today() == PRICE
    (told,) = house.shown(case)
    (screenshot,) = (row for row in house.copies(case) if row.kind == "screenshot")
    assert (told.vendor, told.sha256, told.reason) == ("sandbox", screenshot.sha256, "")
    assert told.address.startswith("https://www.amazon.com/dp/")
    assert screenshot.media_type == "image/png"
    drawn = Image.open(io.BytesIO(house.objects.get(screenshot.object_key)))
    assert drawn.size == (1280, 1080)
    assert list(check_chain(house.database, house.objects, CLIENT)) == []
    assert list(check_files(house.database, house.objects, CLIENT)) == []


def test_a_further_scan_allows_a_further_screenshot(house: House, sandbox_url: str) -> None:
    case = house.case()
    screenshots = house.screenshots(sandbox_url)
    screenshots.take(CLIENT, case.case_id)
    again = scan_again(house.database, CLIENT)
    assert again.case_id == case.case_id
    screenshots.take(CLIENT, case.case_id)
    assert house.used_today() == 2 * PRICE
    assert len(house.shown(case)) == 2
    assert verify_bundle(house.bundle_of(case)).findings == ()


def test_a_bundle_has_the_screenshot_and_shows_it_and_tampering_is_found(
    house: House, sandbox_url: str
) -> None:
    case = house.case()
    before = open_container(house.bundle_of(case)).files
    house.screenshots(sandbox_url).take(CLIENT, case.case_id)
    bundle = house.bundle_of(case)
    verified = verify_bundle(bundle, [KEY.public.fingerprint])
    assert (verified.findings, verified.manifests) == ((), 2)
    files = open_container(bundle).files
    (row,) = (row for row in house.copies(case) if row.kind == "screenshot")
    name = f"screenshots/{row.sha256}.png"
    assert files[name] == house.objects.get(row.object_key)
    assert f"{row.sha256}  {name}\n".encode() in files["SHA256SUMS"]
    page = files["summary.html"].decode()
    assert "rendered by sandbox on" in page
    assert "The listing's page as it was rendered" in page
    assert "screenshots/" not in before["summary.html"].decode()
    assert len(files["summary.pdf"]) > len(before["summary.pdf"]) + 10_000
    at = bundle.index(files[name])
    changed = bytearray(bundle)
    changed[at + 2000] ^= 1
    assert [found.part for found in verify_bundle(bytes(changed)).findings] == [name]
    house.objects.delete([row.object_key])
    house.objects.put_once(row.object_key, b"another screenshot")
    assert [
        row.sha256 in problem for problem in check_files(house.database, house.objects, CLIENT)
    ] == [True]
    with pytest.raises(EvidenceDamaged, match="screenshot"):
        house.bundle_of(case)


@pytest.mark.parametrize(
    ("options", "reason", "charged"),
    [
        (["--fault-500-rate=1", "--slow-seconds=0"], "vendor_failed: ", 0),
        (["--fault-empty-rate=1"], "no_screenshot: ", PRICE),
        (["--fault-truncated-rate=1"], "truncated: ", PRICE),
    ],
)
def test_a_screenshot_that_fails_is_frozen_with_its_reason(
    house: House, options: list[str], reason: str, charged: int, start_sandbox: StartSandbox
) -> None:
    case = house.case()
    house.screenshots(start_sandbox(*options)).take(CLIENT, case.case_id)
    (told,) = house.shown(case)
    assert told.sha256 is None
    assert told.reason.startswith(reason)
    assert house.used_today() == charged
    bundle = house.bundle_of(case)
    assert verify_bundle(bundle).findings == ()
    assert f"none could be taken: {reason}" in open_container(bundle).files["summary.html"].decode()


def test_one_that_failed_may_be_asked_for_again(
    house: House, start_sandbox: StartSandbox, sandbox_url: str
) -> None:
    case = house.case()
    failing = start_sandbox("--fault-empty-rate=1")
    house.screenshots(failing).take(CLIENT, case.case_id)
    house.screenshots(sandbox_url).take(CLIENT, case.case_id)
    page = open_container(house.bundle_of(case)).files["summary.html"]
    assert b"rendered by sandbox on" in page
    assert b"none could be taken: <bdi>no_screenshot" in page  # in the record behind the first page


def test_a_vendor_that_does_not_answer_keeps_what_it_may_have_charged(
    house: House, start_sandbox: StartSandbox
) -> None:
    case = house.case()
    with house.database.admission() as c:
        limit_store.set_client_limits(c, CLIENT, ClientLimits(credits_per_day=CREDITS_MAX + 10))
    silent = start_sandbox("--fault-timeout-rate=1", "--timeout-seconds=30")
    screenshots = house.screenshots(silent, seconds_max=3.0)
    screenshots.take(CLIENT, case.case_id)
    assert [told.reason.partition(":")[0] for told in house.shown(case)] == ["timed_out"]
    with pytest.raises(CreditsExhausted, match="reserved are 20 today"):
        screenshots.take(CLIENT, case.case_id)


def test_a_page_that_is_gone_is_a_reason(house: House, sandbox_url: str) -> None:
    case = house.case(url="https://www.amazon.com/dp/B000000000")
    house.screenshots(sandbox_url).take(CLIENT, case.case_id)
    assert [told.reason for told in house.shown(case)] == [
        "not_found: the marketplace knows no such page"
    ]


def test_the_vendor_refuses_rather_than_charge_more_than_the_config_allows(
    house: House, sandbox_url: str
) -> None:
    case = house.case(credits_max=PRICE - 1)
    house.screenshots(sandbox_url).take(CLIENT, case.case_id)
    (told,) = house.shown(case)
    assert told.reason.startswith("above_price: ")
    assert house.used_today() == 0


def test_nothing_is_asked_beyond_the_clients_credits(house: House, sandbox_url: str) -> None:
    case = house.case()
    with house.database.admission() as c:
        limit_store.set_client_limits(c, CLIENT, ClientLimits(credits_per_day=CREDITS_MAX - 1))
    with pytest.raises(CreditsExhausted, match=r"a screenshot at amazon costs 20 credits"):
        house.screenshots(sandbox_url).take(CLIENT, case.case_id)
    assert house.used_today() == 0
    assert house.shown(case) == []


def test_none_is_taken_where_the_config_allows_none(house: House, sandbox_url: str) -> None:
    case = house.case(credits_max=0)
    with pytest.raises(NoScreenshots, match="allows no credits"):
        house.screenshots(sandbox_url).take(CLIENT, case.case_id)
    assert house.used_today() == 0


def test_no_client_takes_a_screenshot_of_anothers_case(house: House, sandbox_url: str) -> None:
    case = house.case()
    house.case("beta")
    with pytest.raises(UnknownCase):
        house.screenshots(sandbox_url).take("beta", case.case_id)
    assert (house.used_today(), house.used_today("beta")) == (0, 0)
    assert house.shown(case) == []
