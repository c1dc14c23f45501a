"""A client with a case whose listing the sandbox sells, for tests of screenshots."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.flagging.screenshots.render import PageRendering
from infringement_dagster.flagging.screenshots.take import Screenshots
from resources.decoding.blocking import BlockingDecoder
from resources.fetching.allowed_hosts import PhotoAccess
from resources.objects.store import ObjectStore
from resources.postgres.cases import case_store
from resources.postgres.database import Database
from resources.postgres.listings import listing_store, score_store
from resources.postgres.scans import run_store
from resources.providers.account import VendorAccounts
from resources.providers.sandbox.catalogue import Catalogue
from resources.providers.screenshot import RENDERER
from resources.settings import Settings
from tests.evidence.frozen import freeze
from tests.support.onboarding import add_client, save_config
from tests.support.scene import a_listing, a_score, ask_for_scan

CREDITS_MAX: Final = 20
SOLD: Final = Catalogue().find("amazon", "kelvarra bottle")[0]
CONFIG: Final = {
    "brands": [{"name": "Kelvarra"}],
    "searches": {"amazon": {"queries": ["kelvarra bottle"]}},
    "screenshot_credits_max": CREDITS_MAX,
}


@dataclass(frozen=True, slots=True)
class ScreenshotCase:
    """The case, and the scan that saw its listing last."""

    client_id: str
    case_id: UUID
    scan_id: UUID


def screenshot_case(
    database: Database,
    objects: ObjectStore,
    client_id: str,
    *,
    url: str | None = None,
    config: dict[str, object] | None = None,
) -> ScreenshotCase:
    """The case with frozen evidence; at another address than the sandbox's where one is given."""
    add_client(database, client_id, client_id)
    save_config(database, client_id, config or CONFIG, "tests")
    case = scan_again(database, client_id, url=url)
    freeze(database, objects, client_id, case.case_id, case.scan_id)
    return case


def scan_again(database: Database, client_id: str, *, url: str | None = None) -> ScreenshotCase:
    """The case, as a further scan sees and flags it."""
    address = url or f"https://www.amazon.com/dp/{SOLD.listing_id}/ref=sr_1_1?keywords=bottle"
    listing = replace(a_listing(SOLD.listing_id, title=SOLD.title), url=address)
    with database.client(client_id) as c:
        scan_id = ask_for_scan(c, client_id, "amazon")
        run_store.start_run(c, client_id, scan_id, "amazon", f"dagster-{scan_id}")
        listing_store.put_listings(c, client_id, scan_id, [listing])
        scores = {listing.listing_id: a_score(0.9)}
        score_store.put_scores(c, client_id, scan_id, "amazon", 1, scores)
        flags = [CaseFlag(listing.listing_id, 0.9, "stolen_photo")]
        (flagged,) = case_store.flag_cases(c, client_id, scan_id, "amazon", 1, flags)
    return ScreenshotCase(client_id, flagged.case_id, scan_id)


def screenshots_at(
    sandbox_url: str,
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    seconds_max: float = 60.0,
) -> Screenshots:
    """Screenshots that the sandbox at this address renders."""
    settings = Settings().model_copy(update={"sandbox_url": sandbox_url})
    access = PhotoAccess(frozenset({urlsplit(sandbox_url).netloc}))
    account = VendorAccounts(settings).of(RENDERER)
    rendering = PageRendering(database, account, access, decoder, seconds_max)
    return Screenshots(database, objects, rendering)
