"""The changes that a client's rules make to a case; the same for a preview and for a run.

The first rule that holds acts, and no other. Cases on which a person has decided are never among
those that are asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from infringement_dagster.domain.listing import Provider, Seller
from infringement_dagster.domain.moderation.judging import Facts, Judgement, judge
from infringement_dagster.domain.moderation.rules import Rule, Verdict

ChangeKind = Literal["decided", "reopened", "prioritised", "unprioritised"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A flagged case on which no person has decided, as it stands, with what is known of it."""

    case_id: UUID
    version: int
    provider: Provider
    listing_id: str
    title: str
    seller: Seller | None  # None: the marketplace did not name it
    decision: Verdict | None  # a rule's; None: open
    decided_by_rule: str | None
    priority_rule: str | None  # by which it is flagged as priority
    facts: Facts


@dataclass(frozen=True, slots=True)
class Change:
    """One change to a case by a rule, with the conditions as they were found."""

    kind: ChangeKind
    candidate: Candidate
    judgement: Judgement

    @property
    def rule(self) -> Rule:
        """The rule that acts."""
        return self.judgement.rule

    @property
    def decision(self) -> Verdict | None:
        """The decision that stands afterwards; None: the case is open."""
        return self.rule.verdict if self.kind == "decided" else None


ChangeOrNone: TypeAlias = Change | None


def change_of(rules: Sequence[Rule], paused: Collection[str], candidate: Candidate) -> ChangeOrNone:
    """The change that the rules make to the case; None where it stays as it is.

    A rule that is paused does nothing, and what it has done stays, as do decisions of a rule that
    is gone. What an active rule did is undone once its conditions hold no longer, so that a case
    whose price or list entry changed is looked at again.
    """
    judged = [judge(rule, candidate.facts) for rule in rules if rule.name not in paused]
    acting = next((judgement for judgement in judged if judgement.holds), None)
    if candidate.decision is not None:
        return _of_decided(candidate, judged, acting)
    return _of_open(candidate, paused, judged, acting)


def _of_decided(
    candidate: Candidate, judged: Sequence[Judgement], acting: Judgement | None
) -> ChangeOrNone:
    own = _by_name(judged, candidate.decided_by_rule)
    if own is None or (own.holds and own.rule.verdict == candidate.decision):
        return None
    if acting is not None and acting.rule.verdict is not None:
        return Change("decided", candidate, acting)
    return Change("reopened", candidate, own)


def _of_open(
    candidate: Candidate,
    paused: Collection[str],
    judged: Sequence[Judgement],
    acting: Judgement | None,
) -> ChangeOrNone:
    if acting is not None and acting.rule.verdict is not None:
        return Change("decided", candidate, acting)
    if candidate.priority_rule in paused:
        return None
    if acting is not None:
        is_new = acting.rule.name != candidate.priority_rule
        return Change("prioritised", candidate, acting) if is_new else None
    return _unprioritised(candidate, judged)


def _unprioritised(candidate: Candidate, judged: Sequence[Judgement]) -> ChangeOrNone:
    """Undoes the flag; of a rule that is gone too, as nothing else ever would."""
    name = candidate.priority_rule
    if name is None:
        return None
    gone = Judgement(Rule(name, "flag_priority", ()), ())
    return Change("unprioritised", candidate, _by_name(judged, name) or gone)


def _by_name(judged: Sequence[Judgement], name: str | None) -> Judgement | None:
    return next((judgement for judgement in judged if judgement.rule.name == name), None)
