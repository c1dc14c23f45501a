"""The sellers of a client as actors with the links between them, made from all that they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from infringement_dagster.domain.actors.links import Link
from infringement_dagster.domain.actors.sellers import SellerKey
from infringement_dagster.matching.actors.components import actors_of
from infringement_dagster.matching.actors.linking import Comparison
from infringement_dagster.matching.actors.profiles import Profile

_ROUNDS: Final = 3  # whatever is left to find after three is next to nothing
_NO_PINS: Mapping[SellerKey, UUID] = {}


@dataclass(frozen=True, slots=True)
class Network:
    """The links between sellers, and the sellers of each actor; some actors have but one."""

    links: list[Link]
    actors: list[tuple[SellerKey, ...]]


def network_of(profiles: Sequence[Profile], pins: Mapping[SellerKey, UUID] = _NO_PINS) -> Network:
    """Whoever is behind these sellers; `pins` are people's words on who is together and apart.

    Rarity is counted in actors, which rarity makes: each round counts by the actors of the last,
    so that a photo under ten names of one actor is as rare as it is.
    """
    sellers = sorted(item.seller for item in profiles)
    comparison = Comparison(profiles)
    links: list[Link] = []
    actors = actors_of(sellers, links, pins)
    for _ in range(_ROUNDS):
        links = comparison.links(_numbered(actors))
        actors = actors_of(sellers, links, pins)
    return Network(links, actors)


def _numbered(actors: Sequence[Sequence[SellerKey]]) -> dict[SellerKey, int]:
    return {seller: number for number, members in enumerate(actors) for seller in members}
