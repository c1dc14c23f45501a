"""Mail about clients: people's choices, what was sent, and addresses that take none."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StringConstraints, model_validator

from api.access import AnyCaller, InClient
from api.backend import Backed
from api.http.operation_route import OperationRoute
from api.http.schemas import Document, Flag, Page
from api.http.schemas import Request as Body
from api.logins import own_alerts
from api.logins.own_alerts import OwnAlerts
from infringement_dagster.domain.alerts.preferences import (
    AlertKind,
    AlertPreferences,
    Cadence,
    QuietHours,
)
from resources.postgres.alerts import preference_store
from resources.postgres.alerts.mail_store import MailOutcome

router = APIRouter(tags=["session"], route_class=OperationRoute)
Hour = Annotated[int, Field(ge=0, le=23)]
ZoneName = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$")
]


class QuietHoursBody(Body):
    """From one hour of the day until another; over midnight where the second is the smaller."""

    from_hour: Hour = Field(examples=[20], description="The first quiet hour.")
    until_hour: Hour = Field(examples=[7], description="The first hour that is quiet no more.")

    @model_validator(mode="after")
    def _check_hours(self) -> Self:
        if self.from_hour == self.until_hour:
            raise ValueError("from_hour and until_hour are the same; leave quiet_hours out")
        return self


class AlertChoices(Body):
    """All that you want to be told about the client by mail; what is left out is not told."""

    digest: Cadence = Field(
        "off", examples=["daily"], description="How often; weekly ones come on Mondays."
    )
    digest_hour: Hour = Field(
        8, examples=[8], description="At which hour of the day, where you are."
    )
    priority_cases: Flag = Field(
        False,
        examples=[True],
        description="At once: cases as probable as the config's `thresholds.notice_ready`.",
    )
    failed_scans: Flag = Field(
        False, examples=[False], description="At once, for admins and operators."
    )
    providers_down: Flag = Field(
        False,
        examples=[False],
        description="Marketplaces that do not answer, once a day; for admins and operators.",
    )
    time_zone: ZoneName = Field(
        "UTC", examples=["Europe/Berlin"], description="Where you are, as IANA names it."
    )
    quiet_hours: QuietHoursBody | None = Field(
        None,
        examples=[{"from_hour": 20, "until_hour": 7}],
        description="When no mail comes; null: it may always.",
    )

    @property
    def preferences(self) -> AlertPreferences:
        """The same in the domain's words."""
        quiet = self.quiet_hours
        return AlertPreferences(
            self.digest,
            self.digest_hour,
            self.priority_cases,
            self.failed_scans,
            self.providers_down,
            self.time_zone,
            QuietHours(quiet.from_hour, quiet.until_hour) if quiet else None,
        )


class QuietHoursDocument(Document):
    """When no mail comes."""

    from_hour: int = Field(examples=[20], description="The first quiet hour.")
    until_hour: int = Field(examples=[7], description="The first hour that is quiet no more.")


class AlertChoicesDocument(Document):
    """Your choices of mail about the client."""

    digest: Cadence = Field(examples=["daily"], description="How often.")
    digest_hour: int = Field(examples=[8], description="At which hour of the day, where you are.")
    priority_cases: bool = Field(examples=[True], description="At once: cases for a notice.")
    failed_scans: bool = Field(examples=[False], description="At once.")
    providers_down: bool = Field(examples=[False], description="Once a day.")
    time_zone: str = Field(examples=["Europe/Berlin"], description="Where you are.")
    quiet_hours: QuietHoursDocument | None = Field(description="Null: mail may always come.")
    next_digest_at: datetime | None = Field(description="When the next digest is due; null: never.")
    refused_at: datetime | None = Field(
        description="Since when your address takes no mail; null: it does. Choosing tries again."
    )
    refused_reason: str | None = Field(
        examples=["550 no such box"], description="In the words of its server."
    )


class AlertMailDocument(Document):
    """A mail to you about the client."""

    mail_id: UUID = Field(description="The mail.")
    kind: AlertKind = Field(examples=["digest"], description="What it tells.")
    made_at: datetime = Field(description="When it became due.")
    attempts: int = Field(examples=[1], description="How often it was tried to be sent.")
    next_attempt_at: datetime | None = Field(description="Null: it has ended.")
    outcome: MailOutcome | None = Field(
        description="`skipped`: there was nothing left to tell, or nobody; null: to be sent."
    )
    reason: str | None = Field(
        examples=["nothing is left to tell"], description="Why it was not sent, or not yet."
    )
    ended_at: datetime | None = Field(description="When it ended; null: it has not.")


class RefusedAddressDocument(Document):
    """A person whose address takes no mail about the client."""

    principal: str = Field(
        examples=["user:5b1f0c9e-3a52-4c1b-9a43-2f6f1d1c7b10"], description="Who, by an id."
    )
    refused_at: datetime = Field(description="When its server refused.")
    reason: str = Field(examples=["550 no such box"], description="In the words of its server.")


class OperatorAlerts(Body):
    """Whether you, an operator, get mails about the installation."""

    wanted: Flag = Field(examples=[True], description="False: none.")


class OperatorAlertsDocument(Document):
    """Whether you, an operator, get mails about the installation."""

    wanted: Flag = Field(examples=[True], description="False: none.")


@router.get("/v1/clients/{client_id}/alert-choices")
def get_alert_choices(scope: InClient) -> AlertChoicesDocument:
    """Say what you are told about the client by mail."""
    return _document(own_alerts.own_alerts(scope))


@router.put("/v1/clients/{client_id}/alert-choices")
def put_alert_choices(scope: InClient, wanted: AlertChoices) -> AlertChoicesDocument:
    """Choose what you are told about the client by mail, from now on."""
    return _document(own_alerts.choose_own(scope, wanted.preferences))


@router.get("/v1/clients/{client_id}/alert-mails")
def list_alert_mails(scope: InClient) -> Page[AlertMailDocument]:
    """List the newest mails to you about the client, and what became of each."""
    rows = own_alerts.own_mails(scope)
    return Page(items=[AlertMailDocument.model_validate(row) for row in rows], next_cursor=None)


@router.get("/v1/clients/{client_id}/refused-addresses")
def list_refused_addresses(scope: InClient) -> Page[RefusedAddressDocument]:
    """List people whose address takes no mail about the client."""
    rows = preference_store.refused_addresses(scope.connection, scope.client_id)
    items = [RefusedAddressDocument.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=None)


@router.get("/v1/operator-alerts")
def get_operator_alerts(caller: AnyCaller, backend: Backed) -> OperatorAlertsDocument:
    """Say whether you, an operator, get mails about the installation."""
    return OperatorAlertsDocument(wanted=own_alerts.operator_choice(backend, caller).wants_alerts)


@router.put("/v1/operator-alerts")
def put_operator_alerts(
    caller: AnyCaller, backend: Backed, choice: OperatorAlerts
) -> OperatorAlertsDocument:
    """Choose whether you, an operator, get mails about the installation."""
    own_alerts.choose_operator_alerts(backend, caller, wanted=choice.wanted)
    return OperatorAlertsDocument(wanted=choice.wanted)


def _document(own: OwnAlerts) -> AlertChoicesDocument:
    chosen, row = own.preferences, own.row
    return AlertChoicesDocument(
        digest=chosen.digest,
        digest_hour=chosen.digest_hour,
        priority_cases=chosen.priority_cases,
        failed_scans=chosen.failed_scans,
        providers_down=chosen.providers_down,
        time_zone=chosen.zone,
        quiet_hours=QuietHoursDocument.model_validate(chosen.quiet) if chosen.quiet else None,
        next_digest_at=row.next_digest_at if row else None,
        refused_at=row.refused_at if row else None,
        refused_reason=row.refused_reason if row else None,
    )
