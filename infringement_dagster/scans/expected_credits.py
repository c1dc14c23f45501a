"""The credits that scans of many pairs would cost, before anybody starts them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.prices import priced_credits_at_most
from infringement_dagster.scans.request import searched_providers
from resources.postgres.clients import client_store, limit_store
from resources.postgres.database import Database
from resources.postgres.scans import admission_store, usage_store


@dataclass(frozen=True, slots=True)
class ExpectedCredits:
    """One client's scan at one provider; `last` is what its newest one was charged, if any was."""

    client_id: str
    provider: Provider
    at_most: int
    last: int | None
    left_today: int | None  # to the client, for all its providers; None: not limited


def expected_credits(
    database: Database, clients: Collection[str] = (), providers: Collection[str] = ()
) -> list[ExpectedCredits]:
    """A row for each searched pair of active clients, of those named where some are."""
    with database.admission() as c:
        wanted = [
            row.client_id
            for row in client_store.list_clients(c)
            if row.state == "active" and (not clients or row.client_id in clients)
        ]
        limits = limit_store.limits_of_clients(c)
        use = admission_store.current_use(c, wanted).clients
        last = usage_store.last_charges(c)
    found: list[ExpectedCredits] = []
    for client_id in wanted:
        limit = limits[client_id].credits_per_day if client_id in limits else None
        left = None if limit is None else max(0, limit - use[client_id].credits_today)
        found += [
            ExpectedCredits(client_id, provider, at_most, last.get((client_id, provider)), left)
            for provider, at_most in _at_most(database, client_id)
            if not providers or provider in providers
        ]
    return found


def _at_most(database: Database, client_id: str) -> list[tuple[Provider, int]]:
    """By searched provider; none for a client whose config cannot be read, which asks nothing."""
    try:
        with database.client(client_id) as c:
            config = load_client_config(c, client_id)
            return [
                (provider, priced_credits_at_most(c, config, provider))
                for provider in searched_providers(config)
            ]
    except PermanentError:
        return []


def in_words(found: Collection[ExpectedCredits]) -> str:
    """The sum in one line: `8 scans of 4 clients: 1,250 credits at most`."""
    clients = len({row.client_id for row in found})
    total = sum(row.at_most for row in found)
    return f"{len(found):,} scans of {clients:,} clients: {total:,} credits at most"
