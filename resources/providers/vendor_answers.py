"""The vendor's answers before anybody reads them: billed, refused, or worth another try."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

import httpx

from infringement_dagster.domain.errors import InfringementError, PermanentError, TransientError
from resources.providers.plug_in import FailureReason, Question, Refusal
from resources.providers.reading import Json

CHARGED_STATUS = (200, 404)  # any other holds no page
_LONGEST_RETRY_AFTER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Charge:
    """The vendor's charge for one try."""

    request_id: UUID
    endpoint: str
    status: int
    credits: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Books:
    """Who notes each question before it leaves, and its charges as soon as they are known."""

    asked: Callable[[UUID, Question], Awaitable[None]]  # with the request's id
    told: Callable[[UUID, tuple[Charge, ...]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The vendor's answer, and the cost of all tries for it; a 404 has no document."""

    endpoint: str
    status: int
    content: bytes
    document: Json
    charges: tuple[Charge, ...]
    final_url: str | None = None
    screenshot_url: str | None = (
        None  # where the vendor keeps a screenshot of the page, if it made one
    )


class Answering(AbstractAsyncContextManager["Answering"], Protocol):
    """Who answers questions within one event loop: a vendor's client, or the imported files."""

    concurrency: int  # questions under way at a time
    charges: list[Charge]  # of every try, also of those whose answer nobody took

    async def ask(self, question: Question) -> Answer:
        """The answer to one question; raises `VendorError`."""
        ...

    async def price_of(self, url: str) -> int | None:
        """The credits that reading the address costs, None where nobody tells."""
        ...


class VendorError(InfringementError):
    """No answer; `charges` were billed nevertheless."""

    def __init__(
        self, reason: FailureReason, message: str, retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.reason: FailureReason = reason
        self.charges: tuple[Charge, ...] = ()
        self.retry_after_seconds = retry_after_seconds


class VendorUnavailable(VendorError, TransientError):
    """The vendor or its target could not answer this time."""


class RequestRefused(VendorError, PermanentError):
    """The vendor will never answer this question."""


class AccountRefused(VendorError, PermanentError):
    """The key or the plan does not allow any further question."""


_REFUSALS: Mapping[FailureReason, type[VendorError]] = {
    "account_refused": AccountRefused,
    "quota_used_up": AccountRefused,
    "above_price": RequestRefused,
    "request_refused": RequestRefused,
    "not_found": RequestRefused,
}


def error_of(endpoint: str, refusal: Refusal) -> VendorError:
    """The refusal as an error, of the kind by which its reason is tried again, or is not."""
    kind = _REFUSALS.get(refusal.reason, VendorUnavailable)
    return kind(refusal.reason, f"{endpoint}: {refusal.told}", refusal.retry_after_seconds)


def charge_of(request_id: UUID, question: Question, response: httpx.Response) -> tuple[Charge, ...]:
    """The charge that an answer's status and headers tell of, if any."""
    told = response.headers.get("sa-credit-cost", "")
    charged = response.status_code in CHARGED_STATUS
    if told.isascii() and told.isdigit():
        spent = int(told[:9])
    else:
        spent = question.credits if charged else 0
    if not charged and not spent:
        return ()
    return (Charge(request_id, question.endpoint, response.status_code, spent, datetime.now(UTC)),)


def raise_for_status(question: Question, response: httpx.Response, told: bytes = b"") -> None:
    """Returns for an answer that can be read; raises the `VendorError` that its status means.

    `told` is the text of a 403, which alone tells its reasons apart.
    """
    status, endpoint = response.status_code, question.endpoint
    if status in CHARGED_STATUS:
        return
    if status == 403 and b"max_cost" in told:
        raise RequestRefused(
            "above_price",
            f"{endpoint}: the vendor wants more than the {question.credits} credits that were "
            "reserved; nothing was charged, and the next run asks for the price anew",
        )
    if status == 403:
        raise _forbidden(endpoint, response.headers.get("sa-statuscode", ""))
    refusals: dict[int, Callable[[], VendorError]] = {
        400: lambda: RequestRefused(
            "request_refused", f"{endpoint}: the vendor calls the request malformed (400)"
        ),
        401: lambda: AccountRefused(
            "account_refused", f"{endpoint}: the vendor refused the API key (401); check it"
        ),
        429: lambda: VendorUnavailable(
            "too_many_requests",
            f"{endpoint}: too many concurrent requests (429)",
            retry_after_seconds(response.headers.get("retry-after")),
        ),
    }
    if status in refusals:
        raise refusals[status]()
    if status >= 500:
        raise VendorUnavailable(
            "vendor_failed",
            f"{endpoint}: the vendor gave up ({status})",
            retry_after_seconds(response.headers.get("retry-after")),
        )
    raise RequestRefused("request_refused", f"{endpoint}: unexpected status {status}")


def _forbidden(endpoint: str, target_status: str) -> VendorError:
    if target_status.isascii() and target_status.isdigit() and int(target_status) >= 400:
        return VendorUnavailable(
            "target_blocked", f"{endpoint}: the marketplace answered {target_status[:3]}"
        )
    return AccountRefused(
        "account_refused",
        f"{endpoint}: the vendor forbids it (403): no credits left, not in the plan, or above the "
        "cost limit; look at the vendor's account",
    )


def retry_after_seconds(told: str | None) -> float | None:
    """The wait that a header `Retry-After` asks for, as long as we would wait; None: none."""
    told = told or ""
    if not (told.isascii() and told.isdigit()):
        return None
    return min(float(told[:6]), _LONGEST_RETRY_AFTER_SECONDS)
