"""Beyond deciding: a case's frozen evidence and its notices.

Nothing here sends a notice: a person does, and reports it.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.backend import Backed, Backend
from api.http.operation_route import OperationRoute
from api.http.schemas import Text
from api.pages.cases.case_reading import found_case
from api.pages.cases.reason_presets import REASON_PRESETS
from api.pages.notices.notice import AnswerForm
from api.pages.rendering import client_frame, render
from infringement_dagster.flagging.screenshots.plan import newest_shown, screenshot_credits
from infringement_dagster.notices.channels import RULES, Channel, channels_for
from infringement_dagster.notices.letter import letter
from infringement_dagster.notices.states import PERSONS_STATES, may_follow
from infringement_dagster.reviewing.notice_drafts import draft_for_case, reason_given
from resources.postgres.cases import decision_store, evidence_store, notice_store

router = APIRouter(include_in_schema=False, route_class=OperationRoute)


class DraftForm(BaseModel):
    """Through which channel to report the case, and why it infringes where nobody said so yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: Channel
    explanation: Text = ""


class ReportForm(AnswerForm):
    """A person's report on one of the case's notices."""

    notice_id: UUID


@router.get("/clients/{client_id}/cases/{case_id}/evidence")
def show_evidence(request: Request, backend: Backed, scope: InClient, case_id: UUID) -> Response:
    """The case's frozen copies and its notices, as a part of the page."""
    return evidence_part(request, backend, scope, case_id)


@router.post("/clients/{client_id}/cases/{case_id}/notices")
def draft_on_page(
    request: Request,
    backend: Backed,
    scope: InClient,
    case_id: UUID,
    form: Annotated[DraftForm, Form()],
) -> Response:
    """Drafts a notice, or drafts it again from what holds at this moment."""
    found_case(scope, case_id)
    draft_for_case(
        scope.connection,
        scope.client_id,
        case_id,
        form.channel,
        scope.principal.actor,
        form.explanation,
    )
    return evidence_part(request, backend, scope, case_id)


@router.post("/clients/{client_id}/cases/{case_id}/notices/report")
def report_on_page(
    request: Request,
    backend: Backed,
    scope: InClient,
    case_id: UUID,
    form: Annotated[ReportForm, Form()],
) -> Response:
    """Keeps that a notice was sent, or how the channel answered."""
    notice_store.change_state(
        scope.connection,
        scope.client_id,
        form.notice_id,
        form.state,
        form.note,
        scope.principal.actor,
        form.version,
    )
    return evidence_part(request, backend, scope, case_id)


def evidence_part(
    request: Request, backend: Backend, scope: ClientScope, case_id: UUID
) -> Response:
    """The case's frozen copies, the screenshot of its page and its notices."""
    c, client_id = scope.connection, scope.client_id
    case = found_case(scope, case_id)
    notices = notice_store.notices_of(c, client_id, case_id)
    used = {notice.channel for notice in notices}
    decisions = decision_store.decisions_of(c, client_id, case_id)
    copies = evidence_store.evidence_of(c, client_id, case_id)
    return render(
        "evidence.html",
        client_frame(request, scope, "cases"),
        case=case,
        copies=copies,
        screenshot=newest_shown(backend.objects, copies),
        screenshot_credits=screenshot_credits(c, client_id, case.scan_id, copies),
        notices=[(notice, letter(notice.channel, notice.fields)) for notice in notices],
        lacks_reason=not reason_given(decisions, case.decision),
        presets=REASON_PRESETS,
        reports=PERSONS_STATES,
        may_follow=may_follow,
        rules=RULES,
        channels=[channel for channel in channels_for(case.provider) if channel not in used],
    )
