"""Actors and sellers as people read them, and a person's word on them, which outlives scans."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.actors.happenings import ActorMerged, ActorSplit
from infringement_dagster.domain.actors.links import Link
from infringement_dagster.domain.actors.sellers import SellerKey
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import new_event
from resources.postgres.actors import actor_lists, seller_lists, seller_store
from resources.postgres.actors.actor_lists import ActorRow, UnknownActor
from resources.postgres.actors.records import WeekOfListings, weeks_of
from resources.postgres.actors.seller_lists import SellerSummaryRow
from resources.postgres.actors.seller_store import SellerRow
from resources.postgres.cases.case_lists import CaseSummaryRow
from resources.postgres.events.event_store import append_events

CASES_SHOWN_MAX: Final = 100


class NotInActor(PermanentError):
    """Sellers that are named are not of the actor, or are all of it."""

    problem = ProblemKind(
        422, "not-in-actor", "These sellers are no part of the actor", "Name some of its sellers."
    )


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor with its sellers and what links them; `maybe` links lead to sellers of others."""

    row: ActorRow
    sellers: list[SellerSummaryRow]
    links: list[Link]
    maybe: list[Link]
    others: Mapping[SellerKey, SellerSummaryRow]  # at the far ends of those
    weeks: list[WeekOfListings]
    cases: list[CaseSummaryRow]  # at most `CASES_SHOWN_MAX`


@dataclass(frozen=True, slots=True)
class SellerDetail:
    """A seller with its actor, its links and its cases."""

    row: SellerSummaryRow
    actor: ActorRow
    links: list[Link]
    others: Mapping[SellerKey, SellerSummaryRow]
    weeks: list[WeekOfListings]
    cases: list[CaseSummaryRow]


def read_actor(c: Connection, client_id: str, actor_id: UUID) -> Actor:
    """The actor as it is now; raises UnknownActor."""
    row = actor_lists.get_actor(c, client_id, actor_id)
    sellers = seller_lists.sellers_of_actor(c, client_id, actor_id)
    keys = [seller.seller for seller in sellers]
    links = actor_lists.links_of_actor(c, client_id, actor_id)
    within = [link for link in links if {link.first, link.second} <= set(keys)]
    maybe = [link for link in links if link not in within]
    far = {end for link in maybe for end in (link.first, link.second)} - set(keys)
    others = seller_lists.sellers_of_keys(c, client_id, sorted(far))
    return Actor(
        row,
        sellers,
        within,
        [link for link in maybe if {link.first, link.second} <= {*keys, *others}],
        others,
        weeks_of(c, client_id, keys),
        seller_lists.cases_of_sellers(c, client_id, keys, CASES_SHOWN_MAX),
    )


def read_seller(c: Connection, client_id: str, seller: SellerKey) -> SellerDetail:
    """The seller as it is now; raises UnknownSeller."""
    row = seller_lists.get_seller(c, client_id, seller)
    links = [
        link
        for link in actor_lists.links_of_actor(c, client_id, row.actor_id)
        if seller in (link.first, link.second)
    ]
    far = {end for link in links for end in (link.first, link.second)} - {seller}
    others = seller_lists.sellers_of_keys(c, client_id, sorted(far))
    return SellerDetail(
        row,
        actor_lists.get_actor(c, client_id, row.actor_id),
        [link for link in links if {link.first, link.second} <= {seller, *others}],
        others,
        weeks_of(c, client_id, [seller]),
        seller_lists.cases_of_sellers(c, client_id, [seller], CASES_SHOWN_MAX),
    )


def split_actor(
    c: Connection, client_id: str, actor_id: UUID, sellers: Collection[SellerKey], split_by: str
) -> UUID:
    """The id of the new actor of these sellers, whom no later scan puts back.

    The rest stays together too. Raises UnknownActor, and NotInActor where a seller is not of it or
    none would be left.
    """
    seller_store.lock_actors(c, client_id)
    known = _sellers(c, client_id, actor_id)
    taken = [row for row in known if row.seller in sellers]
    rest = [row for row in known if row.seller not in sellers]
    if len(taken) < len(set(sellers)) or not taken or not rest:
        raise NotInActor(
            f"client {client_id}: actor {actor_id} has {len(known)} sellers; name some of them, "
            "not all"
        )
    for part in (rest, taken):
        _pin(c, client_id, part, part[0].own_actor_id, split_by)
    told = ActorSplit(rest[0].own_actor_id, taken[0].own_actor_id, len(taken))
    append_events(c, client_id, [new_event(told)])
    return taken[0].own_actor_id


def merge_actors(
    c: Connection, client_id: str, actor_id: UUID, other_id: UUID, merged_by: str
) -> UUID:
    """The id of the one actor of both: that of the one which began earlier.

    Raises UnknownActor, and NotInActor for an actor with itself.
    """
    seller_store.lock_actors(c, client_id)
    if actor_id == other_id:
        raise NotInActor(f"client {client_id}: actor {actor_id} cannot be merged with itself")
    both = [*_sellers(c, client_id, actor_id), *_sellers(c, client_id, other_id)]
    first = min(both, key=lambda row: row.arrival_no)
    _pin(c, client_id, both, first.own_actor_id, merged_by)
    gone = other_id if first.actor_id == actor_id else actor_id
    told = ActorMerged(first.own_actor_id, gone)
    append_events(c, client_id, [new_event(told)])
    return first.own_actor_id


def _pin(
    c: Connection, client_id: str, rows: Sequence[SellerRow], actor_id: UUID, pinned_by: str
) -> None:
    seller_store.pin_sellers(c, client_id, [row.seller for row in rows], actor_id, pinned_by)


def _sellers(c: Connection, client_id: str, actor_id: UUID) -> list[SellerRow]:
    """The actor's sellers in order of arrival; raises UnknownActor."""
    found = [row for row in seller_store.sellers(c, client_id) if row.actor_id == actor_id]
    if not found:
        raise UnknownActor(client_id, actor_id)
    return found
