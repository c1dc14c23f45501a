"""Finds out who sells a client's cases, and who is behind the sellers.

The run that flags cases does it at its end, in one transaction under the lock of the client's
actors: one that is killed leaves nothing, and the next run reads what it left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.actors.happenings import ActorGrew, ActorMade, ActorShrank
from infringement_dagster.domain.actors.sellers import ListingTrace, SellerKey
from infringement_dagster.domain.event import Happening, new_event
from infringement_dagster.domain.listing import Listing, Seller
from infringement_dagster.matching.actors.network import network_of
from infringement_dagster.matching.actors.profiles import profiles_of
from infringement_dagster.matching.actors.traces import listing_trace, seller_key
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.actors import seller_store
from resources.postgres.actors.seller_store import NewTrace, SellerRow, UntracedCase
from resources.postgres.database import Database
from resources.postgres.events.event_store import append_events

_CASES_AT_ONCE: Final = 5_000  # of a client whose cases are older than actors
TRACES_MAX: Final = 50_000  # the newest cases of a client; ten CPU seconds
_UNREAD: Final = ListingTrace(None, None)


@dataclass(frozen=True, slots=True)
class Linked:
    """How many cases' sellers were read, and how many actors have several sellers now."""

    traced: int
    actors: int


def link_sellers(database: Database, run: ScanRun, listings: Iterable[Listing]) -> Linked:
    """Guarantees that the seller of every grouped case is kept and belongs to an actor.

    `listings` are what the run has found of its cases, with descriptions. Sellers that a person
    has put together or apart stay so. Raises `LostLease`.
    """
    read = {listing.listing_id: listing_trace(listing) for listing in listings}
    traced = 0
    while True:
        with run.transaction(database) as c:
            seller_store.lock_actors(c, run.client_id)
            new = _trace_some(c, run, read)
            filled = seller_store.fill_traces(c, run.client_id, run.provider, read)
            traced += len(new)
            if len(new) == _CASES_AT_ONCE:
                continue
            if traced or filled:
                relink(c, run.client_id, run.scan_id)
            return Linked(traced, seller_store.count_actors(c, run.client_id))


def relink(c: Connection, client_id: str, scan_id: UUID | None = None) -> None:
    """Guarantees that links and actors are what all traces and people's words make of them.

    The caller holds `lock_actors`.
    """
    before = seller_store.sellers(c, client_id)
    profiles = profiles_of(seller_store.traces(c, client_id, TRACES_MAX))
    pins = {row.seller: row.pinned_to for row in before if row.pinned_to is not None}
    network = network_of(profiles, pins)
    known = {row.seller: row for row in before}
    actor_of = dict(_actors(network.actors, known))
    moved = {seller: to for seller, to in actor_of.items() if known[seller].actor_id != to}
    seller_store.move_sellers(c, client_id, moved)
    seller_store.put_links(c, client_id, network.links)
    happened = _happened(before, actor_of)
    append_events(c, client_id, [new_event(told, scan_id) for told in happened])


def _trace_some(c: Connection, run: ScanRun, read: Mapping[str, ListingTrace]) -> list[NewTrace]:
    new = [
        NewTrace(case, _seller(case), _read_of(case, run, read))
        for case in seller_store.untraced_cases(c, run.client_id, _CASES_AT_ONCE)
    ]
    seller_store.put_traces(c, run.client_id, new)
    names: dict[SellerKey, str] = {}
    for item in new:
        names.setdefault(item.seller, item.case.seller_name)
    seller_store.add_sellers(c, run.client_id, names)
    return new


def _seller(case: UntracedCase) -> SellerKey:
    return seller_key(case.provider, Seller(case.seller_name, case.seller_id))


def _read_of(case: UntracedCase, run: ScanRun, read: Mapping[str, ListingTrace]) -> ListingTrace:
    return read.get(case.listing_id, _UNREAD) if case.provider == run.provider else _UNREAD


def _actors(
    actors: Sequence[Sequence[SellerKey]], known: Mapping[SellerKey, SellerRow]
) -> Iterable[tuple[SellerKey, UUID]]:
    """The actor of each seller: the one that a person named, else that of its first seller."""
    for members in actors:
        rows = sorted((known[seller] for seller in members), key=lambda row: row.arrival_no)
        pinned = [row.pinned_to for row in rows if row.pinned_to is not None]
        actor_id = pinned[0] if pinned else rows[0].own_actor_id
        for row in rows:
            yield row.seller, actor_id


def _happened(
    before: Sequence[SellerRow], actor_of: Mapping[SellerKey, UUID]
) -> Iterable[Happening]:
    """An event for each actor of several sellers that is new, has more, or has fewer of them."""
    were: defaultdict[UUID, set[SellerKey]] = defaultdict(set)
    now: defaultdict[UUID, set[SellerKey]] = defaultdict(set)
    for row in before:
        were[row.actor_id].add(row.seller)
        now[actor_of.get(row.seller, row.actor_id)].add(row.seller)
    for actor_id in sorted(were.keys() | now.keys()):
        then, sellers = were[actor_id], now[actor_id]
        if len(sellers) > 1 and len(then) < 2:
            yield ActorMade(actor_id, len(sellers))
        elif sellers - then and len(sellers) > 1:
            yield ActorGrew(actor_id, len(sellers), len(sellers - then))
        elif then - sellers and len(then) > 1:
            yield ActorShrank(actor_id, len(sellers), len(then - sellers))
