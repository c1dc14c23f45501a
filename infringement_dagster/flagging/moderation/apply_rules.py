"""The client's rules act on its flagged cases, each act explained and kept with its decision.

Rules are those of the newest config, whatever version the run has: what a person took out of it
acts no more. A person's decision comes first: cases with one are not asked about, and one that a
person decides meanwhile is left as that person left it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg import Connection

from infringement_dagster.clients.moderation import guard
from infringement_dagster.clients.moderation.guard import RulesInForce
from infringement_dagster.domain import event
from infringement_dagster.domain.case import NOT_DECIDED, PastDecision, RuleMark
from infringement_dagster.domain.moderation.changes import Change, change_of
from infringement_dagster.domain.moderation.happenings import CasePrioritised, CaseUnprioritised
from infringement_dagster.domain.moderation.rules import Rule
from infringement_dagster.flagging.moderation.candidates import candidates_after
from infringement_dagster.scans.lease import ScanRun
from resources.postgres.cases import decision_store, group_store
from resources.postgres.cases.decision_store import DecidedCase
from resources.postgres.cases.moderation import rule_store
from resources.postgres.cases.moderation.rule_store import NewAct
from resources.postgres.database import Database
from resources.postgres.events.event_store import append_events

CASES_AT_ONCE: Final = 1_000  # of one transaction, for which people who decide wait


@dataclass(frozen=True, slots=True)
class Applied:
    """How many cases rules decided, flagged as priority, and opened again."""

    decided: int = 0
    prioritised: int = 0
    reopened: int = 0

    def counts(self) -> dict[str, int]:
        """The numbers as a step tells them."""
        return {
            "decided_by_rule": self.decided,
            "prioritised": self.prioritised,
            "reopened_by_rule": self.reopened,
        }


def apply_rules(database: Database, run: ScanRun) -> Applied:
    """The acts of the rules on the client's cases, counted; done again it does nothing more.

    Whatever a killed run left undone is done too. Rules that people overturn too often are paused
    first. Raises `LostLease`.
    """
    done: Counter[str] = Counter()
    with run.transaction(database) as c:  # alone: it holds the rules, which come after cases
        guard.pause_exceeding(c, run.client_id, guard.rules_in_force(c, run.client_id).rules)
    after: UUID | None = UUID(int=0)
    while after is not None:
        with run.transaction(database) as c:
            group_store.lock_groups(c, run.client_id)  # its decisions are facts of rules
            changed, after = _apply_some(c, run.client_id, run.scan_id, after)
        done.update(change.kind for change in changed)
    return Applied(done["decided"], done["prioritised"], done["reopened"])


def _apply_some(
    c: Connection, client_id: str, scan_id: UUID, after: UUID
) -> tuple[list[Change], UUID | None]:
    """The changes to the next cases behind the id, and the last of these; None after all."""
    force = guard.rules_in_force(c, client_id)
    if not force.rules and not rule_store.has_priorities(c, client_id):
        return [], None
    found = candidates_after(c, client_id, CASES_AT_ONCE, after)
    paused = rule_store.pauses(c, client_id)
    changes = [
        change
        for candidate in found
        if (change := change_of(force.rules, paused, candidate)) is not None
    ]
    kept = _unchanged(c, client_id, changes)
    _keep(c, client_id, scan_id, force, kept)
    return kept, found[-1].case_id if len(found) == CASES_AT_ONCE else None


def _unchanged(c: Connection, client_id: str, changes: Sequence[Change]) -> list[Change]:
    """Those whose case nobody has decided since it was read; locked until the transaction ends."""
    asked = [change.candidate.case_id for change in changes]
    present = decision_store.lock_versions(c, client_id, asked)
    return [
        change
        for change in changes
        if present.get(change.candidate.case_id) == change.candidate.version
    ]


def _keep(
    c: Connection, client_id: str, scan_id: UUID, force: RulesInForce, changes: Iterable[Change]
) -> None:
    by_rule: defaultdict[tuple[str, Rule], list[Change]] = defaultdict(list)
    for change in changes:
        by_rule[change.kind, change.rule].append(change)
    for (kind, rule), same in by_rule.items():
        if kind in ("decided", "reopened"):
            _decide(c, client_id, rule, force.version, same)
        else:
            flagging = rule.name if kind == "prioritised" else None
            case_ids = [change.candidate.case_id for change in same]
            rule_store.set_priority(c, client_id, case_ids, flagging)
            events = [_event(change, force.version, scan_id) for change in same]
            append_events(c, client_id, events)
        acts = [_act(change, force.version) for change in same]
        rule_store.put_acts(c, client_id, scan_id, acts)


def _decide(
    c: Connection, client_id: str, rule: Rule, version: int, changes: Sequence[Change]
) -> None:
    verdict = changes[0].decision
    past = (
        NOT_DECIDED
        if verdict is None
        else PastDecision(
            verdict, rule.reason_given, sets_aside=False, by_rule=RuleMark(rule.name, version)
        )
    )
    decided = [
        DecidedCase(
            change.candidate.case_id,
            "open" if verdict is None else "decided",
            change.candidate.version + 1,
        )
        for change in changes
    ]
    decision_store.keep_decisions(
        c, client_id, decided, past, rule.author, takes_back=verdict is None
    )


def _act(change: Change, version: int) -> NewAct:
    return NewAct(
        change.candidate.case_id,
        change.rule.name,
        version,
        change.kind,
        change.decision,
        [judged.said for judged in change.judgement.conditions],
    )


def _event(change: Change, version: int, scan_id: UUID) -> event.NewEvent:
    kind = CasePrioritised if change.kind == "prioritised" else CaseUnprioritised
    return event.new_event(kind(change.candidate.case_id, change.rule.name, version), scan_id)
