"""Text and addresses as they may enter the system, cleaned once at its boundary."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

URL_MAX_CHARS = 2048

# C0 and C1 controls and DEL (Postgres refuses NUL, terminals obey ESC); bidirectional controls,
# which make a reviewer read another text than the one stored; lone surrogates, which no encoder
# accepts; the byte-order mark. Joiners stay: emoji and several scripts need them.
_UNWANTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
# A spreadsheet takes a cell that begins with one of these signs for a formula. A cell begins where
# the text does, and after each sign that another country's spreadsheet separates cells by: opened
# there, a file with commas falls apart at the semicolons within its texts.
_FORMULA = re.compile('(^|[;\t\r\n])(?=[\\s"]*[=+\\-@\uff1d\uff0b\uff0d\uff20])|^(?=[\t\r\n])')
_URL = re.compile(r"https?://[^\s/?#\\]+[^\s\\]*", re.IGNORECASE)


def clean_text(text: str, max_chars: int) -> str:
    """The readable part of `text` on one line, at most `max_chars` long; never raises."""
    # Cutting first bounds the work on a hostile text; four times leaves room for what is dropped.
    one_line = " ".join(text[: max_chars * 4].split())
    readable = " ".join(_UNWANTED.sub("", one_line).split())
    return readable[:max_chars].rstrip()


def clean_markup(text: str, max_chars: int) -> str:
    """`clean_text` of a text whose HTML entities stand for characters."""
    return clean_text(html.unescape(text[: max_chars * 8]), max_chars)


def clean_url(text: str) -> str | None:
    """An absolute http(s) address that `urlsplit` accepts, without blanks and controls, or None."""
    candidate = html.unescape(text[: URL_MAX_CHARS + 1]).strip()
    if candidate.startswith("//"):
        candidate = f"https:{candidate}"
    if len(candidate) > URL_MAX_CHARS or _UNWANTED.search(candidate):
        return None
    try:
        urlsplit(candidate)
    except ValueError:  # a broken host, e.g. "http://[1"
        return None
    return candidate if _URL.fullmatch(candidate) else None


def spreadsheet_cell(value: object) -> str:
    """The value as text that no spreadsheet takes for a formula; None is empty."""
    text = "" if value is None else str(value)
    return _FORMULA.sub(r"\g<0>'", text)


def is_plain_line(text: str) -> bool:
    """Whether the text is shown as it is written: no line breaks, controls or direction marks."""
    return not _UNWANTED.search(text)
