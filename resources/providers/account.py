"""The account with which providers are read: the vendor's, or the sandbox in its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from infringement_dagster.domain.errors import PermanentError
from resources.providers.provider_health import ProviderHealth
from resources.providers.vendor import Books, ScraperApi, Turn
from resources.settings import Settings

_SANDBOX_KEY = "sandbox"


class NoVendor(PermanentError):
    """There is neither a vendor's key nor a sandbox."""


@dataclass(frozen=True, slots=True)
class VendorAccount:
    """Who answers and is paid; a client of it belongs to one event loop."""

    name: Literal["scraperapi", "sandbox"]
    base_url: str
    _api_key: SecretStr = field(repr=False)
    concurrency: int = 5  # questions of one run under way at a time

    def client(
        self,
        turn: Turn | None = None,
        books: Books | None = None,
        health: ProviderHealth | None = None,
    ) -> ScraperApi:
        """A client to be opened and closed within one event loop; each request waits its turn."""
        key = self._api_key.get_secret_value()
        return ScraperApi(
            self.base_url,
            key,
            concurrency=self.concurrency,
            turn=turn,
            books=books,
            health=health,
        )


def vendor_account(settings: Settings) -> VendorAccount:
    """The vendor's account where a key is set, else the sandbox; raises `NoVendor`."""
    at_once = settings.vendor_concurrency
    if settings.scraperapi_key is not None:
        return VendorAccount(
            "scraperapi", settings.scraperapi_url, settings.scraperapi_key, at_once
        )
    if settings.sandbox_url is None:
        raise NoVendor(
            "there is nothing to read providers with: set SCRAPERAPI_KEY, or "
            "INFRINGEMENT_SANDBOX_URL to a running sandbox"
        )
    return VendorAccount("sandbox", settings.sandbox_url, SecretStr(_SANDBOX_KEY), at_once)
