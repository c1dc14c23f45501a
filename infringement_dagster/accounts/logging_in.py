"""Logging in with a password, such that guessing is slow and nobody can lock another person out.

A failure counts against the account as seen from one network, against that network, and against
the account as a whole. The first two refuse for a while, which hurts nobody elsewhere. The third
refuses nobody: where many networks guess at one account, a log-in from an unknown device takes
longer. A device from which the person has logged in before has a count of its own and waits for no
other.

An address may have an account at several clients, each with a password of its own. Who names no
client is let in to those accounts that the password is of.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError
from resources.identity.credentials import new_token, password_matches, token_hash
from resources.identity.email_addresses import known_address
from resources.postgres.clients import identity_store, known_devices, throttle_store
from resources.postgres.clients.audit import Doer, record_for
from resources.postgres.clients.identity_store import Login
from resources.postgres.database import Database

ACCOUNT_FAILURES_FREE = 5  # of one network at one account
NETWORK_FAILURES_FREE = 20  # of one network, at whatever accounts: an office shares an address
GUESSED_AT = 20  # failures at one account in an hour, from all networks
SLOW_SECONDS = 3.0
PASSWORDS_TRIED_MAX = 8  # different ones of one address, 60 ms each; a mailed link makes them one


class TooManyFailures(PermanentError):
    """A network or device has failed too often and has to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many failed log-ins from here; wait {seconds:.0f} s")
        self.seconds = seconds


class WrongLogin(PermanentError):
    """No account has this address and password."""


class SuspendedClient(PermanentError):
    """The person's client is suspended."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who wants in as whom; without a client, to whatever accounts the password is of."""

    client_id: str | None
    address: str
    network: str
    device_token: str | None = field(default=None, repr=False)
    prefers: str | None = None  # the client whose account is tried first

    @property
    def account(self) -> str:
        """The account as failures are counted against it."""
        return account_of(self.client_id, self.address)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A person who has proved who they are, on a device that is known from now on."""

    person: Login
    new_device_token: str | None = field(repr=False)  # None: the device was known already


def account_of(client_id: str | None, address: str) -> str:
    """The account as failures are counted against it, where no client is named the address.

    A client's erasure finds it by its name, or by its people's addresses.
    """
    return f"login:{client_id or '*'}/{known_address(address)}"[:400]


def network_of(host: str) -> str:
    """The network of one subscriber: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64] or "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def pace(database: Database, attempt: Attempt) -> float:
    """For how many seconds the attempt waits before its password is looked at.

    Raises TooManyFailures. Costs four look-ups, no hashing.
    """
    with database.identity() as c:
        device = _known_device(c, attempt, _accounts(c, attempt))
        counted = _refusing_subjects(attempt, device)
        wait = max(throttle_store.blocked_seconds(c, subject) for subject, _ in counted)
        guessed_at = throttle_store.recent_failures(c, attempt.account) >= GUESSED_AT
    if wait:
        raise TooManyFailures(wait)
    return SLOW_SECONDS if guessed_at and device is None else 0.0


def log_in(database: Database, attempt: Attempt, password: str) -> list[Login]:
    """The accounts whose password this is, at least one; takes as long for a stranger.

    With no client named it takes longer by each password that the address has beyond the first: who
    calls evens that out. Raises WrongLogin and SuspendedClient.
    """
    with database.identity() as c:
        known = _accounts(c, attempt)
    opened = _opened(known, password)
    if not opened:
        with database.identity() as c:
            count_failure(c, attempt, known)
        raise WrongLogin("nobody has this address and password")
    return _active(database, attempt, opened)


def vouched(database: Database, attempt: Attempt) -> list[Login]:
    """The accounts of an address that a provider of log-ins vouches for, at least one.

    The provider counts its own failures: none counts here. Raises WrongLogin and SuspendedClient.
    """
    with database.identity() as c:
        known = _accounts(c, attempt)
    if not known:
        raise WrongLogin(f"nobody here has the address {attempt.address}; ask your admin")
    return _active(database, attempt, known)


def _active(database: Database, attempt: Attempt, opened: Sequence[Login]) -> list[Login]:
    active = [person for person in opened if person.client_state != "suspended"]
    if active:
        return active
    with database.identity() as c:
        for person in opened:
            _record(c, attempt, "login.refused", person)
    names = ", ".join(str(person.client_id) for person in opened)
    raise SuspendedClient(f"client {names} is suspended: nobody of it can log in")


def enter(database: Database, attempt: Attempt, person: Login) -> LoggedIn:
    """The person, who has proved all that the account asks for, on a device known from now on.

    Failures at the account are forgotten, those of the network stay.
    """
    with database.identity() as c:
        device = _known_device(c, attempt, [person])
        throttle_store.forget_failed_logins(c, f"{attempt.account} from {attempt.network}")
        if device is not None:
            throttle_store.forget_failed_logins(c, f"device:{device}")
        _record(c, attempt, "login.succeeded", person)
        token = None if device else _remember_device(c, person.client_id, person.user_id)
    return LoggedIn(person, token)


def check_own_password(database: Database, attempt: Attempt, user_id: UUID, password: str) -> Login:
    """The person, who is logged in, once the password is theirs; failures count as at log-in.

    Raises WrongLogin and TooManyFailures.
    """
    pace(database, attempt)
    with database.identity() as c:
        known = [person for person in _accounts(c, attempt) if person.user_id == user_id]
    if not _opened(known, password):
        with database.identity() as c:
            count_failure(c, attempt, known)
        raise WrongLogin("the present password is another one")
    return known[0]


def forget_failures(c: Connection, client_id: str | None, address: str) -> int:
    """How many counts of failed log-ins at the account and at its address were cleared."""
    counted = {account_of(client_id, address), account_of(None, address)}
    return sum(throttle_store.forget_failures_of(c, account) for account in counted)


def _accounts(c: Connection, attempt: Attempt) -> list[Login]:
    found = identity_store.logins_of(c, attempt.address)
    if attempt.client_id is None:
        return sorted(found, key=lambda person: person.client_id != attempt.prefers)
    return [person for person in found if person.client_id == attempt.client_id]


def _opened(known: Sequence[Login], password: str) -> list[Login]:
    """Those of the accounts whose password this is; a hash that several have is computed once."""
    hashes = list(dict.fromkeys(person.password_hash for person in known)) or [None]
    matching = {
        known_hash
        for known_hash in hashes[:PASSWORDS_TRIED_MAX]
        if password_matches(known_hash, password)
    }
    return [person for person in known if person.password_hash in matching]


def _known_device(c: Connection, attempt: Attempt, accounts: Sequence[Login]) -> str | None:
    """The device, if the one account is known to be used from there.

    Where an attempt is at several, it is not asked: an admin who adds the address to a client of
    their own would make devices with which to guess at the others.
    """
    if attempt.device_token is None or len(accounts) != 1:
        return None
    digest = token_hash(attempt.device_token)
    known = known_devices.use_device(c, digest, accounts[0].user_id)
    return digest.hex() if known else None


def _refusing_subjects(attempt: Attempt, device: str | None) -> list[tuple[str, int]]:
    """The subjects that failures of this attempt count against, and how many are free."""
    if device is not None:
        return [(f"device:{device}", ACCOUNT_FAILURES_FREE)]
    return [
        (f"{attempt.account} from {attempt.network}", ACCOUNT_FAILURES_FREE),
        (f"peer:{attempt.network}", NETWORK_FAILURES_FREE),
    ]


def count_failure(c: Connection, attempt: Attempt, known: Sequence[Login]) -> None:
    """Guarantees that the failure counts, and is on the trail of every account concerned."""
    device = _known_device(c, attempt, known)
    for subject, free in _refusing_subjects(attempt, device):
        throttle_store.note_failed_login(c, subject, free)
    throttle_store.note_failed_login(c, attempt.account, throttle_store.NEVER_REFUSED)
    for person in known:
        _record(c, attempt, "login.refused", person)
    if not known and _has_trail(c, attempt.client_id):
        _record_stranger(c, attempt)


def _remember_device(c: Connection, client_id: str | None, user_id: UUID) -> str:
    token = new_token()
    known_devices.add_device(c, token_hash(token), client_id, user_id)
    return token


def _record(c: Connection, attempt: Attempt, action: str, person: Login) -> None:
    doer = Doer(person.principal, attempt.network)
    record_for(c, person.client_id, doer, action, person.email)


def _record_stranger(c: Connection, attempt: Attempt) -> None:
    doer = Doer("nobody", attempt.network)
    address = known_address(attempt.address)[:320]
    record_for(c, attempt.client_id, doer, "login.refused", address)


def _has_trail(c: Connection, client_id: str | None) -> bool:
    return client_id is None or identity_store.is_client(c, client_id)
