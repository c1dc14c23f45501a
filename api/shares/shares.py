"""Holds every caller to its share of this process, before anything is spent on its request.

A request belongs to the client whose credential it carries, as the last request with the same
credential proved; one that carries none, or one never seen, belongs to its network address. So
nobody can spend the share of another by naming him in the path.

A request waits here without a thread, a connection or its body being read. It holds its place until
its answer begins: who reads slowly holds no more than one of his own open requests.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import TOO_MANY, problem_response, retry_after
from api.http.request_notes import RequestNotes, notes_of
from api.shares.pace import WORK_PART, Pace, Recent, WorkTime
from api.shares.work import Work, work_of
from resources.fair_places import FairPlaces

# Whoever is refused waits so long for the word, or the refusals of a loop would be the load.
REFUSAL_SECONDS = 1.0
_SESSION = re.compile(rb"__Host-session=([^;]*)")
STRANGER = "peer:"  # no client and no key or person of an operator is called so
# A credential that proved nothing costs as much as so many requests: a loop with a key that is none
# had 850 answers in its first seconds, and another's decisions took four times as long.
REFUSED_COST = 10
_REFUSED = f"{STRANGER}refused:"


@dataclass(frozen=True, slots=True)
class ShareLimits:
    """The places that one caller may hold in this process."""

    open_requests: int
    requests_per_minute: int


class Shares:
    """The app, with each caller held to its share of every kind of work."""

    def __init__(self, app: ASGIApp, limits: ShareLimits) -> None:
        self._app = app
        self._limits = limits
        self._places = {work: FairPlaces(work.places, work.share) for work in Work}
        # However many addresses they come from, strangers take no place of a client.
        self._strangers = {work: FairPlaces(max(1, work.places // 2), work.share) for work in Work}
        self._open: Counter[str] = Counter()
        self._served: Counter[str] = Counter()  # whose work counts
        self._callers = Callers()
        self._pace = Pace(limits.requests_per_minute)
        self._work_time = WorkTime()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request when it is its caller's turn."""
        work = work_of(scope["method"], scope["path"]) if scope["type"] == "http" else Work.FREE
        if work is Work.FREE:
            await self._app(scope, receive, send)
            return
        credential = credential_of(scope)
        caller = self._callers.caller_of(scope, credential)
        refusal = self._refusal(caller, work)
        if refusal is not None:
            await asyncio.sleep(REFUSAL_SECONDS)
            await refusal(scope, receive, send)
            return
        self._open[caller] += 1
        turn = _Turn(self, work, caller, credential)
        try:
            await self._serve(turn, scope, receive, send)
        finally:
            turn.close()

    async def _serve(self, turn: _Turn, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        await self._places_of(turn).take(turn.caller)
        turn.began = time.perf_counter()
        self._begin(turn)
        waited_ms = (turn.began - began) * 1000
        notes_of(scope).headers["Server-Timing"] = f"place;dur={waited_ms:.1f}"
        notes_of(scope).end_turn = lambda: turn.end(scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                turn.end(scope)
                if _is_stream(message):
                    turn.close()  # streams have limits of their own
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            turn.end(scope)

    def give_back(self, turn: _Turn, scope: Scope) -> None:
        """Guarantees that the place serves the next, and that the caller is known from now on."""
        rest_seconds = self._work_time.rest_seconds(turn.caller, self._end(turn))
        self._places_of(turn).give_back(turn.caller, rest_seconds)
        if turn.credential is not None:
            self._learn(turn.caller, turn.credential, notes_of(scope))

    def _learn(self, caller: str, credential: bytes, notes: RequestNotes) -> None:
        """Guarantees that whose the credential is, where the request told, is known."""
        if notes.tenant is not None:
            self._callers.remember(credential, notes.tenant)
        elif notes.is_refused:
            self._pace.charge(caller, REFUSED_COST)
            self._callers.remember(credential, None)

    def _begin(self, turn: _Turn) -> None:
        if turn.work is not Work.LONG:
            turn.is_only_one = not self._served[turn.caller]
            self._served[turn.caller] += 1

    def _end(self, turn: _Turn) -> float:
        """The seconds of work that count: little where the caller asks one thing at a time.

        Whoever waits for each answer holds one place at most, and longer while others keep the
        machine busy, for which it is not to be held back.
        """
        if turn.work is Work.LONG:
            return 0.0
        self._served[turn.caller] -= 1
        is_only_one = turn.is_only_one and not self._served[turn.caller]
        if not self._served[turn.caller]:
            del self._served[turn.caller]
        return (time.perf_counter() - turn.began) * (WORK_PART if is_only_one else 1.0)

    def _places_of(self, turn: _Turn) -> FairPlaces:
        is_stranger = turn.caller.startswith(STRANGER)
        return (self._strangers if is_stranger else self._places)[turn.work]

    def close(self, caller: str) -> None:
        """Guarantees that one request fewer of the caller counts as open."""
        self._open[caller] -= 1
        if not self._open[caller]:
            del self._open[caller]

    def _refusal(self, caller: str, work: Work) -> ASGIApp | None:
        if self._open[caller] >= self._limits.open_requests:
            detail = f"{self._limits.open_requests} requests of this client are open already"
            return _Refusal(detail, 1.0)
        wait_seconds = self._pace.wait_seconds(caller, work.cost)
        if wait_seconds:
            most = self._limits.requests_per_minute
            return _Refusal(
                f"more than {most} requests (heavy ones count as several) in a minute", wait_seconds
            )
        return None


class _Turn:
    """One request: its place, given back once, and that it is open."""

    def __init__(self, shares: Shares, work: Work, caller: str, credential: bytes | None) -> None:
        self.work = work
        self.caller = caller
        self.credential = credential
        self.began = time.perf_counter()  # when it took its place
        self.is_only_one = False  # of its caller at that time
        self._shares = shares
        self._is_over = False
        self._is_open = True

    def close(self) -> None:
        """Guarantees that the request counts as open no longer."""
        if self._is_open:
            self._is_open = False
            self._shares.close(self.caller)

    def end(self, scope: Scope) -> None:
        """Guarantees that the place is given back."""
        if not self._is_over:
            self._is_over = True
            self._shares.give_back(self, scope)


class _Refusal:
    def __init__(self, detail: str, wait_seconds: float) -> None:
        self._detail = detail
        self._wait_seconds = wait_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem_response(
            Request(scope, receive),
            TOO_MANY,
            self._detail,
            headers=retry_after(self._wait_seconds),
        )
        await answer(scope, receive, send)


class Callers:
    """To whom credentials belong, by their digest; the least used are forgotten."""

    def __init__(self) -> None:
        self._tenants: Recent[bytes, str | None] = Recent()  # None: it was refused

    def caller_of(self, scope: Scope, credential: bytes | None) -> str:
        """The client of a credential that was proved before, else the network address.

        Credentials that were refused are a caller of their own there, so that a program with an
        expired key does not use up what people of the same office may do.
        """
        peer = scope.get("client")
        network = peer[0] if peer else "unknown"
        if credential is None or credential not in self._tenants:
            return f"{STRANGER}{network}"
        self._tenants.move_to_end(credential)
        return self._tenants[credential] or f"{_REFUSED}{network}"

    def remember(self, credential: bytes, tenant: str | None) -> None:
        """Guarantees that the next request with it is the tenant's; None: it was refused."""
        self._tenants.note(credential, tenant)


def _is_stream(head: Message) -> bool:
    return any(
        name == b"content-type" and value.startswith(b"text/event-stream")
        for name, value in head.get("headers", ())
    )


def credential_of(scope: Scope) -> bytes | None:
    """The digest of what the request says to prove who it is, None when it says nothing."""
    headers: Mapping[bytes, bytes] = dict(scope["headers"])
    given = headers.get(b"authorization")
    if given is None:
        found = _SESSION.search(headers.get(b"cookie", b""))
        given = found[1] if found else None
    return hashlib.sha256(given).digest() if given else None
