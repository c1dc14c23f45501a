"""A client's numbered event, as the store gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened to a client; numbers have no gaps."""

    event_no: int
    scan_id: UUID | None
    type: str
    body: dict[str, object]
    created_at: datetime
