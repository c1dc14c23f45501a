"""The page on which a person chooses what they are told about a client by mail."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import AnyCaller, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.problems import INVALID, Problem
from api.http.schemas import NonEmptyText
from api.logins import own_alerts
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.domain.alerts.preferences import (
    NEED_OF,
    AlertPreferences,
    Cadence,
    QuietHours,
)

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
Hour = Annotated[int, Field(ge=0, le=23)]
CADENCES = {"off": "Never", "daily": "Every day", "weekly": "Every Monday"}
KINDS = {
    "digest": "Digest",
    "priority_cases": "Priority cases",
    "failed_scans": "Failed scans",
    "providers_down": "Marketplace down",
}
OUTCOMES = {"sent": "Sent", "skipped": "Not sent", "refused": "Refused"}
OUTCOME_TONES = {"sent": "good", "skipped": "plain", "refused": "bad"}


class ChoicesForm(BaseModel):
    """All choices; a box that is not ticked is not sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    digest: Cadence
    digest_hour: Hour
    priority_cases: bool = False
    failed_scans: bool = False
    providers_down: bool = False
    time_zone: NonEmptyText
    is_quiet: bool = False
    quiet_from_hour: Hour
    quiet_until_hour: Hour

    @property
    def preferences(self) -> AlertPreferences:
        """The same in the domain's words; raises Problem."""
        if self.is_quiet and self.quiet_from_hour == self.quiet_until_hour:
            raise Problem(INVALID, "quiet hours begin and end at the same hour; choose another end")
        quiet = QuietHours(self.quiet_from_hour, self.quiet_until_hour) if self.is_quiet else None
        return AlertPreferences(
            self.digest,
            self.digest_hour,
            self.priority_cases,
            self.failed_scans,
            self.providers_down,
            self.time_zone.strip(),
            quiet,
        )


class OperatorForm(BaseModel):
    """Whether an operator gets mails about the installation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wanted: bool


@router.get("/clients/{client_id}/alerts")
def show_alerts(request: Request, scope: InClient, backend: Backed, kept: bool = False) -> Response:
    """The person's choices of mail about the client, and what was sent lately."""
    own = own_alerts.own_alerts(scope)
    frame = client_frame(request, scope, "alerts")
    return render(
        "alerts.html",
        frame,
        chosen=own.preferences,
        zone=own.preferences.zone if own.row else str(frame.zone),
        row=own.row,
        kept=kept,
        mails=own_alerts.own_mails(scope),
        may_hear_of_failures=NEED_OF["failed_scans"] in scope.principal.permissions,
        sends_mail=backend.sends_mail,
        cadences=CADENCES,
        kinds=KINDS,
        outcomes=OUTCOMES,
        outcome_tones=OUTCOME_TONES,
    )


@router.post("/clients/{client_id}/alerts")
def choose_alerts_on_page(scope: InClient, form: Annotated[ChoicesForm, Form()]) -> Response:
    """Keeps the choices, which hold from now on."""
    own_alerts.choose_own(scope, form.preferences)
    return go_to(f"/clients/{scope.client_id}/alerts?kept=true")


@router.post("/account/alerts")
def choose_operator_alerts_on_page(
    caller: AnyCaller, backend: Backed, form: Annotated[OperatorForm, Form()]
) -> Response:
    """Sends an operator mails about the installation, or none any more."""
    own_alerts.choose_operator_alerts(backend, caller, wanted=form.wanted)
    return go_to("/account")
