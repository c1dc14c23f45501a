"""One notice: its fields to copy, the channel's form, its history, and a person's report on it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import Note, Text
from api.pages.cases.case_reading import found_case
from api.pages.cases.reason_presets import REASON_PRESETS
from api.pages.notices.submission import submission_view
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.notices.channels import RULES
from infringement_dagster.notices.letter import LABELS, letter, reminder
from infringement_dagster.notices.states import PERSONS_STATES, PersonsState, is_silent, may_follow
from infringement_dagster.reviewing.notice_drafts import draft_for_case
from resources.postgres.cases import notice_store
from resources.postgres.cases.notice_store import NoticeChangeRow, NoticeRow
from resources.postgres.clients.principals import principal_names

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_MAIL_CHARS_MAX = 1800  # of a mailto address, beyond which mail programs cut it
_KEYS = [
    ("b", "back to the board"),
    ("o", "open the channel's form"),
    ("c", "open the case"),
    ("?", "show and hide this list"),
]


class AnswerForm(BaseModel):
    """A person's report about the version of the notice that the page showed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    state: PersonsState
    note: Note = ""
    version: int = Field(ge=1, le=2**31 - 2)


class RedraftForm(BaseModel):
    """Why the listing infringes, where the notice should say it in other words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    explanation: Text = ""


@router.get("/clients/{client_id}/notices/{notice_id}")
def show_notice(request: Request, scope: InClient, backend: Backed, notice_id: UUID) -> Response:
    """The notice with all that its channel asks for."""
    c, client_id = scope.connection, scope.client_id
    notice = notice_store.get_notice(c, client_id, notice_id)
    case = found_case(scope, notice.case_id)
    rules = RULES[notice.channel]
    changes = notice_store.changes_of(c, client_id, notice_id)
    now = datetime.now(UTC)
    text = letter(notice.channel, notice.fields)
    silent = is_silent(notice.state, notice.changed_at, now)
    return render(
        "notice.html",
        client_frame(request, scope, "notices"),
        notice=notice,
        case=case,
        rules=rules,
        form=rules.forms.get(case.provider),
        mail=_mail_address(rules.email, rules.title, text),
        labels=LABELS,
        text=text,
        waited_days=(now - notice.changed_at).days,
        reminder=_reminder(notice, changes) if silent else None,
        changes=changes[::-1],
        names=principal_names(c, client_id, [change.changed_by for change in changes]),
        reports=[state for state in PERSONS_STATES if may_follow(notice.state, state)],
        submission=submission_view(scope, backend.vero, notice),
        may_redraft=may_follow(notice.state, "drafted"),
        presets=REASON_PRESETS,
        keys=_KEYS,
    )


@router.post("/clients/{client_id}/notices/{notice_id}/report")
def answer_on_notice_page(
    scope: InClient, notice_id: UUID, form: Annotated[AnswerForm, Form()]
) -> Response:
    """Keeps that the notice was sent, or how the channel answered."""
    notice_store.change_state(
        scope.connection,
        scope.client_id,
        notice_id,
        form.state,
        form.note,
        scope.principal.actor,
        form.version,
    )
    return _to_notice(scope, notice_id)


@router.post("/clients/{client_id}/notices/{notice_id}/redraft")
def redraft_on_notice_page(
    scope: InClient, notice_id: UUID, form: Annotated[RedraftForm, Form()]
) -> Response:
    """Drafts the notice again from what holds at this moment."""
    c, client_id = scope.connection, scope.client_id
    notice = notice_store.get_notice(c, client_id, notice_id)
    draft_for_case(
        c, client_id, notice.case_id, notice.channel, scope.principal.actor, form.explanation
    )
    return _to_notice(scope, notice_id)


def _to_notice(scope: ClientScope, notice_id: UUID) -> Response:
    return go_to(f"/clients/{scope.client_id}/notices/{notice_id}")


def _mail_address(email: str | None, subject: str, text: str) -> str | None:
    """The address that begins a mail with the notice, as much of it as mail programs take."""
    if email is None:
        return None
    begun = f"mailto:{email}?subject={quote(subject)}"
    whole = f"{begun}&body={quote(text)}"
    return whole if len(whole) <= _MAIL_CHARS_MAX else begun


def _reminder(notice: NoticeRow, changes: list[NoticeChangeRow]) -> str:
    sent = [change for change in changes if change.state == "sent"][-1]
    return reminder(notice.channel, notice.fields, sent.changed_at.date(), sent.note)
