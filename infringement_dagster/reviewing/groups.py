"""A person's word on groups: decided at once, split, merged; each outlives later scans."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.case import Decision, StaleCase, digest_of
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import (
    GroupDecided,
    GroupMerged,
    GroupSplit,
    GroupTakenBack,
    new_event,
)
from infringement_dagster.domain.groups.likeness import Edge
from infringement_dagster.matching.groups.proposals import Proposal, proposal
from infringement_dagster.reviewing.decide import (
    DecidedAtOnce,
    decide_each,
    decide_many,
    take_back_many,
)
from resources.postgres.cases import group_lists, group_store
from resources.postgres.cases.group_lists import GroupedCase, GroupRow, ProposedCase, UnknownGroup
from resources.postgres.events.event_store import append_events

PROPOSED_MAX: Final = 100  # cases that a person looks through before confirming them


class StaleGroup(PermanentError):
    """Cases came, went or were decided since the group was read."""

    problem = ProblemKind(
        409, "stale-group", "The group has changed", "Read it again, decide on what it says now."
    )


class NotInGroup(PermanentError):
    """Cases that are named are not in the group, or are all of it."""

    problem = ProblemKind(
        422, "not-in-group", "These cases are no part of the group", "Name some of its cases."
    )


class StaleProposals(PermanentError):
    """Cases or decisions of their groups came, went or changed since the proposals were read."""

    problem = ProblemKind(
        409, "stale-proposals", "The proposals have changed", "Read them again, then confirm."
    )


@dataclass(frozen=True, slots=True)
class Group:
    """A group with its cases, what ties them together, and what its decided cases propose.

    `seen` is named by whoever decides: the open cases at their versions.
    """

    row: GroupRow
    cases: list[GroupedCase]
    edges: list[Edge]
    proposal: Proposal | None

    @property
    def open_versions(self) -> dict[UUID, int]:
        """The version of each open case."""
        return {
            item.case.case_id: item.case.version for item in self.cases if item.case.state == "open"
        }

    @property
    def seen(self) -> str:
        """Which open cases at which versions these are."""
        return digest_of(self.open_versions)

    def proposed(self, item: GroupedCase) -> Proposal | None:
        """The proposal for a case; None where it is decided, or a person left it out."""
        is_asked = item.case.state == "open" and not item.membership.is_exception
        return self.proposal if is_asked else None


@dataclass(frozen=True, slots=True)
class Proposed:
    """Open cases, at most `PROPOSED_MAX`, with what their groups propose, group by group.

    `seen` is named by whoever confirms: the cases at their versions, the groups and decisions.
    """

    cases: list[ProposedCase]
    by_group: Mapping[UUID, Proposal]

    @property
    def seen(self) -> str:
        """Which cases at which versions are to be decided how."""
        told = ((item.decision, item.group_id) for item in self.cases)
        return digest_of({item.case_id: item.version for item in self.cases}, told)


def read_proposed(c: Connection, client_id: str) -> Proposed:
    """All that groups propose now; whatever is confirmed makes room for more."""
    cases = group_lists.proposed_cases(c, client_id, PROPOSED_MAX)
    standing = group_lists.standing_decisions(c, client_id, {item.group_id for item in cases})
    found = {group_id: proposal(taken) for group_id, taken in standing.items()}
    by_group = {group_id: told for group_id, told in found.items() if told is not None}
    # Somebody may have decided, or taken a decision back, since the cases were read.
    agreed = {(group_id, told.decision) for group_id, told in by_group.items()}
    return Proposed([item for item in cases if (item.group_id, item.decision) in agreed], by_group)


def confirm_proposed(
    c: Connection,
    client_id: str,
    confirmed_by: str,
    seen: str,
    exceptions: Collection[UUID] = (),
) -> DecidedAtOnce:
    """The proposed cases but for the exceptions, each decided as its group is and why it is.

    The exceptions stay open and are proposed no more. `take_back_many` takes all of it back. Raises
    StaleProposals when they are no longer as `seen`, and NotInGroup for a strange exception.
    """
    group_store.lock_groups(c, client_id)
    proposed = read_proposed(c, client_id)
    if proposed.seen != seen:
        raise _stale_proposals(client_id)
    strange = set(exceptions) - {item.case_id for item in proposed.cases}
    if strange:
        raise NotInGroup(f"client {client_id}: {', '.join(map(str, strange))} are not proposed")
    group_store.except_further(c, client_id, sorted(set(exceptions)))
    confirmed = [item for item in proposed.cases if item.case_id not in exceptions]
    try:
        decided = decide_each(c, client_id, _by_decision(confirmed, proposed), confirmed_by)
    except StaleCase:  # decided by somebody since this transaction read it
        raise _stale_proposals(client_id) from None
    append_events(c, client_id, [new_event(told) for told in _told(confirmed, proposed)])
    return decided


def _by_decision(
    cases: Collection[ProposedCase], proposed: Proposed
) -> dict[tuple[Decision, str], dict[UUID, int]]:
    wanted: defaultdict[tuple[Decision, str], dict[UUID, int]] = defaultdict(dict)
    for item in cases:
        reason = proposed.by_group[item.group_id].reason or ""
        wanted[item.decision, reason][item.case_id] = item.version
    return dict(wanted)


def _told(confirmed: Collection[ProposedCase], proposed: Proposed) -> list[GroupDecided]:
    """An event for each group of which a case is decided, in order of the groups."""
    shown = Counter(item.group_id for item in proposed.cases)
    decided = Counter((item.group_id, item.decision) for item in confirmed)
    return [
        GroupDecided(group_id, decision, cases, shown[group_id] - cases)
        for (group_id, decision), cases in decided.items()
    ]


def read_group(c: Connection, client_id: str, group_id: UUID) -> Group:
    """The group as it is now; raises UnknownGroup."""
    row = group_lists.get_group(c, client_id, group_id)
    standing = group_lists.standing_decisions(c, client_id, [group_id])
    return Group(
        row,
        group_lists.cases_in_group(c, client_id, group_id),
        group_lists.edges_of_group(c, client_id, group_id),
        proposal(standing.get(group_id, [])),
    )


def decide_group(
    c: Connection,
    client_id: str,
    group_id: UUID,
    decision: Decision,
    reason: str,
    decided_by: str,
    seen: str,
    exceptions: Collection[UUID] = (),
) -> DecidedAtOnce:
    """The group's open cases but for the exceptions, each decided as if one by one.

    Decided cases keep their decisions. `take_back_group` takes all of it back. Raises UnknownGroup,
    NotInGroup for a strange exception, and StaleGroup when the group is no longer as `seen`.
    """
    group_store.lock_groups(c, client_id)
    group = read_group(c, client_id, group_id)
    left_out = _within(group, client_id, exceptions)
    if group.seen != seen:
        raise _stale(client_id, group_id)
    wanted = {id_: version for id_, version in group.open_versions.items() if id_ not in left_out}
    if not wanted:
        raise NotInGroup(f"client {client_id}: group {group_id} has no open case to decide on")
    group_store.except_cases(c, client_id, group_id, sorted(left_out))
    try:
        decided = decide_many(c, client_id, wanted, decision, reason, decided_by)
    except StaleCase:  # decided by somebody since this transaction read it
        raise _stale(client_id, group_id) from None
    told = GroupDecided(group_id, decision, len(wanted), len(left_out))
    append_events(c, client_id, [new_event(told)])
    return decided


def take_back_group(
    c: Connection, client_id: str, group_id: UUID, decided_by: str, decided_at: datetime
) -> int:
    """The number of a person's decisions of one moment that were taken back, as `take_back_many`.

    Raises UnknownGroup.
    """
    group_lists.get_group(c, client_id, group_id)
    number = take_back_many(c, client_id, decided_by, decided_at)
    if number:
        append_events(c, client_id, [new_event(GroupTakenBack(group_id, number))])
    return number


def split_group(
    c: Connection, client_id: str, group_id: UUID, case_ids: Collection[UUID], split_by: str
) -> UUID:
    """The id of the new group of these cases, which no later scan puts back.

    The rest stays together too. Raises UnknownGroup, and NotInGroup where a case is not in it or
    none would be left.
    """
    group_store.lock_groups(c, client_id)
    known = _cases(c, client_id, group_id)
    taken = [case_id for case_id in known if case_id in case_ids]
    rest = [case_id for case_id in known if case_id not in case_ids]
    if len(taken) < len(set(case_ids)) or not taken or not rest:
        raise NotInGroup(
            f"client {client_id}: group {group_id} has {len(known)} cases; name some of them, "
            "not all"
        )
    for part in (taken, rest):
        group_store.pin(c, client_id, part, part[0], split_by)
    told = GroupSplit(rest[0], taken[0], len(taken))
    append_events(c, client_id, [new_event(told)])
    return taken[0]


def merge_groups(
    c: Connection, client_id: str, group_id: UUID, other_id: UUID, merged_by: str
) -> UUID:
    """The id of the one group of both: that of the group which began earlier.

    Raises UnknownGroup, and NotInGroup for a group with itself.
    """
    group_store.lock_groups(c, client_id)
    if group_id == other_id:
        raise NotInGroup(f"client {client_id}: group {group_id} cannot be merged with itself")
    for asked in (group_id, other_id):
        _cases(c, client_id, asked)
    cases = group_store.cases_of_groups(c, client_id, [group_id, other_id])
    kept = cases[0]  # a group bears the id of the case that it began with
    group_store.pin(c, client_id, cases, kept, merged_by)
    gone = other_id if kept == group_id else group_id
    append_events(c, client_id, [new_event(GroupMerged(kept, gone, by_person=True))])
    return kept


def _cases(c: Connection, client_id: str, group_id: UUID) -> list[UUID]:
    """The group's cases in order of arrival; raises UnknownGroup."""
    found = group_store.cases_of_groups(c, client_id, [group_id])
    if not found:
        raise UnknownGroup(client_id, group_id)
    return found


def _within(group: Group, client_id: str, exceptions: Collection[UUID]) -> set[UUID]:
    strange = set(exceptions) - group.open_versions.keys()
    if strange:
        raise NotInGroup(
            f"client {client_id}: {', '.join(sorted(map(str, strange)))} of the exceptions are no "
            f"open cases of group {group.row.group_id}"
        )
    return set(exceptions)


def _stale_proposals(client_id: str) -> StaleProposals:
    return StaleProposals(
        f"client {client_id}: what groups propose changed since it was read; nothing was written"
    )


def _stale(client_id: str, group_id: UUID) -> StaleGroup:
    return StaleGroup(
        f"client {client_id}: cases of group {group_id} came, went or were decided since it was "
        "read; nothing was written"
    )
