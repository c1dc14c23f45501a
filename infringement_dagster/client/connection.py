"""Requests to the API: tried again where that is safe, with answers read or raised as problems."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

import httpx
import stamina

from infringement_dagster.client.errors import ApiProblem, Unreachable

TRIES: Final = 5
WAIT_SECONDS_MAX: Final = 60.0  # of one pause, whatever Retry-After says
_REFUSED_BEFORE_IT_BEGAN: Final = frozenset({429})
_MAYBE_BEGUN: Final = frozenset({502, 503, 504})
_READS: Final = frozenset({"GET", "HEAD"})


class _TryAgain(Exception):
    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        super().__init__(str(answer.status_code))


class Connection:
    """An address with a key; one may be shared by threads."""

    def __init__(
        self, api_url: str, key: str, *, timeout_seconds: float = 30.0, tries: int = TRIES
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self._tries = tries
        self.http = httpx.Client(
            base_url=self.api_url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_seconds,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Guarantees that no connection stays open."""
        self.http.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The answer, a success; raises ApiProblem and Unreachable.

        Reads, and whatever carries an Idempotency-Key, are tried again after no answer, 502, 503
        and 504; everything is after 429. Pauses are as long as Retry-After says.
        """
        sent = dict(headers or {})
        params = {name: value for name, value in (query or {}).items() if value is not None}
        request = self.http.build_request(
            method,
            path,
            params=params or None,  # type: ignore[arg-type] # numbers, text and booleans
            json=json,
            content=content,
            headers=sent,
        )
        is_safe = method in _READS or "Idempotency-Key" in sent
        try:
            for attempt in stamina.retry_context(
                on=lambda error: _pause(error, is_safe=is_safe),
                attempts=self._tries,
                timeout=None,
                wait_initial=0.2,
                wait_max=10.0,
            ):
                with attempt:
                    answer = _sent(self.http, request)
        except _TryAgain as given_up:
            answer = given_up.answer
        except httpx.TransportError as error:
            raise Unreachable(f"{self.api_url} did not answer: {error}") from error
        return checked(answer)

    def read(self, path: str, **query: object) -> Any:
        """The document at the path."""
        return self.ask("GET", path, query=query).json()


def checked(answer: httpx.Response) -> httpx.Response:
    """The answer, a success; raises ApiProblem, or Unreachable where no API answered."""
    if answer.is_success:
        return answer
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Unreachable(
            f"{answer.request.url} answered {answer.status_code} without a problem document: "
            "is it the address of an API?"
        )
    raise ApiProblem(answer.status_code, document, _retry_after_seconds(answer))


def _sent(http: httpx.Client, request: httpx.Request) -> httpx.Response:
    answer = http.send(request)
    if answer.status_code in _REFUSED_BEFORE_IT_BEGAN | _MAYBE_BEGUN:
        raise _TryAgain(answer)
    return answer


def _pause(error: Exception, *, is_safe: bool) -> bool | float:
    """Whether to try again, after how many seconds where the answer said so."""
    if isinstance(error, _TryAgain):
        if not is_safe and error.answer.status_code in _MAYBE_BEGUN:
            return False
        told = _retry_after_seconds(error.answer)
        return True if told is None else min(told, WAIT_SECONDS_MAX)
    # A connection that was refused has sent nothing.
    return isinstance(error, httpx.ConnectError) or (
        is_safe and isinstance(error, httpx.TransportError)
    )


def _retry_after_seconds(answer: httpx.Response) -> float | None:
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() else None
