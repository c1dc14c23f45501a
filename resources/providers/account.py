"""The accounts of vendors, or the sandbox in the place of those that it speaks for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr

from infringement_dagster.domain.errors import PermanentError
from resources.providers.authorization.client_credentials import ClientCredentials
from resources.providers.plug_in import SCRAPERAPI, TokenEndpoint, Vendor
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
    credentials: ClientCredentials | None = None  # for tokens, in the place of a key

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
            credentials=self.credentials,
            concurrency=self.concurrency,
            turn=turn,
            books=books,
            health=health,
        )


@dataclass(frozen=True, slots=True)
class VendorAccounts:
    """The accounts of all vendors, each looked up when a provider of it is read.

    The sandbox stands in for vendors without credentials where ScraperAPI has none either: what
    is invented must not stand among what is real.
    """

    settings: Settings

    def of(self, vendor: Vendor) -> VendorAccount:
        """The vendor's account; raises `NoVendor` and `BadSetting`."""
        settings = self.settings
        if vendor.in_sandbox and settings.uses_sandbox and not _has_own(vendor):
            return self._sandbox(vendor)
        tokens, concurrency = vendor.tokens, settings.vendor_concurrency
        if vendor == SCRAPERAPI and settings.scraperapi_key is not None:
            url, key = settings.scraperapi_url, settings.scraperapi_key
            return VendorAccount(vendor.name, vendor, url, key, concurrency)
        key = _NO_KEY if vendor.key_setting is None else _secret_of(vendor, vendor.key_setting)
        credentials = None if tokens is None else _credentials_of(vendor, tokens)
        return VendorAccount(vendor.name, vendor, _url_of(vendor), key, concurrency, credentials)

    def _sandbox(self, vendor: Vendor) -> VendorAccount:
        url, key = self.settings.sandbox_url, SecretStr(SANDBOX)
        if url is None:
            raise NoVendor(
                "there is nothing to read providers with: set "
                f"{' and '.join(_needed(vendor))}, or INFRINGEMENT_SANDBOX_URL to a running sandbox"
            )
        credentials = ClientCredentials(SANDBOX, key) if vendor.tokens else None
        concurrency = self.settings.vendor_concurrency
        return VendorAccount(SANDBOX, vendor, url, key, concurrency, credentials)


def _needed(vendor: Vendor) -> list[str]:
    """The environment variables without which the vendor answers nobody."""
    tokens = vendor.tokens
    named = (vendor.key_setting, *((tokens.id_setting, tokens.secret_setting) if tokens else ()))
    return [name for name in named if name]


def _has_own(vendor: Vendor) -> bool:
    return any(os.environ.get(name) for name in _needed(vendor))


def _url_of(vendor: Vendor) -> str:
    url = os.environ.get(vendor.url_setting or "") or vendor.url
    if not url.startswith(("http://", "https://")):
        raise BadSetting(
            f"{vendor.url_setting} cannot be used: it should begin with http:// or https://; "
            "correct the variable or unset it"
        )
    return url


def _secret_of(vendor: Vendor, setting: str) -> SecretStr:
    value = os.environ.get(setting)
    if not value:
        raise NoVendor(
            f"there is no key for the vendor {vendor.name}: set {setting} for every process that "
            "runs scans"
        )
    return SecretStr(value)


def _credentials_of(vendor: Vendor, tokens: TokenEndpoint) -> ClientCredentials:
    client_id = _secret_of(vendor, tokens.id_setting).get_secret_value()
    return ClientCredentials(client_id, _secret_of(vendor, tokens.secret_setting))
