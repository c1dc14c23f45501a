"""The accounts of vendors, or the sandbox in ScraperAPI's place."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr

from infringement_dagster.domain.errors import PermanentError
from resources.providers.plug_in import SCRAPERAPI, Vendor
from resources.providers.provider_health import ProviderHealth
from resources.providers.vendor import Books, Turn, VendorClient
from resources.providers.vendor_answers import Answering
from resources.settings import BadSetting, Settings

SANDBOX = "sandbox"  # its name in the books, and its key
_NO_KEY = SecretStr("")


class NoVendor(PermanentError):
    """There is neither a vendor's key nor a sandbox."""


class Account(Protocol):
    """Who is asked about a provider: a vendor's account, or the client's own files."""

    @property
    def name(self) -> str:
        """Its name in the books and in evidence."""
        ...

    @property
    def base_url(self) -> str:
        """Where it is asked, as people are told."""
        ...

    def client(
        self, turn: Turn | None, books: Books | None, health: ProviderHealth | None
    ) -> Answering:
        """Who answers the questions of one run, to be opened and closed within one event loop."""
        ...


@dataclass(frozen=True, slots=True)
class VendorAccount:
    """Who answers and is paid; a client of it belongs to one event loop."""

    name: str  # in the books: the vendor's, or that of the sandbox in its place
    vendor: Vendor
    base_url: str
    _api_key: SecretStr = field(repr=False)
    concurrency: int = 5  # questions of one run under way at a time

    def client(
        self,
        turn: Turn | None = None,
        books: Books | None = None,
        health: ProviderHealth | None = None,
    ) -> VendorClient:
        """A client to be opened and closed within one event loop; each request waits its turn."""
        return VendorClient(
            self.base_url,
            self._api_key.get_secret_value(),
            vendor=self.vendor,
            concurrency=self.concurrency,
            turn=turn,
            books=books,
            health=health,
        )


@dataclass(frozen=True, slots=True)
class VendorAccounts:
    """The accounts of all vendors, each looked up when a provider of it is read."""

    settings: Settings

    def of(self, vendor: Vendor) -> VendorAccount:
        """The vendor's account; raises `NoVendor` and `BadSetting`."""
        if vendor == SCRAPERAPI:
            return self._scraperapi()
        return VendorAccount(
            vendor.name, vendor, _url_of(vendor), _key_of(vendor), self.settings.vendor_concurrency
        )

    def _scraperapi(self) -> VendorAccount:
        """ScraperAPI's account where a key is set, else the sandbox."""
        settings = self.settings
        name, url, key = SCRAPERAPI.name, settings.scraperapi_url, settings.scraperapi_key
        if key is None:
            if settings.sandbox_url is None:
                raise NoVendor(
                    "there is nothing to read providers with: set SCRAPERAPI_KEY, or "
                    "INFRINGEMENT_SANDBOX_URL to a running sandbox"
                )
            name, url, key = SANDBOX, settings.sandbox_url, SecretStr(SANDBOX)
        return VendorAccount(name, SCRAPERAPI, url, key, settings.vendor_concurrency)


def _url_of(vendor: Vendor) -> str:
    url = os.environ.get(vendor.url_setting or "") or vendor.url
    if not url.startswith(("http://", "https://")):
        raise BadSetting(
            f"{vendor.url_setting} cannot be used: it should begin with http:// or https://; "
            "correct the variable or unset it"
        )
    return url


def _key_of(vendor: Vendor) -> SecretStr:
    if vendor.key_setting is None:
        return _NO_KEY
    key = os.environ.get(vendor.key_setting)
    if not key:
        raise NoVendor(
            f"there is no key for the vendor {vendor.name}: set {vendor.key_setting} for every "
            "process that runs scans"
        )
    return SecretStr(key)
