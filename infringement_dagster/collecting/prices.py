"""The price of a page of results today, as the vendor tells it before anything is asked.

The sandbox is not asked: it charges what the documentation says.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.provider import ProviderDescription, credits_at_most
from infringement_dagster.scans.admit_runs import hold_credits
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.database import Database
from resources.postgres.scans import price_store
from resources.postgres.scans.price_store import AskedToday
from resources.providers.account import SANDBOX
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.vendor_answers import Answering

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PagePrice:
    """The price of one provider's pages on one national site, asked once a day for everybody.

    Runs and trial searches share it, whichever asks first. Two that ask at the same time are told
    the same, and the later one's row stays. A vendor that tells nothing is asked once a day, too:
    it may take ten seconds to do so.
    """

    database: Database
    client_id: str  # who asks; the price is everybody's
    provider: Provider
    vendor_name: str
    tld: str

    async def plug_in(self, vendor: Answering, plug_in: ProviderPlugIn) -> ProviderPlugIn:
        """The provider at the price that its vendor told; as described where it tells none."""
        if plug_in.priced_url is None or self.vendor_name == SANDBOX:
            return plug_in
        asked = await asyncio.to_thread(self._of_today)
        if asked is None:
            told = await vendor.price_of(plug_in.priced_url.format(tld=self.tld))
            asked = await asyncio.to_thread(self._keep, told)
        return plug_in.at_price(asked.credits)

    def forget(self) -> None:
        """Guarantees that the next run asks again."""
        with self.database.client(self.client_id) as c:
            price_store.forget_price(c, self.vendor_name, self.provider, self.tld)

    def _of_today(self) -> AskedToday | None:
        with self.database.client(self.client_id) as c:
            return price_store.price_of_today(c, self.vendor_name, self.provider, self.tld)

    def _keep(self, told: int | None) -> AskedToday:
        if told is None:
            log.warning(
                "client %s: %s told no price of %s: the one it told last is taken, else that of "
                "its documentation; it is asked again in %d h",
                self.client_id,
                self.vendor_name,
                self.provider,
                price_store.KEPT_HOURS,
            )
        with self.database.client(self.client_id) as c:
            price_store.put_price(c, self.vendor_name, self.provider, self.tld, told)
        return self._of_today() or AskedToday(told)


def credits_held(database: Database, run: ScanRun, provider: ProviderDescription) -> int:
    """The most that the run may ask for at the provider's price, which it holds from now on.

    Raises `CreditsExhausted` where the client has too few credits left for it.
    """
    credits = credits_at_most(run.config, provider)
    with database.client(run.client_id) as c:
        return hold_credits(c, run.client_id, run.scan_id, run.provider, credits)
