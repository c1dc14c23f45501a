"""Logging in over HTTP, for the API and the pages: turns at the password check, cookies.

A password costs 60 ms of a core and 64 MiB, so whoever asks is refused cheaply first: by the number
of its network's checks under way, then by what has failed before. Only then does it wait for one of
two turns, of which no network can hold all.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request, Response

from api.backend import Backend, backend_of
from api.callers import SESSION_COOKIE, Principal, check_origin, network_of_caller
from api.http.problems import (
    BAD_LOGIN,
    CHOOSE_CLIENT,
    NO_MAIL,
    NO_PASSWORD,
    SUSPENDED,
    TOO_MANY,
    FieldError,
    Problem,
    retry_after,
)
from infringement_dagster.accounts.logging_in import (
    Attempt,
    LoggedIn,
    SuspendedClient,
    TooManyFailures,
    WrongLogin,
    log_in,
    pace,
)
from infringement_dagster.accounts.mailing import TooManyMails, ask_for_reset
from infringement_dagster.accounts.passwords import change_password
from resources.identity.credentials import new_token, token_hash
from resources.postgres.clients import identity_store
from resources.postgres.clients.audit import record_for
from resources.postgres.clients.identity_store import Login
from resources.postgres.clients.logins import begun_logins

DEVICE_COOKIE = "__Host-device"
DEVICE_DAYS = 180
CHECKS_AT_ONCE = 1  # 64 MiB and 60 ms of a core each
CHECKS_OF_NETWORK_MAX = 4  # an office may log in together; others wait 240 ms for them at most
# A refusal of an address without a client takes so long whatever it has: 8 passwords take 0.5 s.
EVEN_REFUSAL_SECONDS = 0.6
BEGUN_COOKIE = "__Host-begun"
BEGUN_MINUTES = 10


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


def attempt_of(
    request: Request, client_id: str | None, address: str, *, prefers: str | None = None
) -> Attempt:
    """The attempt to be this person, as it reaches us."""
    network = network_of_caller(request)
    device_token = request.cookies.get(DEVICE_COOKIE)
    return Attempt(client_id, address, network, device_token, prefers)


async def wait_for_turn(request: Request, attempt: Attempt) -> None:
    """Returns when the password may be looked at; waits without a thread. Raises Problem."""
    check_origin(request)
    database = backend_of(request).database
    with refusals_as_problems():
        seconds = await asyncio.to_thread(pace, database, attempt)
    await asyncio.sleep(seconds)


def checked_login(request: Request, attempt: Attempt, password: str) -> list[Login]:
    """The accounts whose password this is; raises Problem, after the same time for a stranger."""
    began = time.monotonic()
    try:
        with refusals_as_problems():
            return log_in(backend_of(request).database, attempt, password)
    except Problem:
        if attempt.client_id is None:
            pause_seconds = began + EVEN_REFUSAL_SECONDS - time.monotonic()
            request.scope[_PAUSE_SECONDS] = max(0.0, pause_seconds)
        raise


def account_for_program(opened: Sequence[Login]) -> Login:
    """The one account, or the operator's among several; raises Problem where a client is needed."""
    if len(opened) == 1 or opened[0].client_id is None:
        return opened[0]
    named = [str(person.client_id) for person in opened]
    raise Problem(
        CHOOSE_CLIENT,
        f"the password is that of {len(named)} clients: {', '.join(named)}",
        errors=[FieldError(pointer="/client_id", place="body", message=name) for name in named],
    )


def begin_login(response: Response, backend: Backend, opened: Sequence[Login]) -> None:
    """Guarantees that the browser may go on with one of these accounts, for a few minutes."""
    token, life = new_token(), timedelta(minutes=BEGUN_MINUTES)
    with backend.database.identity() as c:
        begun_logins.begin_login(c, token_hash(token), opened, datetime.now(UTC) + life)
    _set_cookie(response, BEGUN_COOKIE, token, life)


def begun_login(request: Request) -> list[Login]:
    """The accounts with which the browser may go on; none when it took too long."""
    token = request.cookies.get(BEGUN_COOKIE)
    if not token:
        return []
    with backend_of(request).database.identity() as c:
        return begun_logins.begun_login(c, token_hash(token))


def end_begun_login(request: Request) -> bool:
    """True when something had begun; the browser cannot go on with it any more."""
    token = request.cookies.get(BEGUN_COOKIE, "")
    with backend_of(request).database.identity() as c:
        return begun_logins.end_begun_login(c, token_hash(token))


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


def check_mail(backend: Backend) -> None:
    """Returns when people can be mailed; raises Problem."""
    if not backend.sends_mail:
        raise Problem(NO_MAIL, "SMTP_URL is not set where this API runs")


def mail_reset_link(request: Request, address: str) -> None:
    """Guarantees that a link is mailed if the address is somebody's; raises Problem."""
    backend = backend_of(request)
    check_mail(backend)
    try:
        ask_for_reset(backend.database, address, network_of_caller(request))
    except TooManyMails as error:
        raise Problem(error.problem, str(error), headers=retry_after(error.seconds)) from error


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
        database = backend_of(request).database
        change_password(database, attempt, person.user_id, session_hash, current, new)


def _set_cookie(response: Response, name: str, value: str, life: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()),
        secure=True,
        httponly=True,
        samesite="lax",
    )
