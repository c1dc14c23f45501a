"""Rows of clients, as the stores take and give them.

All times are aware; SHA-256 is 64 lower-case hex digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from infringement_dagster.domain.photo import ReferenceKind


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A tenant; `last_event_no` is the number of its newest event, 0 before the first."""

    client_id: str
    display_name: str
    state: Literal["active", "suspended"]
    last_event_no: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ConfigVersion:
    """One saved document of a client's settings, as it was written."""

    client_id: str
    version: int
    document: dict[str, object]
    created_at: datetime
    created_by: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class ReferencePhotoRow:
    """A product photo or a logo that the client owns and has not removed."""

    reference_id: UUID
    sha256: str
    file_name: str
    brand: str | None
    kind: ReferenceKind
    added_at: datetime
    media_type: str
    object_key: str
