"""Entries of the audit trail as their page tells them: names where the trail keeps ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import Connection

from api.pages.admin.audit_words import ACTIONS, EXPORTS, LOG_INS, Kind
from api.pages.languages.words import gettext, translated
from resources.postgres.clients import access_store
from resources.postgres.clients.audit import ON_THE_MACHINE, AuditEntry, AuditFilter
from resources.postgres.events.webhook_store import list_webhooks

_OWN: Final = ("login.succeeded", "session.", "client.", "alerts.")  # the subject is who did it
_BY_ID: Final = ("user.", "second_factor.", "key.", "webhook.", "purchase.")
_OF_CASES: Final = ("bundle.", "evidence.", "screenshot.", "case.")


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """An entry in words."""

    entry: AuditEntry
    who: str
    did: str
    subject: str  # empty where it is told without one
    address: str  # of the page about it, below the client's; empty for none


def filter_of(kind: Kind, by: str | None) -> AuditFilter:
    """The entries of the kind and of who did it; changes are all that is neither of the others."""
    if kind == "all":
        return AuditFilter(principal=by)
    if kind == "changes":
        return AuditFilter(LOG_INS + EXPORTS, is_without=True, principal=by)
    return AuditFilter(LOG_INS if kind == "log-ins" else EXPORTS, principal=by)


def told_entries(c: Connection, client_id: str, entries: Sequence[AuditEntry]) -> list[ToldEntry]:
    """The entries with the names that people, keys and web-hooks have now."""
    names = _names(c, client_id)
    return [
        ToldEntry(entry, _who(entry), action_words(entry), _subject(entry, names), _address(entry))
        for entry in entries
    ]


def action_words(entry: AuditEntry) -> str:
    """The action, with the roles between which it changed."""
    said = translated(ACTIONS.get(entry.action, entry.action))
    role, former = entry.details.get("role"), entry.details.get("former")
    if isinstance(role, str) and isinstance(former, str):
        words = {"said": said, "former": translated(former), "role": translated(role)}
        return gettext("%(said)s: %(former)s is now %(role)s", **words)
    return said


def _names(c: Connection, client_id: str) -> Mapping[str, str]:
    users = {str(row.user_id): row.email for row in access_store.list_users(c, client_id)}
    keys = {row.key_id: row.name or row.key_id for row in access_store.list_keys(c, client_id)}
    hooks = {str(row.webhook_id): row.shown_url for row in list_webhooks(c, client_id)}
    return users | keys | hooks


def _who(entry: AuditEntry) -> str:
    if entry.principal == ON_THE_MACHINE:
        return gettext("Command line")
    return gettext("Somebody unknown") if entry.principal == "nobody" else entry.principal_name


def _subject(entry: AuditEntry, names: Mapping[str, str]) -> str:
    subject = entry.subject or ""
    if entry.action.startswith(_OWN):
        return ""
    if entry.action.startswith(_BY_ID):
        return names.get(subject, subject if "@" in subject else "")
    if entry.action.startswith(_OF_CASES):
        return gettext("Case")
    if entry.action == "notice.exported":
        return gettext("Notice")
    return subject.replace("_", " ") if entry.action == "request.refused" else subject


def _address(entry: AuditEntry) -> str:
    if entry.action.startswith(_OF_CASES):
        return f"cases/{entry.subject}"
    rooms = {"notice.exported": "notices", "report.exported": "reports"}
    room = rooms.get(entry.action)
    return f"{room}/{entry.subject}" if room else ""
