"""The acts of a client's rules and their pauses: history that nobody changes.

A run adds acts in the transaction of the decisions that they tell of. Whoever adds a change of a
rule holds `lock_rules`, so that of two who overturn it at once the second counts the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.moderation.changes import ChangeKind
from infringement_dagster.domain.moderation.rules import Tally, Verdict
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_count, hold_lock

RuleChangeKind = Literal["paused", "resumed"]


@dataclass(frozen=True, slots=True)
class NewAct:
    """Something that a rule did to a case; `explanation` is one line for each condition."""

    case_id: UUID
    rule: str
    config_version: int
    kind: ChangeKind
    decision: Verdict | None
    explanation: Sequence[str]


@dataclass(frozen=True, slots=True)
class ActRow:
    """The same as it is kept, with the listing that it was about."""

    case_id: UUID
    action_no: int
    rule: str
    config_version: int
    kind: ChangeKind
    decision: Verdict | None
    decision_no: int | None
    explanation: list[str]
    scan_id: UUID
    acted_at: datetime
    provider: Provider
    listing_id: str
    title: str
    still_stands: bool  # whether the case is as the rule left it


@dataclass(frozen=True, slots=True)
class ActPosition:
    """Where an act stands in the list of a rule's, the newest first."""

    acted_at: datetime
    case_id: UUID


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A pause of a rule or its end; `changed_by` is None where its guard paused it."""

    rule: str
    kind: RuleChangeKind
    changed_by: str | None
    reason: str
    decided: int
    overturned: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RuleUse:
    """How often a rule has acted, since it first was, and what became of it."""

    rule: str
    decided: int  # cases; one that it decided twice counts once
    prioritised: int
    standing: int  # cases that are decided by it now
    last_acted_at: datetime | None


def lock_rules(c: Connection, client_id: str) -> None:
    """Guarantees that nobody else changes the client's rules until the transaction ends.

    Taken after the locks of groups and cases and before any event is told, so that nobody waits in
    a circle.
    """
    hold_lock(c, f"{client_id}/rules")


def put_acts(c: Connection, client_id: str, scan_id: UUID, acts: Sequence[NewAct]) -> None:
    """Guarantees the acts; their cases are locked, and decisions among them are written before."""
    execute_many(
        c,
        """
        INSERT INTO rule_actions (client_id, case_id, action_no, rule, config_version, kind,
            decision, decision_no, explanation, scan_id)
        SELECT %(client_id)s, %(case_id)s, (
                SELECT count(*) + 1 FROM rule_actions AS known
                WHERE known.client_id = %(client_id)s AND known.case_id = %(case_id)s
            ), %(rule)s, %(config_version)s, %(kind)s, %(decision)s,
            CASE WHEN %(kind)s IN ('decided', 'reopened') THEN (
                SELECT max(decision_no) FROM decisions
                WHERE decisions.client_id = %(client_id)s AND decisions.case_id = %(case_id)s
            ) END, %(explanation)s, %(scan_id)s
        """,
        [
            {
                "client_id": client_id,
                "case_id": act.case_id,
                "rule": act.rule,
                "config_version": act.config_version,
                "kind": act.kind,
                "decision": act.decision,
                "explanation": Jsonb(list(act.explanation)),
                "scan_id": scan_id,
            }
            for act in acts
        ],
    )


def set_priority(c: Connection, client_id: str, case_ids: Sequence[UUID], rule: str | None) -> None:
    """Guarantees that the rule flags these cases as priority; none does where it is None."""
    execute(
        c,
        """
        UPDATE cases SET priority_rule = %(rule)s
        WHERE client_id = %(client_id)s AND case_id = ANY(%(case_ids)s)
        """,
        client_id=client_id,
        case_ids=list(case_ids),
        rule=rule,
    )


_ACT = """
    SELECT case_id, action_no, rule, rule_actions.config_version, kind, rule_actions.decision,
        decision_no, explanation, rule_actions.scan_id, acted_at, provider, listing_id, title,
        CASE kind WHEN 'decided' THEN decided_by_rule IS NOT DISTINCT FROM rule
            AND cases.decision = rule_actions.decision
            WHEN 'reopened' THEN cases.state = 'open'
            WHEN 'prioritised' THEN priority_rule IS NOT DISTINCT FROM rule
            ELSE priority_rule IS DISTINCT FROM rule END AS still_stands
    FROM rule_actions JOIN cases USING (client_id, case_id)
    JOIN listings USING (client_id, provider, listing_id)
    WHERE client_id = %(client_id)s"""


def acts_of_rule(
    c: Connection, client_id: str, rule: str, limit: int, after: ActPosition | None = None
) -> list[ActRow]:
    """At most `limit` acts of the rule, the newest first."""
    return fetch_all(
        c,
        ActRow,
        _ACT
        + """ AND rule = %(rule)s AND (%(after_at)s::timestamptz IS NULL
            OR (acted_at, case_id) < (%(after_at)s, %(after_id)s::uuid))
        ORDER BY acted_at DESC, case_id DESC LIMIT %(limit)s""",
        client_id=client_id,
        rule=rule,
        after_at=None if after is None else after.acted_at,
        after_id=None if after is None else after.case_id,
        limit=limit,
    )


def acts_on_case(c: Connection, client_id: str, case_id: UUID) -> list[ActRow]:
    """All that rules did to the case, the first first."""
    return fetch_all(
        c,
        ActRow,
        _ACT + " AND case_id = %(case_id)s ORDER BY action_no",
        client_id=client_id,
        case_id=case_id,
    )


def uses(c: Connection, client_id: str) -> dict[str, RuleUse]:
    """How often each rule has acted, those that are gone too."""
    found = fetch_all(
        c,
        RuleUse,
        """
        SELECT rule, count(DISTINCT case_id) FILTER (WHERE kind = 'decided') AS decided,
            count(DISTINCT case_id) FILTER (WHERE kind = 'prioritised') AS prioritised,
            (SELECT count(*) FROM cases WHERE cases.client_id = %(client_id)s
                AND decided_by_rule = rule) AS standing,
            max(acted_at) AS last_acted_at
        FROM rule_actions WHERE client_id = %(client_id)s GROUP BY rule ORDER BY rule
        """,
        client_id=client_id,
    )
    return {use.rule: use for use in found}


def tallies(c: Connection, client_id: str, rules: Sequence[str]) -> dict[str, Tally]:
    """Of each rule the cases decided since it was last resumed, and those that people overturned.

    Overturned is a case on which a person's word came last and says something else.
    """
    found = dict(
        fetch_all(
            c,
            _tally,
            """
            WITH since AS (
                SELECT rule, coalesce((
                    SELECT max(changed_at) FROM rule_changes AS known
                    WHERE known.client_id = %(client_id)s AND known.rule = asked.rule
                        AND known.kind = 'resumed'), '-infinity') AS moment
                FROM unnest(%(rules)s::text[]) AS asked (rule)
            ), decided AS (
                SELECT DISTINCT ON (rule, case_id) rule, case_id, decision
                FROM rule_actions JOIN since USING (rule)
                WHERE client_id = %(client_id)s AND kind = 'decided' AND acted_at >= moment
                ORDER BY rule, case_id, action_no DESC
            )
            SELECT decided.rule, count(*) AS decided,
                count(*) FILTER (WHERE NOT starts_with(last.decided_by, 'rule:')
                    AND last.decision <> decided.decision) AS overturned
            FROM decided JOIN LATERAL (
                SELECT decided_by, decision FROM decisions
                WHERE decisions.client_id = %(client_id)s AND decisions.case_id = decided.case_id
                ORDER BY decision_no DESC LIMIT 1
            ) AS last ON true
            GROUP BY decided.rule
            """,
            client_id=client_id,
            rules=list(rules),
        )
    )
    return {rule: found.get(rule, Tally(0, 0)) for rule in rules}


def rules_that_decided(c: Connection, client_id: str, case_ids: Sequence[UUID]) -> list[str]:
    """The rules that have ever decided one of these cases."""
    return fetch_all(
        c,
        _name,
        """
        SELECT DISTINCT rule FROM rule_actions
        WHERE client_id = %(client_id)s AND case_id = ANY(%(case_ids)s) AND kind = 'decided'
        ORDER BY rule
        """,
        client_id=client_id,
        case_ids=list(case_ids),
    )


def put_change(
    c: Connection,
    client_id: str,
    rule: str,
    kind: RuleChangeKind,
    changed_by: str | None,
    reason: str,
    tally: Tally,
) -> None:
    """Guarantees the pause or its end; under `lock_rules`."""
    execute(
        c,
        """
        INSERT INTO rule_changes (client_id, rule, change_no, kind, changed_by, reason, decided,
            overturned)
        SELECT %(client_id)s, %(rule)s, (
                SELECT count(*) + 1 FROM rule_changes AS known
                WHERE known.client_id = %(client_id)s AND known.rule = %(rule)s
            ), %(kind)s, %(changed_by)s, %(reason)s, %(decided)s, %(overturned)s
        """,
        client_id=client_id,
        rule=rule,
        kind=kind,
        changed_by=changed_by,
        reason=reason,
        decided=tally.decided,
        overturned=tally.overturned,
    )


def pauses(c: Connection, client_id: str) -> dict[str, RuleChange]:
    """The pause of each rule that is paused."""
    found = fetch_all(
        c,
        RuleChange,
        """
        SELECT DISTINCT ON (rule) rule, kind, changed_by, reason, decided, overturned, changed_at
        FROM rule_changes WHERE client_id = %(client_id)s ORDER BY rule, change_no DESC
        """,
        client_id=client_id,
    )
    return {change.rule: change for change in found if change.kind == "paused"}


def standing_cases(
    c: Connection, client_id: str, rule: str, scan_id: UUID | None = None
) -> list[UUID]:
    """The cases that are decided by the rule now; only those that this scan's run decided."""
    return fetch_all(
        c,
        _case_id,
        """
        SELECT case_id FROM cases
        WHERE client_id = %(client_id)s AND decided_by_rule = %(rule)s
            AND (%(scan_id)s::uuid IS NULL OR EXISTS (
                SELECT FROM rule_actions AS act WHERE act.client_id = cases.client_id
                    AND act.case_id = cases.case_id AND act.rule = %(rule)s
                    AND act.kind = 'decided' AND act.scan_id = %(scan_id)s
                    AND act.decision_no = (SELECT max(decision_no) FROM decisions
                        WHERE decisions.client_id = cases.client_id
                            AND decisions.case_id = cases.case_id)))
        ORDER BY case_id
        """,
        client_id=client_id,
        rule=rule,
        scan_id=scan_id,
    )


def has_priorities(c: Connection, client_id: str) -> bool:
    """Whether any open case is flagged as priority."""
    return bool(
        fetch_count(
            c,
            """
            SELECT count(*) FROM (SELECT FROM cases WHERE client_id = %(client_id)s
                AND priority_rule IS NOT NULL AND state = 'open' LIMIT 1) AS flagged
            """,
            client_id=client_id,
        )
    )


def _tally(*, rule: str, decided: int, overturned: int) -> tuple[str, Tally]:
    return rule, Tally(decided, overturned)


def _name(*, rule: str) -> str:
    return rule


def _case_id(*, case_id: UUID) -> UUID:
    return case_id
