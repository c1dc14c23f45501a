"""The rules that are in force, and the guard that pauses those which people overturn too often.

It is asked after each decision of a person on a rule's case and before each run acts by rules. What
was counted begins anew when a person resumes a rule.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection
from pydantic import TypeAdapter

from infringement_dagster.clients.config_rules import RuleDocument
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.event import new_event
from infringement_dagster.domain.moderation.happenings import RulePaused, RuleResumed
from infringement_dagster.domain.moderation.rules import Rule, Tally
from resources.postgres.cases.moderation import rule_store
from resources.postgres.cases.moderation.rule_store import RuleChange, RuleUse
from resources.postgres.clients import client_store, config_store
from resources.postgres.clients.audit import Doer, record
from resources.postgres.events.event_store import append_events

_RULES: TypeAdapter[tuple[RuleDocument, ...]] = TypeAdapter(tuple[RuleDocument, ...])


class UnknownRule(PermanentError):
    """The client has no such rule, nor had one that acted."""

    problem = ProblemKind(404, "unknown-rule", "No such rule", "List the client's rules.")


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The rules of the newest config; `version` is 0 where there is none."""

    version: int
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule with all that has become of it."""

    rule: Rule
    place: int  # in which it is asked, from 1
    use: RuleUse
    tally: Tally  # since it was last resumed
    pause: RuleChange | None  # None: it acts


def rules_in_force(c: Connection, client_id: str) -> RulesInForce:
    """The rules of the client's newest config."""
    version = config_store.newest_version(c, client_id)
    if not version:
        return RulesInForce(0, ())
    document = client_store.load_config(c, client_id, version).document
    return RulesInForce(version, read_rules(document.get("rules") or ()))


def read_rules(document: object) -> tuple[Rule, ...]:
    """The rules of a document that was checked before it was saved."""
    return tuple(rule.to_rule() for rule in _RULES.validate_python(document))


def rule_states(c: Connection, client_id: str) -> list[RuleState]:
    """Every rule of the newest config, in the order in which they are asked."""
    rules = rules_in_force(c, client_id).rules
    uses, paused = rule_store.uses(c, client_id), rule_store.pauses(c, client_id)
    tallies = rule_store.tallies(c, client_id, [rule.name for rule in rules])
    return [
        RuleState(
            rule,
            place,
            uses.get(rule.name, RuleUse(rule.name, 0, 0, 0, None)),
            tallies[rule.name],
            paused.get(rule.name),
        )
        for place, rule in enumerate(rules, start=1)
    ]


def hold_rules_of(c: Connection, client_id: str, case_ids: Collection[UUID]) -> None:
    """Guarantees, where a rule decided any of these cases, that nobody else changes rules now.

    Of two who overturn decisions of one rule at once the second so counts the first.
    """
    if rule_store.rules_that_decided(c, client_id, list(case_ids)):
        rule_store.lock_rules(c, client_id)


def pause_overturned(c: Connection, client_id: str, case_ids: Collection[UUID]) -> list[str]:
    """The rules that are paused because of what people have just said of these cases."""
    names = rule_store.rules_that_decided(c, client_id, list(case_ids))
    if not names:
        return []
    rules = rules_in_force(c, client_id).rules
    return pause_exceeding(c, client_id, [rule for rule in rules if rule.name in names])


def pause_exceeding(c: Connection, client_id: str, rules: Sequence[Rule]) -> list[str]:
    """Those of the rules that exceed their limit and were not paused before; they are now."""
    if not rules:
        return []
    rule_store.lock_rules(c, client_id)
    paused = rule_store.pauses(c, client_id)
    tallies = rule_store.tallies(c, client_id, [rule.name for rule in rules])
    over = [
        rule for rule in rules if rule.name not in paused and tallies[rule.name].exceeds(rule.guard)
    ]
    for rule in over:
        tally = tallies[rule.name]
        reason = (
            f"people overturned {tally.overturned} of its {tally.decided} decisions, more than "
            f"{100 * rule.guard.overturned_at_most:g}%"
        )
        _pause(c, client_id, rule.name, None, reason, tally)
    return [rule.name for rule in over]


def pause_rule(c: Connection, client_id: str, name: str, by: Doer, reason: str) -> None:
    """Guarantees that the rule acts no more until it is resumed; raises UnknownRule."""
    check_rule(c, client_id, name)
    rule_store.lock_rules(c, client_id)
    if name in rule_store.pauses(c, client_id):
        return
    tally = rule_store.tallies(c, client_id, [name])[name]
    _pause(c, client_id, name, by, reason, tally)
    record(c, client_id, by, "rule.paused", name, reason=reason)


def resume_rule(c: Connection, client_id: str, name: str, by: Doer, reason: str) -> None:
    """Guarantees that the rule acts again, and is counted anew; raises UnknownRule."""
    check_rule(c, client_id, name)
    rule_store.lock_rules(c, client_id)
    if name not in rule_store.pauses(c, client_id):
        return
    tally = rule_store.tallies(c, client_id, [name])[name]
    rule_store.put_change(c, client_id, name, "resumed", by.principal, reason, tally)
    record(c, client_id, by, "rule.resumed", name, reason=reason)
    append_events(c, client_id, [new_event(RuleResumed(name))])


def _pause(
    c: Connection, client_id: str, name: str, by: Doer | None, reason: str, tally: Tally
) -> None:
    changed_by = None if by is None else by.principal
    rule_store.put_change(c, client_id, name, "paused", changed_by, reason, tally)
    told = RulePaused(name, by is None, tally.decided, tally.overturned)
    append_events(c, client_id, [new_event(told)])


def check_rule(c: Connection, client_id: str, name: str) -> None:
    """Returns for a rule of the newest config, or one that has acted; raises UnknownRule."""
    if name in {rule.name for rule in rules_in_force(c, client_id).rules}:
        return
    if name not in rule_store.uses(c, client_id):
        raise UnknownRule(
            f"client {client_id} has no rule {name!r} in its config; list its rules for their names"
        )
