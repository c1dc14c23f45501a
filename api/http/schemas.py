"""The documents that several routes answer with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from fastapi import Header, Path, Query
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

from api.http.cursors import CURSOR_CHARS_MAX
from infringement_dagster.domain.case import CaseOrigin, CaseState, Decision
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.provider import PROVIDER_NAME
from infringement_dagster.domain.scan import RunState, ScanState, Trigger
from infringement_dagster.domain.score import ViolationType

Item = TypeVar("Item")


def _only_text(value: object) -> object:
    if not isinstance(value, str) or not _DATE.match(value):
        raise ValueError("give a date as YYYY-MM-DD, a time as YYYY-MM-DDThh:mm:ssZ")
    return value


def _only_number(value: object) -> object:
    if type(value) in (bool, str):
        raise ValueError("give a number")
    return value


_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)", re.ASCII)

# Whatever was stored of a provider that was taken away since is there to be read.
ProviderName = Annotated[Provider, Field(pattern=PROVIDER_NAME)]
# Postgres keeps no NUL.
Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Note = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
NonEmptyText = Annotated[
    str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]+$")
]
# pydantic would take numbers for times, which the published schema does not allow.
Day = Annotated[date, BeforeValidator(_only_text)]
Moment = Annotated[AwareDatetime, BeforeValidator(_only_text)]
# pydantic would take false for 0 and "3" for 3.
# Bounds stand before it: after it they would be checked, but not told by the OpenAPI document.
NUMBER = BeforeValidator(_only_number)
# A form sends its empty fields too; they mean that there is none.
OR_NONE = BeforeValidator(lambda given: given or None)
Flag = Annotated[bool, Strict()]
SeenVersion = Annotated[int, Field(ge=1, le=2**31 - 2), NUMBER]  # of what the caller has read
EVENT_NO_MAX = 2**53
EventNo = Annotated[int, Path(ge=1, le=EVENT_NO_MAX)]
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many items.")]
Cursor = Annotated[
    str | None,
    Query(max_length=CURSOR_CHARS_MAX, description="`next_cursor` of the page before."),
]
IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=255, description="The same key makes the same scan, once."),
]


class Document(BaseModel):
    """A document that can be read from a row of the same names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Request(BaseModel):
    """A body; unknown fields are refused, so that a typing error is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: Sequence[Item]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page, if any.")


class ClientDocument(Document):
    """A client."""

    client_id: str = Field(examples=["acme"])
    display_name: str = Field(examples=["Acme Ltd."])
    state: Literal["active", "suspended"]
    created_at: datetime
    last_event_no: int


class RunDocument(Document):
    """One provider's part of a scan."""

    provider: ProviderName
    state: RunState
    attempt: int
    queued_at: datetime
    admitted_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, object] = Field(
        description="For each step: found = stored + skipped + failed, with reasons."
    )
    credits_charged: int
    error: str | None
    wait_reason: str | None = Field(None, description="Why a queued run was not admitted yet.")


class ScanDocument(Document):
    """A scan with one run for each provider."""

    scan_id: UUID
    state: ScanState
    trigger: Trigger
    config_version: int
    requested_by: str
    requested_by_name: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancel_requested_at: datetime | None = None
    runs: list[RunDocument]


class CaseDocument(Document):
    """A listing flagged for review, or sampled from those below the threshold."""

    case_id: UUID
    provider: ProviderName
    listing_id: str
    state: CaseState
    decision: Decision | None
    version: int = Field(description="Send it with your decision.")
    probability: float = Field(ge=0, le=1)
    violation_type: ViolationType | None
    origin: CaseOrigin = Field(
        description="`sampled`: drawn below the threshold, accuses nobody; `by_hand`: by a person."
    )
    sampled_chance: float | None = Field(description="Its chance to be drawn; null if flagged.")
    scan_id: UUID = Field(description="The scan that flagged it last.")
    config_version: int
    first_flagged_at: datetime
    last_flagged_at: datetime
    decided_by_rule: str | None = Field(
        description="The rule whose decision stands; null: a person's, or none.",
        examples=["dealers"],
    )
    priority_rule: str | None = Field(
        description="The rule that flags it as priority; null: none.", examples=["urgent"]
    )
    title: str
    url: str
    price_low: Decimal | None
    price_high: Decimal | None
    currency: str | None
    seller_name: str | None
    image_url: str | None
    photo_sha256: str | None = Field(description="Its main photo, shown by `photos/{sha256}`.")


class EventDocument(Document):
    """Something that happened to a client; numbers have no gaps."""

    event_no: int
    scan_id: UUID | None = Field(description="The scan that it belongs to; null: to none.")
    type: str = Field(examples=["case.flagged"])
    body: dict[str, object]
    created_at: datetime
