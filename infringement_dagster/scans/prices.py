"""The most that a run may cost, at the prices that vendors told last."""

from __future__ import annotations

from psycopg import Connection

from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.provider import credits_at_most
from resources.postgres.scans import price_store
from resources.providers.registry import installed


def priced_credits_at_most(c: Connection, config: ClientConfig, provider: Provider) -> int:
    """Credits for every page that the config asks for.

    Raises `ProviderNotInstalled` and `VendorNotInstalled`.
    """
    search = config.searches.get(provider)
    described = installed().description(provider, search.vendor if search else None)
    if search is None:
        return 0
    told = price_store.newest_price(c, provider, search.marketplace)
    return credits_at_most(config, described.at_price(told))
