"""The page of a client's rules: how they fare, a form for the usual ones, tried out before saved.

What is saved is what was tried: the preview carries the rules and the version it is based on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Allowed, ClientAccess, ClientScope, InClient
from api.backend import Backed, Backend
from api.http import bodies
from api.http.config_checks import check_config
from api.http.operation_route import OperationRoute
from api.http.problems import INVALID, Problem
from api.http.schemas import Text
from api.pages.moderation import rule_shapes
from api.pages.rendering import client_frame, go_to, render, render_part
from infringement_dagster.clients.moderation import guard
from infringement_dagster.domain.moderation.judging import asked_in_words
from infringement_dagster.domain.moderation.rules import RULE_NAME
from infringement_dagster.flagging.moderation.preview_rules import preview_rules
from infringement_dagster.reviewing.decide import take_back_rule
from resources.postgres.clients import client_store, config_store
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
RuleName = Annotated[str, Path(pattern=RULE_NAME)]
ACTIONS = {
    "decide_infringing": ("Decides infringing", "bad"),
    "decide_not_infringing": ("Decides not infringing", "good"),
    "flag_priority": ("Flags as priority", "warn"),
}


class ShapeForm(BaseModel):
    """A usual rule with its number, in percent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    shape: rule_shapes.ShapeName
    percent: float = Field(ge=0, le=100)
    limit_percent: float = Field(5, ge=0, le=100)


class DocumentForm(BaseModel):
    """All rules as a JSON document."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: str


class SaveRulesForm(DocumentForm):
    """Rules that were tried out, and the version that they were based on."""

    version: int = Field(ge=1, le=2**31 - 1)
    comment: Text = ""


class PauseForm(BaseModel):
    """Why a rule is paused or resumed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Text = ""


@router.get("/clients/{client_id}/rules")
def show_rules(
    request: Request,
    scope: InClient,
    saved: int | None = None,
    taken_back: int | None = None,
) -> Response:
    """The rules in their order; `saved` is the version that was saved just before."""
    states = guard.rule_states(scope.connection, scope.client_id)
    signed = [state.pause.changed_by for state in states if state.pause and state.pause.changed_by]
    version, document = _newest(scope)
    return render(
        "rules.html",
        client_frame(request, scope, "rules"),
        states=states,
        names=principal_names(scope.connection, scope.client_id, signed),
        version=version,
        document=json.dumps(document.get("rules") or [], indent=2, ensure_ascii=False),
        shapes=rule_shapes.SHAPES,
        actions=ACTIONS,
        in_words=asked_in_words,
        saved=saved,
        taken_back=taken_back,
    )


@router.post("/clients/{client_id}/rules/shape")
def try_shape_on_page(
    access: Allowed, backend: Backed, form: Annotated[ShapeForm, Form()]
) -> Response:
    """One more rule of a usual shape, tried out behind the present ones."""
    version, document = _newest_of(access, backend)
    present = document.get("rules")
    rules = list(present) if isinstance(present, list) else []
    taken = [str(rule.get("name")) for rule in rules if isinstance(rule, dict)]
    fresh = rule_shapes.rule_of(form.shape, form.percent, form.limit_percent, taken)
    return _tried(access, backend, version, document, [*rules, fresh])


@router.post("/clients/{client_id}/rules/preview")
def try_rules_on_page(
    access: Allowed, backend: Backed, form: Annotated[DocumentForm, Form()]
) -> Response:
    """The rules of a document, tried out in place of the present ones."""
    version, document = _newest_of(access, backend)
    return _tried(access, backend, version, document, _read(form.rules))


@router.post("/clients/{client_id}/rules/save")
def save_rules_on_page(
    access: Allowed, backend: Backed, form: Annotated[SaveRulesForm, Form()]
) -> Response:
    """Saves the rules with the next version of the config, unless somebody has saved meanwhile."""
    _, newest = _newest_of(access, backend)
    document = {**newest, "rules": _read(form.rules)}
    check_config(backend.config_checks, document)
    client_id = access.client_id
    with backend.database.client(client_id) as c:
        saved = config_store.save_config_after(
            c, client_id, form.version, document, access.principal.actor, form.comment or "rules"
        )
    return go_to(f"/clients/{client_id}/rules?saved={saved}")


@router.post("/clients/{client_id}/rules/{rule}/pause")
def pause_rule_on_page(
    scope: InClient, rule: RuleName, form: Annotated[PauseForm, Form()]
) -> Response:
    """Lets the rule act no more until it is resumed."""
    guard.pause_rule(scope.connection, scope.client_id, rule, scope.principal.doer, form.reason)
    return go_to(f"/clients/{scope.client_id}/rules")


@router.post("/clients/{client_id}/rules/{rule}/resume")
def resume_rule_on_page(
    scope: InClient, rule: RuleName, form: Annotated[PauseForm, Form()]
) -> Response:
    """Lets a paused rule act again."""
    guard.resume_rule(scope.connection, scope.client_id, rule, scope.principal.doer, form.reason)
    return go_to(f"/clients/{scope.client_id}/rules")


@router.post("/clients/{client_id}/rules/{rule}/undo")
def undo_rule_on_page(scope: InClient, rule: RuleName) -> Response:
    """Takes back all decisions of the rule that stand."""
    guard.check_rule(scope.connection, scope.client_id, rule)
    number = take_back_rule(scope.connection, scope.client_id, rule, scope.principal.actor)
    return go_to(f"/clients/{scope.client_id}/rules?taken_back={number}")


def _tried(
    access: ClientAccess,
    backend: Backend,
    version: int,
    document: Mapping[str, object],
    rules: Sequence[object],
) -> Response:
    check_config(backend.config_checks, {**document, "rules": rules})
    with backend.database.client(access.client_id) as c:
        preview = preview_rules(c, access.client_id, guard.read_rules(rules))
    return render_part(
        "rules_preview.html",
        client_id=access.client_id,
        version=version,
        preview=preview,
        rules=json.dumps(rules, ensure_ascii=False),
        actions=ACTIONS,
    )


def _read(text: str) -> list[object]:
    read = bodies.read_json(
        text.encode("utf-8", "replace"), bodies.body_limit("put_config").values_max
    )
    if not isinstance(read, list):
        raise Problem(INVALID, "the rules are a JSON array, [] for none")
    return read


def _newest_of(access: ClientAccess, backend: Backend) -> tuple[int, Mapping[str, object]]:
    with backend.database.client(access.client_id) as c:
        version, document = _newest(access.within(c))
    if not version:
        raise Problem(INVALID, "no config is saved yet, and rules are part of it; save one first")
    return version, document


def _newest(scope: ClientScope) -> tuple[int, Mapping[str, object]]:
    version = config_store.newest_version(scope.connection, scope.client_id)
    if not version:
        return 0, {}
    return version, client_store.load_config(scope.connection, scope.client_id, version).document
