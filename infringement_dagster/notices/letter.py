"""A draft as the text that a person pastes or sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from infringement_dagster.notices.channels import RULES, Channel, Field

LABELS: dict[Field, str] = {
    "rights_holder_name": "Rights holder",
    "rights_holder_address": "Address",
    "rights_holder_email": "E-mail",
    "rights_holder_phone": "Telephone",
    "trademark": "Trade mark",
    "copyright_work": "Copyright work",
    "listing_title": "Listing",
    "listing_id": "Item number",
    "listing_url": "Exact location",
    "seller": "Seller",
    "explanation": "Why it infringes",
    "earlier_notices": "Earlier notices",
    "evidence": "Preserved evidence (SHA-256)",
}


def letter(channel: Channel, fields: Mapping[Field, str]) -> str:
    """The notice as plain text; fields that are not known are left out."""
    rules = RULES[channel]
    lines = [f"{label}: {fields[name]}" for name, label in LABELS.items() if name in fields]
    signed = [f"Signed: {fields['signatory']}"] if "signatory" in fields else []
    return (
        "\n".join([rules.title, "", *lines, "", *rules.declarations, "", *signed]).rstrip() + "\n"
    )


def joint_letter(channel: Channel, notices: Sequence[Mapping[Field, str]]) -> str:
    """One letter about several listings of one rights holder, whose own fields stand once."""
    rules, first = RULES[channel], notices[0]
    holder = [f"{LABELS[name]}: {first[name]}" for name in _OF_HOLDER if name in first]
    listings: list[str] = []
    for number, fields in enumerate(notices, start=1):
        told = [f"{label}: {fields[name]}" for name, label in _OF_LISTING if name in fields]
        listings += [f"Listing {number} of {len(notices)}", *told, ""]
    signed = [f"Signed: {first['signatory']}"] if "signatory" in first else []
    return (
        "\n".join(
            [rules.title, "", *holder, "", *listings, *rules.declarations, "", *signed]
        ).rstrip()
        + "\n"
    )


def reminder(channel: Channel, fields: Mapping[Field, str], sent_on: date, note: str = "") -> str:
    """A letter that asks for an answer to the notice sent on that day; `note` is what was kept."""
    about = [f"{LABELS[name]}: {fields[name]}" for name in _TOLD_AGAIN if name in fields]
    noted = [f"Our note of it: {note}"] if note else []
    signed = [f"Signed: {fields['signatory']}"] if "signatory" in fields else []
    return (
        "\n".join(
            [
                f"Reminder: {RULES[channel].title}",
                "",
                f"On {sent_on:%-d %B %Y} we sent the notice about the listing below.",
                "No answer has come. Please tell us what was decided, or what is missing.",
                "",
                *about,
                *noted,
                "",
                *signed,
            ]
        ).rstrip()
        + "\n"
    )


_OF_HOLDER: tuple[Field, ...] = (
    "rights_holder_name",
    "rights_holder_address",
    "rights_holder_email",
    "rights_holder_phone",
    "trademark",
    "copyright_work",
)
_OF_LISTING = [(name, label) for name, label in LABELS.items() if name not in _OF_HOLDER]
_TOLD_AGAIN: tuple[Field, ...] = (
    "listing_title",
    "listing_id",
    "listing_url",
    "rights_holder_name",
    "rights_holder_email",
)
