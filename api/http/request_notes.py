"""Notes about one request while it is served, for its log line, metrics and headers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import Scope

_KEY = "infringement.notes"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


def _nothing() -> None:
    """There is no turn to end."""


@dataclass(slots=True)
class RequestNotes:
    """Notes that dependencies add to."""

    request_id: str
    actor: str = "anonymous"
    client_id: str = ""
    tenant: str | None = None  # whose credential it carries, once that is proved
    is_refused: bool = False  # its credential proved nothing
    end_turn: Callable[[], None] = _nothing  # lets the next in while this one waits
    headers: dict[str, str] = field(default_factory=dict)  # sent along whatever the answer


def notes_of(scope: Scope) -> RequestNotes:
    """The notes of this request."""
    notes = scope.get(_KEY)
    if not isinstance(notes, RequestNotes):
        notes = scope[_KEY] = RequestNotes(_request_id(scope))
    return notes


def _request_id(scope: Scope) -> str:
    """The caller's id where it is one that is safe in logs, else a fresh one."""
    for name, value in scope.get("headers", ()):
        if name == b"x-request-id" and _GIVEN_ID.fullmatch(value.decode("latin-1")):
            return str(value.decode("latin-1"))
    return secrets.token_hex(8)
