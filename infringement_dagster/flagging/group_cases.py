"""Puts new cases into groups of near-identical listings, across marketplaces and scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.event import (
    CaseGrouped,
    GroupMerged,
    Happening,
    NewEvent,
    new_event,
)
from infringement_dagster.domain.groups.likeness import Member, PhotoPrint
from infringement_dagster.matching.groups.grouping import Grouping, Joined
from infringement_dagster.matching.groups.likeness import photo_print, print_of
from infringement_dagster.matching.groups.proposals import proposal
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.cases import group_lists, group_store
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.postgres.events import event_store
from resources.postgres.listings import photo_store

_CASES_AT_ONCE: Final = 5_000  # of a client whose cases are older than groups; about two seconds


@dataclass(frozen=True, slots=True)
class Grouped:
    """How many cases were grouped, and how many of them are near-identical to an earlier one."""

    cases: int
    alike: int


def group_cases(database: Database, run: ScanRun) -> Grouped:
    """Guarantees that every case of the client is in a group; cases stay in theirs.

    Whatever a killed run left ungrouped is grouped too. Raises `LostLease`.
    """
    cases = alike = 0
    while True:
        with run.transaction(database) as c:
            group_store.lock_groups(c, run.client_id)
            joined = _group_some(c, run.client_id, run.scan_id)
        cases += len(joined)
        alike += sum(item.is_alike for item in joined)
        if len(joined) < _CASES_AT_ONCE:
            return Grouped(cases, alike)


def _group_some(c: Connection, client_id: str, scan_id: UUID) -> list[Joined]:
    fresh = group_store.ungrouped_cases(c, client_id, _CASES_AT_ONCE)
    if not fresh:
        return []
    known = group_store.members(c, client_id)
    references = _references(c, client_id)
    grouping = Grouping(known)
    joined = []
    for case in fresh:
        photo = None
        if case.photo_sha256 is not None:
            photo = photo_print(case.photo_sha256, case.hashes, references)
        joined.append(grouping.add(print_of(case.case_id, case.listing, photo)))
    _keep(c, client_id, grouping, known, joined)
    event_store.append_events(c, client_id, _events(c, client_id, scan_id, grouping, joined))
    return joined


def _references(c: Connection, client_id: str) -> list[PhotoPrint]:
    rows = client_store.reference_photos(c, client_id)
    photos = [row.sha256 for row in rows if row.kind == "photo"]
    hashes = photo_store.hashes_of(c, client_id, photos)
    return [photo_print(sha256, hashes.get(sha256, ())) for sha256 in photos]


def _keep(
    c: Connection,
    client_id: str,
    grouping: Grouping,
    known: Sequence[Member],
    joined: Sequence[Joined],
) -> None:
    moved = {
        member.group_id: grouping.group_of(place)
        for place, member in enumerate(known)
        if member.group_id != grouping.group_of(place)
    }
    new = [
        Member(item.seen, grouping.group_of(place))
        for place, item in enumerate(joined, start=len(known))
    ]
    group_store.unite(c, client_id, moved)
    group_store.put_members(c, client_id, new)
    group_store.put_edges(c, client_id, [edge for item in joined for edge in item.edges])


def _events(
    c: Connection, client_id: str, scan_id: UUID, grouping: Grouping, joined: Sequence[Joined]
) -> list[NewEvent]:
    """An event for each group that is no more and for each case that is like others."""
    group_of = {case_id: group for group, cases in grouping.members().items() for case_id in cases}
    merged = [
        GroupMerged(group_of[gone], gone, by_person=False)
        for item in joined
        for gone in item.united
    ]
    alike = [item.seen.case_id for item in joined if item.is_alike]
    standing = group_lists.standing_decisions(
        c, client_id, {group_of[case_id] for case_id in alike}
    )
    proposals = {group_id: proposal(taken) for group_id, taken in standing.items()}
    grouped = [
        CaseGrouped(case_id, group_id, found.decision if found else None)
        for case_id in alike
        for group_id in (group_of[case_id],)
        for found in (proposals.get(group_id),)
    ]
    happened: list[Happening] = [*merged, *grouped]
    return [new_event(told, scan_id) for told in happened]
