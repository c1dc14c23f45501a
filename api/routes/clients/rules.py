"""Rules: how they fared, tried out on stored cases, paused, resumed, taken back.

They are written with the config, as its member `rules`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from api.access import ClientScope, InClient
from api.http import cursors
from api.http.operation_route import OperationRoute
from api.http.schemas import Cursor, Document, Limit, Page, ProviderName, Text
from api.http.schemas import Request as Body
from infringement_dagster.clients.config_rules import Rules
from infringement_dagster.clients.moderation import guard
from infringement_dagster.domain.moderation.changes import Change, ChangeKind
from infringement_dagster.domain.moderation.judging import asked_in_words
from infringement_dagster.domain.moderation.rules import RULE_NAME, RuleAction, Verdict
from infringement_dagster.flagging.moderation.preview_rules import RulesPreview, preview_rules
from infringement_dagster.reviewing.decide import take_back_rule
from resources.postgres.cases.moderation import rule_store
from resources.postgres.clients.principals import principal_names

router = APIRouter(tags=["rules"], route_class=OperationRoute)
RuleName = Annotated[
    str, Path(pattern=RULE_NAME, description="The rule's name.", examples=["dealers"])
]


class PauseDocument(Document):
    """The pause of a rule."""

    paused_at: datetime
    paused_by: str | None = Field(description="Null: its guard, as people overturned too much.")
    paused_by_name: str | None
    reason: str


class RuleStateDocument(Document):
    """A rule of the newest config, and what has become of it."""

    name: str = Field(examples=["dealers"])
    place: int = Field(description="In which it is asked, from 1; the first that holds acts.")
    action: RuleAction
    conditions: list[str] = Field(
        description="In words; all must hold.", examples=[["probability at least 97%"]]
    )
    decided: int = Field(description="Cases that it ever decided.", examples=[120])
    prioritised: int = Field(description="Cases that it ever flagged.", examples=[14])
    standing: int = Field(description="Cases that are decided by it now.", examples=[117])
    last_acted_at: datetime | None = Field(description="Null: it never has.")
    counted: int = Field(description="Cases decided since it was last resumed.", examples=[120])
    overturned: int = Field(description="Of these, how many people overturned.", examples=[3])
    overturned_at_most: float = Field(description="The share from which it is paused.")
    pause: PauseDocument | None = Field(description="Null: it acts.")


class NewPause(Body):
    """Why a rule is paused or resumed."""

    reason: Text = Field("", examples=["its photos were exchanged"])


class RulesToTry(Body):
    """Rules to try out."""

    rules: Rules | None = Field(None, description="Null: those of the newest config.")


class RuleChangesDocument(Document):
    """The changes that one rule would make."""

    name: str = Field(examples=["dealers"])
    is_paused: bool = Field(description="A paused rule does nothing.")
    decided: int
    reopened: int = Field(description="Decided by it, but its conditions hold no longer.")
    prioritised: int
    unprioritised: int


class RuleChangeDocument(Document):
    """A change that a rule would make to a case."""

    case_id: UUID
    provider: ProviderName
    listing_id: str
    title: str
    rule: str
    kind: ChangeKind
    decision: Verdict | None
    conditions: list[str] = Field(
        description="Each with the value found.", examples=[["probability at least 97%: 99%"]]
    )


class RulesPreviewDocument(Document):
    """The changes that the next run would make by these rules; nothing is written."""

    cases: int = Field(description="Asked about: flagged, and no person has decided.")
    is_whole: bool = Field(description="False: there are more than were asked about.")
    changes: int = Field(description="How many cases would change.", examples=[14])
    rules: list[RuleChangesDocument]
    first: list[RuleChangeDocument] = Field(description="The first ten changes.")


class RuleActDocument(Document):
    """Something that a rule did to a case."""

    case_id: UUID
    provider: ProviderName
    listing_id: str
    title: str
    rule: str
    config_version: int
    kind: ChangeKind
    decision: Verdict | None
    explanation: list[str] = Field(
        description="Each condition with the value found.",
        examples=[["probability at least 97%: 99%"]],
    )
    scan_id: UUID
    acted_at: datetime
    still_stands: bool = Field(description="False: a person or a rule has changed it since.")


class RuleUndo(Body):
    """Which of a rule's decisions are taken back."""

    scan_id: UUID | None = Field(None, description="Those of this scan; null: all that stand.")


class RuleUndone(Document):
    """How much was taken back."""

    taken_back: int = Field(
        description="Decisions; those that a person has changed stay.", examples=[9]
    )


@router.get("/v1/clients/{client_id}/rules")
def list_rules(scope: InClient) -> Page[RuleStateDocument]:
    """List the rules of the newest config in their order, with what has become of them."""
    return Page(items=_states(scope), next_cursor=None)


@router.post("/v1/clients/{client_id}/rules/preview")
def try_rules(scope: InClient, tried: RulesToTry) -> RulesPreviewDocument:
    """Say what rules would do to the stored cases, and do nothing."""
    c, client_id = scope.connection, scope.client_id
    rules = (
        guard.rules_in_force(c, client_id).rules
        if tried.rules is None
        else tuple(rule.to_rule() for rule in tried.rules)
    )
    return _preview(preview_rules(c, client_id, rules))


@router.post("/v1/clients/{client_id}/rules/{rule}/pause")
def pause_rule(scope: InClient, rule: RuleName, pause: NewPause) -> Page[RuleStateDocument]:
    """Let a rule act no more until it is resumed; what it decided stays."""
    guard.pause_rule(scope.connection, scope.client_id, rule, scope.principal.doer, pause.reason)
    return list_rules(scope)


@router.post("/v1/clients/{client_id}/rules/{rule}/resume")
def resume_rule(scope: InClient, rule: RuleName, resumed: NewPause) -> Page[RuleStateDocument]:
    """Let a paused rule act again; what people overturned is counted anew."""
    guard.resume_rule(scope.connection, scope.client_id, rule, scope.principal.doer, resumed.reason)
    return list_rules(scope)


@router.get("/v1/clients/{client_id}/rules/{rule}/actions")
def list_rule_actions(
    scope: InClient, rule: RuleName, limit: Limit = 50, cursor: Cursor = None
) -> Page[RuleActDocument]:
    """List what a rule did, the newest first, each explained."""
    guard.check_rule(scope.connection, scope.client_id, rule)
    tag = cursors.list_tag(scope.client_id, "rule actions", rule)
    after = (
        rule_store.ActPosition(*cursors.moment_and_id(cursors.read_cursor(tag, cursor, 2)))
        if cursor
        else None
    )
    rows = rule_store.acts_of_rule(scope.connection, scope.client_id, rule, limit, after)
    parts = [rows[-1].acted_at.isoformat(), str(rows[-1].case_id)] if len(rows) == limit else None
    return Page(
        items=[RuleActDocument.model_validate(row) for row in rows],
        next_cursor=cursors.write_cursor(tag, parts) if parts else None,
    )


@router.post("/v1/clients/{client_id}/rules/{rule}/undo")
def undo_rule(scope: InClient, rule: RuleName, undo: RuleUndo) -> RuleUndone:
    """Take back a rule's decisions, as if one by one; it never decides these cases again."""
    guard.check_rule(scope.connection, scope.client_id, rule)
    taken_back = take_back_rule(
        scope.connection, scope.client_id, rule, scope.principal.actor, undo.scan_id
    )
    return RuleUndone(taken_back=taken_back)


def _states(scope: ClientScope) -> list[RuleStateDocument]:
    states = guard.rule_states(scope.connection, scope.client_id)
    signed = [state.pause.changed_by for state in states if state.pause and state.pause.changed_by]
    names = principal_names(scope.connection, scope.client_id, signed)
    return [_state(state, names) for state in states]


def _state(state: guard.RuleState, names: dict[str, str]) -> RuleStateDocument:
    pause, by = state.pause, state.pause.changed_by if state.pause else None
    return RuleStateDocument(
        name=state.rule.name,
        place=state.place,
        action=state.rule.action,
        conditions=[asked_in_words(condition) for condition in state.rule.conditions],
        decided=state.use.decided,
        prioritised=state.use.prioritised,
        standing=state.use.standing,
        last_acted_at=state.use.last_acted_at,
        counted=state.tally.decided,
        overturned=state.tally.overturned,
        overturned_at_most=state.rule.guard.overturned_at_most,
        pause=None
        if pause is None
        else PauseDocument(
            paused_at=pause.changed_at,
            paused_by=by,
            paused_by_name=None if by is None else names[by],
            reason=pause.reason,
        ),
    )


def _preview(preview: RulesPreview) -> RulesPreviewDocument:
    return RulesPreviewDocument(
        cases=preview.cases,
        is_whole=preview.is_whole,
        changes=preview.changes,
        rules=[
            RuleChangesDocument(
                name=of_rule.rule.name,
                is_paused=of_rule.is_paused,
                decided=of_rule.changes.get("decided", 0),
                reopened=of_rule.changes.get("reopened", 0),
                prioritised=of_rule.changes.get("prioritised", 0),
                unprioritised=of_rule.changes.get("unprioritised", 0),
            )
            for of_rule in preview.by_rule
        ],
        first=[_change(change) for change in preview.first],
    )


def _change(change: Change) -> RuleChangeDocument:
    case = change.candidate
    return RuleChangeDocument(
        case_id=case.case_id,
        provider=case.provider,
        listing_id=case.listing_id,
        title=case.title,
        rule=change.rule.name,
        kind=change.kind,
        decision=change.decision,
        conditions=[judged.said for judged in change.judgement.conditions],
    )
