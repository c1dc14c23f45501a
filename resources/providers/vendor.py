"""The one client of all vendors: time-outs, retries, charges."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self
from uuid import UUID, uuid4

import httpx
import stamina

from resources.providers.authorization.client_credentials import ClientCredentials
from resources.providers.authorization.transport import vendor_transport
from resources.providers.plug_in import SCRAPERAPI, Question, Vendor
from resources.providers.provider_health import ProviderHealth
from resources.providers.reading import Fields, Json, parse_document
from resources.providers.vendor_answers import (
    CHARGED_STATUS,
    AccountRefused,
    Answer,
    Books,
    Charge,
    RequestRefused,
    VendorError,
    VendorUnavailable,
    charge_of,
    error_of,
    raise_for_status,
)

__all__ = [
    "AccountRefused",
    "Answer",
    "Books",
    "Charge",
    "RequestRefused",
    "VendorClient",
    "VendorError",
    "VendorUnavailable",
]

ANSWER_MAX_BYTES = 32 * 1024 * 1024  # the largest page seen has 60 kB

# Returns once a request may leave, with the seconds that took: a limit shared between processes.
Turn = Callable[[], Awaitable[float]]

_FIRST_PAUSE_SECONDS = 1.0
_PRICE_SECONDS = 10.0
_PRICE_MAX = 1000  # the dearest documented page costs 75
# Neither a question of ours that is wrong nor too many at once says that a provider is down.
_TROUBLES = frozenset({"target_blocked", "vendor_failed", "timed_out", "unreachable"})
_LONGEST_PAUSE_SECONDS = 20.0


class VendorClient:
    """Asks one vendor, at most `concurrency` questions at a time; an async context manager.

    One is made for each run, and `charges` holds all that it was charged. With `health`, questions
    and retries are limited together with those of all other runs.

    `deadline_seconds` bounds one question with all its tries and pauses, `read_timeout_seconds`
    one try: the vendor itself retries for 70 s before it gives up. Each try waits for its `turn`,
    which counts against no time-out, and is noted in the `books` before it leaves.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        vendor: Vendor = SCRAPERAPI,
        credentials: ClientCredentials | None = None,
        concurrency: int = 5,
        attempts: int = 3,
        read_timeout_seconds: float = 80.0,
        connect_timeout_seconds: float = 5.0,
        deadline_seconds: float = 270.0,
        first_pause_seconds: float = _FIRST_PAUSE_SECONDS,
        turn: Turn | None = None,
        books: Books | None = None,
        health: ProviderHealth | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.concurrency = concurrency
        self.charges: list[Charge] = []  # of every try, also of those whose answer nobody took
        self._api_key = api_key
        self._vendor = vendor
        self._attempts = attempts
        self._try_seconds = connect_timeout_seconds + read_timeout_seconds
        self._deadline_seconds = deadline_seconds
        self._first_pause_seconds = first_pause_seconds
        self._turn = turn
        self._books = books
        self._health = health
        self._slots = asyncio.Semaphore(concurrency)
        self._http = httpx.AsyncClient(
            base_url=self.base_url,
            transport=vendor_transport(vendor, api_key, credentials, self.base_url, concurrency),
            timeout=httpx.Timeout(read_timeout_seconds, connect=connect_timeout_seconds, pool=None),
            trust_env=False,
        )

    def __repr__(self) -> str:
        return f"VendorClient({self.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._http.aclose()

    async def ask(self, question: Question) -> Answer:
        """The answer to one question, e.g. `Question("amazon/search", {"query": "mug"})`.

        Raises `VendorUnavailable` when every try failed, `RequestRefused`, or `AccountRefused`;
        each carries what it cost.
        """
        if self._health is not None and not await self._health.may_ask():
            raise VendorUnavailable(
                "provider_down", f"{question.endpoint}: not asked, it failed several times in a row"
            )
        charges: list[Charge] = []
        try:
            answer = await self._ask(question, charges)
        except VendorError as error:
            error.charges = tuple(charges)
            await self._tell_health(trouble=error.reason in _TROUBLES)
            raise
        await self._tell_health(trouble=False)
        return answer

    async def price_of(self, url: str) -> int | None:
        """The credits that reading the address costs; None where the vendor does not tell."""
        if self._vendor.price_path is None:
            return None
        try:
            async with asyncio.timeout(_PRICE_SECONDS):
                answer = await self._http.get(self._vendor.price_path, params={"url": url})
                told = parse_document(answer.content) if answer.status_code == 200 else None
        except (TimeoutError, httpx.HTTPError, ValueError):
            return None
        credits = Fields(told).pop_count("credits")
        return credits if credits and credits <= _PRICE_MAX else None

    def _cost_limit(self, question: Question) -> dict[str, str]:
        """The parameter by which the vendor refuses rather than charge more than was reserved."""
        name = self._vendor.cost_limit_name
        return {name: str(question.credits)} if name and question.credits else {}

    async def _tell_health(self, *, trouble: bool) -> None:
        if self._health is not None:
            await self._health.note(trouble=trouble)

    async def _ask(self, question: Question, charges: list[Charge]) -> Answer:
        pauses = _Pauses(self._first_pause_seconds, self._attempts - 1)
        try:
            async with asyncio.timeout(self._deadline_seconds) as deadline:
                async for attempt in stamina.retry_context(
                    on=pauses, attempts=self._attempts, timeout=None
                ):
                    with attempt:
                        async with self._slots:
                            await self._wait_for_turn(deadline)
                            return await self._try(question, charges, pauses)
        except TimeoutError:
            raise VendorUnavailable(
                "timed_out",
                f"{question.endpoint}: no answer within {self._deadline_seconds:g} s in all",
            ) from None
        raise AssertionError("stamina raises when it gives up")

    async def _wait_for_turn(self, deadline: asyncio.Timeout) -> None:
        if self._turn is None:
            return
        left_seconds = (deadline.when() or 0) - asyncio.get_running_loop().time()
        deadline.reschedule(None)
        await self._turn()
        deadline.reschedule(asyncio.get_running_loop().time() + left_seconds)

    async def _try(self, question: Question, charges: list[Charge], pauses: _Pauses) -> Answer:
        try:
            return await self._try_once(question, charges)
        except VendorUnavailable:
            if self._health is not None and pauses.retries_left:
                pauses.is_allowed = await self._health.may_retry()
            raise

    async def _try_once(self, question: Question, charges: list[Charge]) -> Answer:
        request_id, endpoint, is_answered = uuid4(), question.endpoint, False
        if self._books is not None:
            await self._books.asked(request_id, question)
        try:
            async with (
                asyncio.timeout(self._try_seconds),
                self._http.stream(
                    "POST" if question.body else "GET",
                    "/" if question.is_rendered else f"{self._vendor.path}/{endpoint}",
                    params={**question.params, **self._cost_limit(question)},
                    headers=_headers(question, request_id),
                    content=question.body or None,
                ) as response,
            ):
                is_answered = True
                charged = charge_of(request_id, question, response)
                charges.extend(charged)
                self.charges.extend(charged)
                await self._note(request_id, charged)
                await self._raise_for_status(question, response)
                content = self._without_key(await _read_capped(endpoint, response))
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            await self._note(request_id, ())  # it never left
            raise VendorUnavailable(
                "unreachable", f"{endpoint}: no connection to {self.base_url} ({error})"
            ) from None
        except (TimeoutError, httpx.TimeoutException):
            raise VendorUnavailable("timed_out", f"{endpoint}: the vendor did not answer") from None
        except VendorError:
            if not is_answered:  # without a token it never left
                await self._note(request_id, ())
            raise
        except httpx.HTTPError as error:
            raise VendorUnavailable(
                "unreachable", f"{endpoint}: {type(error).__name__} at {self.base_url}"
            ) from None
        return Answer(
            endpoint=endpoint,
            status=response.status_code,
            content=content,
            document=_document(question, response.status_code, content),
            charges=tuple(charges),
            final_url=response.headers.get("sa-final-url"),
            screenshot_url=response.headers.get("sa-screenshot"),
        )

    async def _raise_for_status(self, question: Question, response: httpx.Response) -> None:
        """Returns for an answer that can be read; raises what the vendor means by any other."""
        read_refusal, status = self._vendor.read_refusal, response.status_code
        if read_refusal is None:
            told = await _read_capped(question.endpoint, response) if status == 403 else b""
            raise_for_status(question, response, told)
        elif status not in CHARGED_STATUS:
            told = await _read_capped(question.endpoint, response)
            refusal = read_refusal(status, response.headers, told)
            raise error_of(question.endpoint, refusal)

    async def _note(self, request_id: UUID, charged: tuple[Charge, ...]) -> None:
        if self._books is not None:
            await self._books.told(request_id, charged)

    def _without_key(self, content: bytes) -> bytes:
        # The vendor rewrites some links to pass through itself, with the key in them.
        named = f"{self._vendor.key_name}=".encode()
        shown = named + self._api_key.encode()
        return content.replace(shown, named + b"redacted") if self._api_key else content


class _Pauses:
    """How long to wait before the next try (full jitter), or False where none may follow."""

    def __init__(self, first_seconds: float, retries_max: int) -> None:
        self.retries_left = retries_max
        self.is_allowed = True  # False where all runs together made too many
        self._longest_seconds = first_seconds

    def __call__(self, error: Exception) -> float | bool:
        if not isinstance(error, VendorUnavailable) or not self.retries_left:
            return False
        if not self.is_allowed:
            return False
        self.retries_left -= 1
        longest = min(self._longest_seconds, _LONGEST_PAUSE_SECONDS)
        self._longest_seconds *= 2
        if error.retry_after_seconds is not None:
            return error.retry_after_seconds
        return random.uniform(0, longest)  # noqa: S311 - spreads load, guards no secret


def _headers(question: Question, request_id: UUID) -> dict[str, str]:
    form = {"content-type": "application/json"} if question.body else {}
    return {**form, **question.headers, "x-request-id": str(request_id)}


async def _read_capped(endpoint: str, response: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > ANSWER_MAX_BYTES:
            raise RequestRefused(
                "unreadable_answer",
                f"{endpoint}: the answer is larger than {ANSWER_MAX_BYTES} bytes",
            )
    return bytes(content)


def _document(question: Question, status: int, content: bytes) -> Json:
    endpoint = question.endpoint
    if status == 404 or question.is_rendered:
        return None
    try:
        document = parse_document(content)
    except ValueError as error:
        raise VendorUnavailable(
            "unreadable_answer", f"{endpoint}: the answer is not JSON: {str(error)[:120]}"
        ) from None
    if document in ({}, None):  # an empty list is a search without results
        raise VendorUnavailable("unreadable_answer", f"{endpoint}: the answer is an empty object")
    return document
