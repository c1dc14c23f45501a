"""A person's own account over HTTP: its password, its second factor, mails that they ask for."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request

from api.backend import Backend, backend_of
from api.callers import Principal, network_of_caller
from api.http.problems import BAD_LOGIN, NO_MAIL, NO_PASSWORD, Problem, retry_after
from api.logins.entering import attempt_of
from api.logins.turns import refusals_as_problems
from infringement_dagster.accounts.logging_in import check_own_password
from infringement_dagster.accounts.mailing import TooManyMails, ask_for_reset
from infringement_dagster.accounts.passwords import change_password
from infringement_dagster.accounts.second_factor import Enrolment, begin_enrolment, turn_off
from resources.postgres.clients import identity_store
from resources.postgres.clients.audit import record_for
from resources.postgres.clients.identity_store import Login
from resources.postgres.clients.logins import sessions
from resources.postgres.clients.logins.sessions import SessionRow


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


def begin_own_factor(request: Request, caller: Principal, password: str) -> Enrolment:
    """An authenticator for the caller's account, to be confirmed; raises Problem."""
    person = _proved(request, caller, password)
    return begin_enrolment(backend_of(request).database, person)


def turn_own_factor_off(request: Request, caller: Principal, password: str, code: str) -> None:
    """Guarantees that the caller's account has no second factor; raises Problem."""
    person = _proved(request, caller, password)
    attempt = attempt_of(request, person.client_id, person.email)
    with refusals_as_problems():
        turn_off(backend_of(request).database, attempt, person, code)


def end_own_session(backend: Backend, caller: Principal, session_id: UUID) -> None:
    """Guarantees that the caller's session is over, its streams too; raises UnknownSession."""
    user_id = _user_of(caller)
    with backend.database.identity() as c:
        sessions.end_session_of(c, user_id, session_id)
        record_for(c, caller.client_id, caller.doer, "session.ended", caller.name)


def end_other_sessions(backend: Backend, caller: Principal) -> None:
    """Guarantees that no session of the caller is open but the one that asks."""
    user_id = _user_of(caller)
    with backend.database.identity() as c:
        identity_store.end_sessions(c, user_id, but=caller.session_hash)
        record_for(c, caller.client_id, caller.doer, "session.others_ended", caller.name)


def own_sessions(backend: Backend, caller: Principal) -> list[SessionRow]:
    """The caller's open sessions, the one used last first; raises Problem for a key."""
    user_id = _user_of(caller)
    with backend.database.identity() as c:
        return sessions.sessions_of(c, user_id)


def _user_of(caller: Principal) -> UUID:
    if caller.user_id is None:
        raise Problem(NO_PASSWORD, "the caller is a key, which has no sessions")
    return caller.user_id


def _proved(request: Request, caller: Principal, password: str) -> Login:
    person, _ = person_of(request, caller)
    attempt = attempt_of(request, person.client_id, person.email)
    with refusals_as_problems():
        return check_own_password(backend_of(request).database, attempt, person.user_id, password)
