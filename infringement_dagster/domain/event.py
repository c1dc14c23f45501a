"""Something that happened to a client, before it has a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened, before it has a number; `type` is "noun.verb"."""

    type: str
    body: Mapping[str, object] = field(default_factory=dict)
    scan_id: UUID | None = None
