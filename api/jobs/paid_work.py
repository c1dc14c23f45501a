"""Jobs that a vendor is paid for, done with the accounts that the environment names."""

from __future__ import annotations

from api.jobs.orders import PaidOrder, ScreenshotOrder, TrialOrder
from api.jobs.trial_work import tried
from infringement_dagster.flagging.screenshots.render import PageRendering
from infringement_dagster.flagging.screenshots.take import Screenshots
from resources.decoding.blocking import BlockingDecoder
from resources.fetching.allowed_hosts import photo_access
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.providers.account import VendorAccounts
from resources.providers.screenshot import RENDERER
from resources.settings import Settings


def paid(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    client_id: str,
    order: PaidOrder,
) -> bytes:
    """The job's result; raises as `tried` and `Screenshots.take` do, NoVendor and BadSetting."""
    if isinstance(order, TrialOrder):
        return tried(database, decoder, client_id, order)
    _take_screenshot(database, objects, decoder, client_id, order)
    return b"{}"  # the screenshot is evidence, not kept for a day


def _take_screenshot(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    client_id: str,
    order: ScreenshotOrder,
) -> None:
    settings = Settings()
    account = VendorAccounts(settings).of(RENDERER)
    rendering = PageRendering(database, account, photo_access(settings), decoder)
    Screenshots(database, objects, rendering).take(client_id, order.case_id)
