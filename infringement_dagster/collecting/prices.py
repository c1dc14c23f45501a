"""The price of a page of results today, as the vendor tells it before anything is asked.

The sandbox is not asked: it charges what the documentation says.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from infringement_dagster.scans.admit_runs import reserve_anew
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.database import Database
from resources.postgres.scans import price_store
from resources.providers.account import SANDBOX
from resources.providers.plug_in import ProviderPlugIn
from resources.providers.vendor_answers import Answering

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PagePrice:
    """The price of one provider's pages on one national site, asked once a day for all runs.

    Two runs that ask at the same time are told the same, and the later one's row stays.
    """

    run: ScanRun
    database: Database
    vendor_name: str
    tld: str

    async def plug_in(self, vendor: Answering, provider: ProviderPlugIn) -> ProviderPlugIn:
        """The provider at the price that its vendor told; as described where it tells none.

        Raises `CreditsExhausted` where the client has too few credits left for a price that rose.
        """
        if provider.priced_url is None or self.vendor_name == SANDBOX:
            return provider
        credits = await asyncio.to_thread(self._of_today)
        if credits is None:
            credits = await vendor.price_of(provider.priced_url.format(tld=self.tld))
            await asyncio.to_thread(self._keep, credits)
        return provider.at_price(credits)

    def forget(self) -> None:
        """Guarantees that the next run asks again."""
        with self.database.client(self.run.client_id) as c:
            price_store.forget_price(c, self.vendor_name, self.run.provider, self.tld)

    def _of_today(self) -> int | None:
        with self.database.client(self.run.client_id) as c:
            return price_store.price_of_today(c, self.vendor_name, self.run.provider, self.tld)

    def _keep(self, credits: int | None) -> None:
        run = self.run
        if credits is None:
            told = "tells no price: that of its documentation is taken"
            log.warning("%s: %s %s", run, self.vendor_name, told)
            return
        with self.database.client(run.client_id) as c:
            before = price_store.newest_price(c, run.provider, self.tld)
            price_store.put_price(c, self.vendor_name, run.provider, self.tld, credits)
        if credits != before:  # else the run was admitted at this price
            with self.database.client(run.client_id) as c:
                reserve_anew(c, run.client_id, run.scan_id, run.provider)
