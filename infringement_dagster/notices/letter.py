"""A draft as the text that a person pastes or sends."""

from __future__ import annotations

from collections.abc import Mapping

from infringement_dagster.notices.channels import RULES, Channel, Field

_LABELS: dict[Field, str] = {
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
    "evidence": "Preserved evidence (SHA-256)",
}


def letter(channel: Channel, fields: Mapping[Field, str]) -> str:
    """The notice as plain text; fields that are not known are left out."""
    rules = RULES[channel]
    lines = [f"{label}: {fields[name]}" for name, label in _LABELS.items() if name in fields]
    signed = [f"Signed: {fields['signatory']}"] if "signatory" in fields else []
    return (
        "\n".join([rules.title, "", *lines, "", *rules.declarations, "", *signed]).rstrip() + "\n"
    )
