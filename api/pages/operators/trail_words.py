"""Entries of the operators' audit trail in plain words; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.pages.languages.words import translated
from resources.postgres.clients.audit import AuditEntry

ACTIONS: Final = {
    "alerts.changed": "Chose whether to be told of failures",
    "alerts.unsubscribed": "Unsubscribed from alerts by the link of a mail",
    "key.refused": "A key was refused",
    "limits.changed": "Changed limits",
    "login.refused": "A log-in was refused",
    "login.succeeded": "Logged in",
    "operator.created": "Added an operator",
    "operator.disabled": "Deactivated an operator",
    "operator.enabled": "Reactivated an operator",
    "operator_key.created": "Made an operator's key",
    "operator_key.revoked": "Revoked an operator's key",
    "request.refused": "Was refused what they may not do",
    "second_factor.confirmed": "Turned on a second factor",
    "second_factor.removed": "Removed a second factor",
    "session.ended": "Ended a session",
    "session.others_ended": "Ended all other sessions",
    "user.invited": "Invited an operator by mail",
    "user.link_mailed": "Was mailed a link to set a password",
    "user.password_changed": "Changed their password",
    "user.password_reset": "Set a password by a link",
    "user.reset_link_made": "Made a link to set a password",
    "user.unlocked": "Cleared failed log-ins",
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
