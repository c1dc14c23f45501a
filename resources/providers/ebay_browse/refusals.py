"""The meaning of eBay's errors: `{"errors": [{errorId, domain, category, message}]}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from resources.providers.plug_in import Refusal
from resources.providers.reading import Fields, parse_document
from resources.providers.vendor_answers import retry_after_seconds

_TOLD_MAX_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class EbayError:
    """The first error of an answer."""

    error_id: int | None  # None: the answer names none
    domain: str
    told: str  # in eBay's words

    def __str__(self) -> str:
        named = f"error {self.error_id}" if self.error_id else "no error id"
        return f"{named}, {self.told}" if self.told else named


def read_refusal(status: int, headers: Mapping[str, str], content: bytes) -> Refusal:
    """The meaning of an answer that is neither a page (200) nor a gone item (404)."""
    error = read_error(content)
    if status == 429:
        return _too_many(headers, error)
    if status == 401:
        return Refusal(
            "account_refused",
            f"eBay refuses a token that it has just given ({error}); look at the keyset in eBay's "
            "developer account",
        )
    if status == 403:
        return Refusal(
            "account_refused",
            f"eBay's keyset may not ask this (403: {error}); ask eBay for access to the Browse API",
        )
    if status >= 500:
        wait_seconds = retry_after_seconds(headers.get("retry-after"))
        return Refusal("vendor_failed", f"eBay failed ({status}: {error})", wait_seconds)
    return Refusal("request_refused", f"eBay refuses the question ({status}: {error})")


def _too_many(headers: Mapping[str, str], error: EbayError) -> Refusal:
    """eBay has one error (2001) for too many at once and too many today.

    With a wait that it names the question is tried again; without one no further try of this run
    would be answered.
    """
    wait_seconds = retry_after_seconds(headers.get("retry-after"))
    if wait_seconds is not None:
        return Refusal("too_many_requests", f"too many at once (429: {error})", wait_seconds)
    return Refusal(
        "quota_used_up",
        f"eBay's daily limit of calls is used up (429: {error}); it begins anew at midnight "
        "Pacific Time, and eBay raises it on request",
    )


def read_error(content: bytes) -> EbayError:
    """The error that the answer tells; one without id and words where it tells none."""
    try:
        document = parse_document(content)
    except ValueError:
        return EbayError(None, "", "")
    errors = Fields(document).pop_list("errors")
    first = Fields(errors[0] if errors else None)
    told = first.pop_text("longMessage", _TOLD_MAX_CHARS) or ""
    told = told or first.pop_text("message", _TOLD_MAX_CHARS) or ""
    return EbayError(first.pop_count("errorId"), first.pop_text("domain") or "", told)
