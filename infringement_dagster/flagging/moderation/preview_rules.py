"""Rules tried out on the client's stored cases: what the next run would do, and nothing done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.moderation.changes import Change, ChangeKind, change_of
from infringement_dagster.domain.moderation.rules import Rule
from infringement_dagster.flagging.moderation.candidates import candidates_after
from resources.postgres.cases.moderation import rule_store

SHOWN: Final = 10
CASES_MAX: Final = 20_000  # looked at while somebody waits for the preview
_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class RulePreview:
    """The changes that one rule would make, counted by kind."""

    rule: Rule
    is_paused: bool
    changes: dict[ChangeKind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RulesPreview:
    """The changes that rules would make to the cases asked about, the first of them in full."""

    cases: int  # asked about: flagged ones on which no person has decided
    is_whole: bool  # False: the client has more of them
    by_rule: list[RulePreview]
    changes: int
    first: list[Change]


def preview_rules(
    c: Connection, client_id: str, rules: Sequence[Rule], cases_max: int = CASES_MAX
) -> RulesPreview:
    """The changes that the next run would make if these were the client's rules."""
    changes, cases, is_whole = planned(c, client_id, rules, cases_max)
    paused = rule_store.pauses(c, client_id)
    counts = Counter((change.rule.name, change.kind) for change in changes)
    by_rule = [
        RulePreview(
            rule,
            rule.name in paused,
            {kind: number for (name, kind), number in counts.items() if name == rule.name},
        )
        for rule in rules
    ]
    return RulesPreview(cases, is_whole, by_rule, len(changes), changes[:SHOWN])


def planned(
    c: Connection, client_id: str, rules: Sequence[Rule], cases_max: int = CASES_MAX
) -> tuple[list[Change], int, bool]:
    """The changes in order of case, how many cases were asked about, and whether those are all."""
    paused = rule_store.pauses(c, client_id)
    changes: list[Change] = []
    cases, after = 0, UUID(int=0)
    while cases < cases_max:
        asked = min(_AT_ONCE, cases_max - cases)
        found = candidates_after(c, client_id, asked, after)
        cases += len(found)
        changes += filter(None, (change_of(rules, paused, candidate) for candidate in found))
        if len(found) < asked:
            return changes, cases, True
        after = found[-1].case_id
    return changes, cases, not candidates_after(c, client_id, 1, after)
