"""The meaning of a server's answer to the question for a photo."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from infringement_dagster.domain.photo import MissedPhoto

_TRANSIENT_STATUS = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_VALIDATOR_MAX_LETTERS = 200  # longer ones are kept for nobody: they would be sent each time
_MAX_AGE = re.compile(r"max-age\s*=\s*\"?(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Validators:
    """By what a server tells whether its photo has changed; they belong to the `url` they came
    from, where the redirects had ended."""

    url: str
    etag: str | None = None
    last_modified: str | None = None

    def as_headers(self) -> dict[str, str]:
        """The conditions of a question for the same photo."""
        told = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """An address's last answer as it is kept beside the photo."""

    validators: Validators | None
    good_until: datetime


@dataclass(frozen=True, slots=True)
class FetchedPhoto:
    """The photo that an address holds; `url` is where the redirects ended."""

    content: bytes
    sha256: str
    media_type: str
    url: str
    validators: Validators | None = None
    max_age_seconds: int | None = None  # as the server says; None where it says nothing


@dataclass(frozen=True, slots=True)
class NotModified:
    """The photo is the one that the validators came with."""

    max_age_seconds: int | None = None


Fetched: TypeAlias = FetchedPhoto | NotModified | MissedPhoto


def refusal(status: int, headers: Mapping[str, str]) -> MissedPhoto | None:
    """Why the answer holds no photo; None where it is one or points on to one."""
    if status == 200 or (status in _REDIRECTS and "location" in headers):
        return None
    if status in {404, 410}:
        return MissedPhoto("not_found", f"status {status}")
    if status in _TRANSIENT_STATUS:
        return MissedPhoto("server_error", f"status {status}")
    return MissedPhoto("refused", f"status {status}")


def validators_of(url: str, headers: Mapping[str, str]) -> Validators | None:
    """The validators that came with the photo, if any that can be sent again."""
    etag, last_modified = _sendable(headers.get("etag")), _sendable(headers.get("last-modified"))
    return Validators(url, etag, last_modified) if etag or last_modified else None


def max_age_seconds(headers: Mapping[str, str]) -> int | None:
    """How long the server calls its answer good, 0 where it wants to be asked each time."""
    told = headers.get("cache-control", "").lower()
    if "no-store" in told or "no-cache" in told:
        return 0
    found = _MAX_AGE.search(told)
    return int(found[1]) if found else None


_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavi", "image/avif"),
)


def media_type_of(content: bytes, headers: Mapping[str, str]) -> str:
    """The media type by the first bytes, else the server's word: servers mislabel photos."""
    for offset, signature, media_type in _SIGNATURES:
        if content.startswith(signature, offset):
            return media_type
    told = headers.get("content-type", "").partition(";")[0].strip().lower()
    return told[:100] if told.isascii() and "/" in told else "application/octet-stream"


def _sendable(told: str | None) -> str | None:
    if told is None or not 0 < len(told) <= _VALIDATOR_MAX_LETTERS:
        return None
    return told if told.isascii() and told.isprintable() else None
