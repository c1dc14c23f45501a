"""eBay's VeRO reports: what one says of a notice, and what eBay's word on an item means. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.notices.channels import Field

VERO_CHANNEL: Final = "ebay_vero"
# As eBay documents them for createVeroReport.
MESSAGE_MAX_CHARS: Final = 1000
BRAND_MAX_CHARS: Final = 50
# Reasons that want what a notice does not hold: countries of import, the number of a patent.
REASONS_BY_FORM_ONLY: Final = frozenset({"9037", "9048"})
NOT_REPORTED: Final = "NONE"  # eBay's own word for an item without any report
_FAILING: Final = frozenset({"SUBMISSION_FAILED", "CLARIFICATION_REQUIRED"})
_ITEM_ID: Final = re.compile(r"\d{9,15}", re.ASCII)


class CannotSubmit(PermanentError):
    """The notice cannot go out by the channel's API as it is, or not by this installation."""

    problem = ProblemKind(
        409, "cannot-submit", "Not by API", "Do what is said above, or use the channel's form."
    )


@dataclass(frozen=True, slots=True)
class VeroReport:
    """One item that is reported for one reason."""

    item_id: str
    reason_code: str
    detailed_message: str
    brand: str | None  # None: left out, as no trade mark's name is short enough

    def document(self) -> dict[str, object]:
        """The body of createVeroReport."""
        item = {
            "itemId": self.item_id,
            "veroReasonCodeId": self.reason_code,
            "detailedMessage": self.detailed_message,
        }
        if self.brand is not None:
            item["brand"] = self.brand
        return {"reportItems": [item]}


def vero_report(fields: Mapping[Field, str], reason_code: str, trademark: str) -> VeroReport:
    """The report that says what the notice says; raises CannotSubmit."""
    item_id = fields.get("listing_id", "")
    if not _ITEM_ID.fullmatch(item_id):
        raise CannotSubmit(
            f"listing {item_id or '(without an id)'} has no item number of eBay's: send the notice "
            "by the channel's form"
        )
    if reason_code in REASONS_BY_FORM_ONLY:
        raise CannotSubmit(
            f"reason {reason_code} wants countries or the number of a patent, which no notice "
            "holds: choose another, or send it by the channel's form"
        )
    brand = trademark if 0 < len(trademark) <= BRAND_MAX_CHARS else None
    return VeroReport(item_id, reason_code, _message(fields), brand)


def _message(fields: Mapping[Field, str]) -> str:
    said = [fields.get("explanation", ""), fields.get("earlier_notices", "")]
    marks = fields.get("trademark")
    if marks:
        said.append(f"Trade mark: {marks}.")
    whole = " ".join(part for part in said if part)
    if len(whole) <= MESSAGE_MAX_CHARS:
        return whole
    return whole[: MESSAGE_MAX_CHARS - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


Step = Literal["send", "adopt", "wait", "ask"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A report that left, of which nobody knows whether it arrived."""

    found_before: str  # the item's status when eBay was asked just before
    is_settled: bool  # eBay has had the time to show a report that arrived


def next_step(attempt: Attempt | None, found_now: str) -> Step:
    """The step by which no item is reported twice: eBay's API has no key that would see to it.

    `adopt` takes the report that eBay shows for ours, `ask` leaves it to a person.
    """
    if attempt is None:
        return "send" if found_now == NOT_REPORTED or found_now in _FAILING else "adopt"
    if found_now not in (attempt.found_before, NOT_REPORTED):
        return "adopt"
    if not attempt.is_settled:
        return "wait"
    return "send" if found_now == NOT_REPORTED else "ask"


def answer_in(item_status: str) -> Literal["accepted", "rejected"] | None:
    """The channel's answer that the item's status gives; None while there is none."""
    if item_status == "REMOVED":
        return "accepted"
    return "rejected" if item_status == "SUBMISSION_FAILED" else None


def wants_clarification(item_status: str) -> bool:
    """Whether eBay waits for more from whoever reported the item."""
    return item_status == "CLARIFICATION_REQUIRED"
