"""Turns at the password check, for log-ins and everything else that compares a password.

A password costs 60 ms of a core and 64 MiB, so whoever asks is refused cheaply first: by the number
of its network's checks under way, then by what has failed before. Only then does it wait for its
turn, of which no network can hold all.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.backend import backend_of
from api.callers import check_origin, network_of_caller
from api.http.problems import BAD_LOGIN, SUSPENDED, TOO_MANY, Problem, retry_after
from infringement_dagster.accounts.logging_in import (
    Attempt,
    SuspendedClient,
    TooManyFailures,
    WrongLogin,
    pace,
)
from infringement_dagster.accounts.second_factor import WrongCode

CHECKS_AT_ONCE = 1  # 64 MiB and 60 ms of a core each
CHECKS_OF_NETWORK_MAX = 4  # an office may log in together; others wait 240 ms for them at most
# A refusal of an address without a client takes so long whatever it has: 8 passwords take 0.5 s.
EVEN_REFUSAL_SECONDS = 0.6


@dataclass(frozen=True, slots=True)
class NetworkChecks:
    """Counts the password checks of each network that are under way or wait for a turn."""

    _under_way: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def one_of(self, network: str) -> Iterator[None]:
        """Counts for as long as the block lasts; raises Problem where the network has enough."""
        if self._under_way[network] >= CHECKS_OF_NETWORK_MAX:
            raise Problem(
                TOO_MANY,
                f"{CHECKS_OF_NETWORK_MAX} passwords from your network are being checked already",
                headers=retry_after(1),
            )
        self._under_way[network] += 1
        try:
            yield
        finally:
            self._under_way[network] -= 1
            if not self._under_way[network]:
                del self._under_way[network]


async def network_turn(request: Request) -> AsyncIterator[None]:
    """One of the few checks that a network may have under way; counted on the event loop.

    A refusal that has to be evened out waits here, where it holds neither thread nor turn.
    """
    checks: NetworkChecks = request.app.state.network_checks
    with checks.one_of(network_of_caller(request)):
        try:
            yield
        finally:
            await asyncio.sleep(request.scope.get(_PAUSE_SECONDS, 0.0))


async def password_turn() -> AsyncIterator[None]:
    """One of the `CHECKS_AT_ONCE` of the process, waited for without a thread."""
    yield


_PAUSE_SECONDS = "infringement.refusal_pause_seconds"
NetworkTurn = Annotated[None, Depends(network_turn, scope="function")]
# One object, so that all operations share its limit.
PasswordTurn = Annotated[
    None, Depends(password_turn, scope="function", max_concurrency=CHECKS_AT_ONCE)
]


def even_out(request: Request, began: float) -> None:
    """Guarantees that the refusal leaves `EVEN_REFUSAL_SECONDS` after `began` (monotonic)."""
    request.scope[_PAUSE_SECONDS] = max(0.0, began + EVEN_REFUSAL_SECONDS - time.monotonic())


async def wait_for_turn(request: Request, attempt: Attempt) -> None:
    """Returns when the password may be looked at; waits without a thread. Raises Problem."""
    check_origin(request)
    database = backend_of(request).database
    with refusals_as_problems():
        seconds = await asyncio.to_thread(pace, database, attempt)
    await asyncio.sleep(seconds)


@contextmanager
def refusals_as_problems() -> Iterator[None]:
    """Guarantees that refusals of a password or code leave the block as problems."""
    try:
        yield
    except TooManyFailures as error:
        raise Problem(TOO_MANY, str(error), headers=retry_after(error.seconds)) from error
    except WrongLogin as error:
        raise Problem(BAD_LOGIN, str(error)) from error
    except WrongCode as error:
        raise Problem(error.problem, str(error)) from error
    except SuspendedClient as error:
        raise Problem(SUSPENDED, str(error)) from error
