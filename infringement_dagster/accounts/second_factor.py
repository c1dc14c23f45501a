"""The second factor: an authenticator's code, or a recovery code, after the password.

Who guesses at codes knows the password already. So their failures count as wrong passwords do, and
also against the account as a whole, which refuses: nobody can be shut out by it who keeps the
password to themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from psycopg import Connection

from infringement_dagster.accounts.keys import Granter
from infringement_dagster.accounts.logging_in import Attempt, TooManyFailures, count_failure
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.permissions import PERMISSIONS_OF, check_may_give
from resources.identity.one_time_codes import (
    enrolment_uri,
    matching_step,
    new_recovery_codes,
    new_secret,
    recovery_code_hash,
)
from resources.postgres.clients import access_store, identity_store, throttle_store
from resources.postgres.clients.audit import Doer, record, record_for
from resources.postgres.clients.identity_store import Login
from resources.postgres.clients.logins import second_factors
from resources.postgres.database import Database

CODES_FREE = 10  # wrong ones of an account in an hour, from all networks
Missing = Literal["nothing", "code", "set_up"]


class SecondFactorNeeded(PermanentError):
    """The password was right; the account's code is needed, too."""

    problem = ProblemKind(
        401, "second-factor-needed", "A code is needed", "Send the authenticator's `code`, too."
    )


class SecondFactorMissing(PermanentError):
    """The client asks everybody for a second factor, and the account has none."""

    problem = ProblemKind(
        403,
        "second-factor-missing",
        "A second factor is missing",
        "Log in on the pages: they lead through setting one up.",
    )


class WrongCode(PermanentError):
    """The code is another one, was used already, or is too old."""

    problem = ProblemKind(401, "wrong-code", "Wrong code", "Wait for the next code.")


class HasSecondFactor(PermanentError):
    """The account has a second factor already."""

    problem = ProblemKind(409, "has-second-factor", "It is set up already", "Turn it off first.")


class OwnSecondFactor(PermanentError):
    """An admin's session alone was to take their own second factor away."""

    problem = ProblemKind(
        409, "own-second-factor", "It is your own", "Turn it off in your account, with its code."
    )


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An authenticator to be confirmed; whoever sees it can make the account's codes."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


def missing_of(c: Connection, person: Login) -> Missing:
    """Whether something is missing beside the password before the account is entered."""
    factor = second_factors.factor_of(c, person.user_id)
    if factor is not None and factor.confirmed_at is not None:
        return "code"
    return "set_up" if second_factors.requires_factor(c, person.client_id) else "nothing"


def check_second_factor(
    database: Database, attempt: Attempt, person: Login, code: str | None
) -> None:
    """Returns when nothing is missing or the code is right, which it is once.

    Raises SecondFactorNeeded, SecondFactorMissing, WrongCode and TooManyFailures.
    """
    with database.identity() as c:
        missing = missing_of(c, person)
    if missing == "set_up":
        raise SecondFactorMissing(
            f"client {person.client_id} lets nobody in without a second factor, "
            f"and {person.email} has none there"
        )
    if missing == "code" and not code:
        raise SecondFactorNeeded(f"{person.email} has a second factor")
    if missing == "code":
        check_code(database, attempt, person, code or "")


def check_code(database: Database, attempt: Attempt, person: Login, code: str) -> None:
    """Returns when the code is the account's and was not used; raises as above."""
    with database.identity() as c:
        subject = f"code:{person.user_id}"
        wait_seconds = throttle_store.blocked_seconds(c, subject)
        is_right = not wait_seconds and _uses(c, person.user_id, code)
        if is_right:
            throttle_store.forget_failed_logins(c, subject)
        elif not wait_seconds:
            throttle_store.note_failed_login(c, subject, CODES_FREE)
            count_failure(c, attempt, [person])
    if wait_seconds:
        raise TooManyFailures(wait_seconds)
    if not is_right:
        raise WrongCode("the code is another one, was used already, or is too old")


def begin_enrolment(database: Database, person: Login) -> Enrolment:
    """A fresh authenticator, in place of one that was not confirmed; raises HasSecondFactor."""
    secret = new_secret()
    with database.identity() as c:
        if not second_factors.put_factor(c, person.client_id, person.user_id, secret):
            raise _has_one(person)
    return Enrolment(secret, enrolment_uri(secret, person.email, person.client_id or "operator"))


def begun_enrolment(database: Database, person: Login) -> Enrolment:
    """The authenticator that waits to be confirmed; raises HasSecondFactor and WrongCode."""
    with database.identity() as c:
        factor = second_factors.factor_of(c, person.user_id)
    if factor is None:
        raise WrongCode("setting up was not begun, or an admin ended it")
    if factor.confirmed_at is not None:
        raise _has_one(person)
    uri = enrolment_uri(factor.secret, person.email, person.client_id or "operator")
    return Enrolment(factor.secret, uri)


def confirm_enrolment(database: Database, person: Login, network: str, code: str) -> list[str]:
    """The recovery codes, shown this once; the authenticator counts from now on.

    Raises HasSecondFactor and WrongCode.
    """
    step = matching_step(begun_enrolment(database, person).secret, code)
    if step is None:
        raise WrongCode("the authenticator shows another code; check its clock")
    codes = new_recovery_codes()
    hashes = [recovery_code_hash(code) for code in codes]
    client_id, user_id = person.client_id, person.user_id
    with database.identity() as c:
        if not second_factors.confirm_factor(c, client_id, user_id, step, hashes):
            raise _has_one(person)
        doer = Doer(person.principal, network)
        record_for(c, client_id, doer, "second_factor.confirmed", str(user_id))
    return codes


def turn_off(database: Database, attempt: Attempt, person: Login, code: str) -> None:
    """Guarantees that the account, whose password was just proved, has no second factor any more.

    Raises WrongCode and TooManyFailures.
    """
    check_code(database, attempt, person, code)
    with database.identity() as c:
        second_factors.forget_factor(c, person.user_id)
        doer = Doer(person.principal, attempt.network)
        record_for(c, person.client_id, doer, "second_factor.removed", str(person.user_id))


def remove_factor_of(c: Connection, client_id: str, by: Granter, user_id: UUID) -> None:
    """Guarantees that the user, who lost the authenticator, needs none until they set up another.

    Their sessions end. In an identity transaction. Raises UnknownUser, NotYours, OwnSecondFactor.
    """
    row = access_store.get_user(c, client_id, user_id)
    check_may_give(by.held, PERMISSIONS_OF[row.role])
    if by.doer.principal == identity_store.person_principal(client_id, user_id):
        raise OwnSecondFactor(f"client {client_id}: your own second factor is turned off by itself")
    _remove(c, client_id, by.doer, user_id)


def remove_operators_factor(c: Connection, by: Doer, user_id: UUID) -> None:
    """The same of an operator."""
    _remove(c, None, by, user_id)


def require_second_factor(c: Connection, client_id: str, by: Doer, *, required: bool) -> None:
    """Guarantees the rule from the next request on; in an identity transaction.

    Raises SecondFactorMissing for a user of the client who has none: it would shut them out.
    """
    asking = [f"user:{user_id}" for user_id in second_factors.users_with_factor(c, client_id)]
    if required and by.principal.startswith("user:") and by.principal not in asking:
        raise SecondFactorMissing(
            f"client {client_id}: set up your own second factor before you ask others for theirs"
        )
    second_factors.set_required(c, client_id, required=required)
    record(c, client_id, by, "client.second_factor_rule", client_id, required=required)


def _uses(c: Connection, user_id: UUID, code: str) -> bool:
    factor = second_factors.factor_of(c, user_id)
    if factor is None or factor.confirmed_at is None:
        return False
    step = matching_step(factor.secret, code)
    if step is not None:
        return second_factors.use_step(c, user_id, step)
    return second_factors.use_recovery_code(c, user_id, recovery_code_hash(code))


def _remove(c: Connection, client_id: str | None, by: Doer, user_id: UUID) -> None:
    second_factors.forget_factor(c, user_id)
    identity_store.end_sessions(c, user_id)
    record_for(c, client_id, by, "second_factor.removed", str(user_id))


def _has_one(person: Login) -> HasSecondFactor:
    return HasSecondFactor(f"{person.email} has a second factor; turn it off to set up another")
