"""Logging in over HTTP, for the API and the pages: turns at the password check, cookies.

A password costs 60 ms of a core and 64 MiB, so whoever asks is refused cheaply first: by the number
of its network's checks under way, then by what has failed before. Only then does it wait for one of
two turns, of which no network can hold all.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request, Response

from api.backend import Backend, backend_of
from api.callers import SESSION_COOKIE, Principal, check_origin, network_of_caller
from api.http.problems import BAD_LOGIN, NO_PASSWORD, SUSPENDED, TOO_MANY, Problem, retry_after
from infringement_dagster.accounts.logging_in import (
    Attempt,
    LoggedIn,
    SuspendedClient,
    TooManyFailures,
    WrongLogin,
    log_in,
    pace,
)
from infringement_dagster.accounts.passwords import change_password
from resources.identity.credentials import new_token, token_hash
from resources.postgres.clients import identity_store
from resources.postgres.clients.audit import record_for
from resources.postgres.clients.identity_store import Login

DEVICE_COOKIE = "__Host-device"
DEVICE_DAYS = 180
CHECKS_AT_ONCE = 1  # 64 MiB and 60 ms of a core each
CHECKS_OF_NETWORK_MAX = 4  # an office may log in together; others wait 240 ms for them at most


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
    """One of the few checks that a network may have under way; counted on the event loop."""
    checks: NetworkChecks = request.app.state.network_checks
    with checks.one_of(network_of_caller(request)):
        yield


async def password_turn() -> AsyncIterator[None]:
    """One of the `CHECKS_AT_ONCE` of the process, waited for without a thread."""
    yield


NetworkTurn = Annotated[None, Depends(network_turn, scope="function")]
# One object, so that all operations share its limit.
PasswordTurn = Annotated[
    None, Depends(password_turn, scope="function", max_concurrency=CHECKS_AT_ONCE)
]


def attempt_of(request: Request, client_id: str | None, address: str) -> Attempt:
    """The attempt to be this person, as it reaches us."""
    network = network_of_caller(request)
    return Attempt(client_id, address, network, request.cookies.get(DEVICE_COOKIE))


async def wait_for_turn(request: Request, attempt: Attempt) -> None:
    """Returns when the password may be looked at; waits without a thread. Raises Problem."""
    check_origin(request)
    database = backend_of(request).database
    with refusals_as_problems():
        seconds = await asyncio.to_thread(pace, database, attempt)
    await asyncio.sleep(seconds)


def checked_login(request: Request, attempt: Attempt, password: str) -> LoggedIn:
    """The person whose password this is; raises Problem, after the same time for a stranger."""
    with refusals_as_problems():
        return log_in(backend_of(request).database, attempt, password)


@contextmanager
def refusals_as_problems() -> Iterator[None]:
    """Guarantees that refusals of a password leave the block as problems."""
    try:
        yield
    except TooManyFailures as error:
        raise Problem(TOO_MANY, str(error), headers=retry_after(error.seconds)) from error
    except WrongLogin as error:
        raise Problem(BAD_LOGIN, str(error)) from error
    except SuspendedClient as error:
        raise Problem(SUSPENDED, str(error)) from error


def open_session(response: Response, backend: Backend, entered: LoggedIn) -> str:
    """The session's token, which is in the answer's cookie; the device is known from now on."""
    token, hours = new_token(), backend.settings.session_hours
    person = entered.person
    expires_at = datetime.now(UTC) + timedelta(hours=hours)
    with backend.database.identity() as c:
        digest = token_hash(token)
        identity_store.open_session(c, digest, person.client_id, person.user_id, expires_at)
    _set_cookie(response, SESSION_COOKIE, token, timedelta(hours=hours))
    if entered.new_device_token is not None:
        _set_cookie(response, DEVICE_COOKIE, entered.new_device_token, timedelta(days=DEVICE_DAYS))
    return token


def end_session(response: Response, backend: Backend, caller: Principal) -> None:
    """Guarantees that the caller's session is over; the device stays known."""
    if caller.session_hash is not None:
        with backend.database.identity() as c:
            identity_store.end_session(c, caller.session_hash)
            record_for(c, caller.client_id, caller.doer, "session.ended", caller.name)
    _set_cookie(response, SESSION_COOKIE, "", timedelta())


def person_of(request: Request, caller: Principal) -> tuple[Login, bytes]:
    """The person behind the caller's session, and the session; a key has none: raises Problem."""
    if caller.session_hash is None:
        raise Problem(NO_PASSWORD, "the caller is a key, which has no password")
    with backend_of(request).database.identity() as c:
        person = identity_store.login_of(c, caller.client_id, caller.name)
    if person is None:
        raise Problem(BAD_LOGIN, "the user was shut out meanwhile")
    return person, caller.session_hash


def change_own_password(request: Request, caller: Principal, current: str, new: str) -> None:
    """Guarantees the new password of the caller's account; raises Problem and WeakPassword."""
    person, session_hash = person_of(request, caller)
    attempt = attempt_of(request, person.client_id, person.email)
    with refusals_as_problems():
        change_password(backend_of(request).database, attempt, session_hash, current, new)


def _set_cookie(response: Response, name: str, value: str, life: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()),
        secure=True,
        httponly=True,
        samesite="lax",
    )
