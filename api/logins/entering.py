"""From a password to a session: the account chosen, its code checked, the cookies set."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from fastapi import Request, Response

from api.backend import Backend, backend_of
from api.callers import SESSION_COOKIE, Principal, network_of_caller
from api.http.problems import CHOOSE_CLIENT, FieldError, Problem
from api.logins.turns import even_out, refusals_as_problems
from infringement_dagster.accounts.logging_in import Attempt, LoggedIn, enter, log_in
from infringement_dagster.accounts.second_factor import check_second_factor
from resources.identity.credentials import new_token, token_hash
from resources.postgres.clients import identity_store
from resources.postgres.clients.audit import record_for
from resources.postgres.clients.identity_store import Login
from resources.postgres.clients.logins import begun_logins
from resources.text import clean_text

DEVICE_COOKIE = "__Host-device"
DEVICE_DAYS = 180
BEGUN_COOKIE = "__Host-begun"
BEGUN_MINUTES = 10


def attempt_of(
    request: Request, client_id: str | None, address: str, *, prefers: str | None = None
) -> Attempt:
    """The attempt to be this person, as it reaches us."""
    network = network_of_caller(request)
    device_token = request.cookies.get(DEVICE_COOKIE)
    return Attempt(client_id, address, network, device_token, prefers)


def checked_login(request: Request, attempt: Attempt, password: str) -> list[Login]:
    """The accounts whose password this is; raises Problem, after the same time for a stranger."""
    began = time.monotonic()
    try:
        with refusals_as_problems():
            return log_in(backend_of(request).database, attempt, password)
    except Problem:
        if attempt.client_id is None:
            even_out(request, began)
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


def entered(request: Request, attempt: Attempt, person: Login, code: str | None = None) -> LoggedIn:
    """The person, in; raises Problem, SecondFactorNeeded and SecondFactorMissing."""
    database = backend_of(request).database
    with refusals_as_problems():
        check_second_factor(database, attempt, person, code)
    return enter(database, attempt, person)


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


def choose_begun_login(request: Request, person: Login) -> None:
    """Guarantees that the browser can go on with this account alone."""
    token = request.cookies.get(BEGUN_COOKIE, "")
    with backend_of(request).database.identity() as c:
        begun_logins.choose(c, token_hash(token), person.user_id)


def end_begun_login(request: Request) -> bool:
    """True when something had begun; the browser cannot go on with it any more."""
    token = request.cookies.get(BEGUN_COOKIE, "")
    with backend_of(request).database.identity() as c:
        return begun_logins.end_begun_login(c, token_hash(token))


def open_session(request: Request, response: Response, entered: LoggedIn) -> str:
    """The session's token, which is in the answer's cookie; the device is known from now on."""
    backend, token = backend_of(request), new_token()
    person, hours = entered.person, backend.settings.session_hours
    with backend.database.identity() as c:
        identity_store.open_session(
            c,
            token_hash(token),
            person.client_id,
            person.user_id,
            datetime.now(UTC) + timedelta(hours=hours),
            network=network_of_caller(request),
            user_agent=clean_text(request.headers.get("user-agent", ""), 300),
        )
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


def _set_cookie(response: Response, name: str, value: str, life: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(life.total_seconds()),
        secure=True,
        httponly=True,
        samesite="lax",
    )
