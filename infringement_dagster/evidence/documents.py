"""How evidence writes a document, so that everybody gets the same bytes and the same SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime


def canonical_json(document: Mapping[str, object]) -> bytes:
    """The document in UTF-8 with sorted keys, an indent of one blank and a line feed at its end."""
    text = json.dumps(
        document, default=str, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False
    )
    return f"{text}\n".encode()


def utc_text(moment: datetime) -> str:
    """The moment in UTC to the microsecond, such as `2026-03-01T12:00:00.000000Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sha256_hex(content: bytes) -> str:
    """The SHA-256 of the bytes as 64 lower-case hex digits."""
    return hashlib.sha256(content).hexdigest()
