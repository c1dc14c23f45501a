"""The question before a scan starts: which marketplaces, at what cost, within which limits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from psycopg import Connection

from api.pages.languages.words import gettext
from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.prices import priced_credits_at_most
from infringement_dagster.scans.request import searched_providers
from resources.postgres.clients import config_store, limit_store
from resources.postgres.scans import usage_store


@dataclass(frozen=True, slots=True)
class CreditsLeft:
    """Credits of a limit that are neither charged nor reserved; never below 0."""

    label: str
    credits: int


@dataclass(frozen=True, slots=True)
class ScanQuestion:
    """The marketplaces that would be read, the most that each may cost, and what is left."""

    credits_at_most: Mapping[Provider, int]
    left: tuple[CreditsLeft, ...]  # of limits that are set

    @property
    def total(self) -> int:
        """The most that the whole scan may cost, in credits."""
        return sum(self.credits_at_most.values())

    @property
    def short_of(self) -> list[CreditsLeft]:
        """The limits within which the whole scan may not find room, so that parts may wait."""
        return [left for left in self.left if left.credits < self.total]


def searched_if_configured(c: Connection, client_id: str) -> list[Provider] | None:
    """The marketplaces that the newest config searches; None before the first was saved."""
    if not config_store.newest_version(c, client_id):
        return None
    return searched_providers(load_client_config(c, client_id))


def scan_question(c: Connection, client_id: str, wanted: Collection[Provider]) -> ScanQuestion:
    """The question about the wanted marketplaces that the newest config searches."""
    config = load_client_config(c, client_id)
    chosen = [provider for provider in searched_providers(config) if provider in wanted]
    credits_at_most = {name: priced_credits_at_most(c, config, name) for name in chosen}
    return ScanQuestion(credits_at_most, credits_left(c, client_id))


def credits_left(c: Connection, client_id: str) -> tuple[CreditsLeft, ...]:
    """The credits left of each limit that is set."""
    limits, use = limit_store.client_limits(c, client_id), usage_store.client_use(c, client_id)
    spans = (
        (gettext("today"), limits.credits_per_day, use.credits_today),
        (gettext("this month"), limits.credits_per_month, use.credits_this_month),
    )
    return tuple(
        CreditsLeft(label, max(0, limit - used))
        for label, limit, used in spans
        if limit is not None
    )
