"""The most that a scan by a draft of a config may cost, for whoever changes its searches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import Connection

from infringement_dagster.clients.config_document import BadClientConfig, read_client_config
from infringement_dagster.domain.listing import Provider
from infringement_dagster.scans.prices import priced_credits_at_most
from infringement_dagster.scans.request import searched_providers


@dataclass(frozen=True, slots=True)
class SearchCost:
    """Credits at most by marketplace; none where the draft is not valid yet."""

    credits_at_most: Mapping[Provider, int]

    @property
    def total(self) -> int:
        """The most that a scan of all of them may cost."""
        return sum(self.credits_at_most.values())


def search_cost(c: Connection, client_id: str, document: Mapping[str, object]) -> SearchCost:
    """The cost of a scan by this document at the prices that vendors told last."""
    try:
        config = read_client_config(client_id, 0, document, is_stored=True)
    except BadClientConfig:
        return SearchCost({})
    searched = searched_providers(config)
    return SearchCost({name: priced_credits_at_most(c, config, name) for name in searched})
