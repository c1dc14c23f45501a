"""Entries of the operators' audit trail in plain words; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.pages.admin import audit_words
from api.pages.languages.words import translated
from resources.postgres.clients.audit import AuditEntry

# As on clients' trails, but for what only operators do or what is done to them.
ACTIONS: Final = {
    **audit_words.ACTIONS,
    "alerts.changed": "Chose whether to be told of failures",
    "operator.created": "Added an operator",
    "operator.disabled": "Deactivated an operator",
    "operator.enabled": "Reactivated an operator",
    "operator_key.created": "Made an operator's key",
    "operator_key.revoked": "Revoked an operator's key",
    "user.invited": "Invited an operator by mail",
}


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """An entry as the page tells it."""

    recorded_at: datetime
    who: str
    network: str
    did: str
    about: str
    details: str


def told_entries(rows: Sequence[AuditEntry], operators: Mapping[str, str]) -> list[ToldEntry]:
    """The entries, with operators by their addresses."""
    return [
        ToldEntry(
            row.recorded_at,
            translated(row.principal_name),
            row.network or "",
            translated(ACTIONS.get(row.action, row.action)),
            operators.get((row.subject or "").removeprefix("operator:"), row.subject or ""),
            ", ".join(f"{name}: {value}" for name, value in sorted(row.details.items())),
        )
        for row in rows
    ]
