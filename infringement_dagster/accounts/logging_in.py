"""Logging in with a password, such that guessing is slow and nobody can lock another person out.

A failure counts against the account as seen from one network, against that network, and against
the account as a whole. The first two refuse for a while, which hurts nobody elsewhere. The third
refuses nobody: where many networks guess at one account, a log-in from an unknown device takes
longer. A device from which the person has logged in before has a count of its own and waits for no
other.
"""

from __future__ import annotations

import ipaddress
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


class TooManyFailures(PermanentError):
    """A network or device has failed too often and has to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many failed log-ins from here; wait {seconds:.0f} s")
        self.seconds = seconds


class WrongLogin(PermanentError):
    """No person of this client has this address and password."""


class SuspendedClient(PermanentError):
    """The person's client is suspended."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who wants in as whom; operators name no client."""

    client_id: str | None
    address: str
    network: str
    device_token: str | None = field(default=None, repr=False)

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
    """The account as failures are counted against it; a client's erasure finds it by its name."""
    return f"login:{client_id or 'operators'}/{known_address(address)}"[:400]


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

    Raises TooManyFailures. Costs three look-ups, no hashing.
    """
    with database.identity() as c:
        device = _known_device(c, attempt)
        counted = _refusing_subjects(attempt, device)
        wait = max(throttle_store.blocked_seconds(c, subject) for subject, _ in counted)
        guessed_at = throttle_store.recent_failures(c, attempt.account) >= GUESSED_AT
    if wait:
        raise TooManyFailures(wait)
    return SLOW_SECONDS if guessed_at and device is None else 0.0


def log_in(database: Database, attempt: Attempt, password: str) -> LoggedIn:
    """The person whose password this is; takes as long for a stranger.

    Raises WrongLogin and SuspendedClient.
    """
    with database.identity() as c:
        known = identity_store.login_of(c, attempt.client_id, attempt.address)
    matches = password_matches(known.password_hash if known else None, password)
    with database.identity() as c:
        if known is None or not matches:
            _count_failure(c, attempt, known)
        elif known.client_state == "suspended":
            _record(c, attempt, "login.refused", known.principal)
        else:
            return LoggedIn(known, _count_success(c, attempt, known))
    if known is None or not matches:
        raise WrongLogin("no user of this client has this address and password")
    raise SuspendedClient(f"client {known.client_id} is suspended: nobody of it can log in")


def check_own_password(database: Database, attempt: Attempt, password: str) -> Login:
    """The person, who is logged in, once the password is theirs; failures count as at log-in.

    Raises WrongLogin and TooManyFailures.
    """
    pace(database, attempt)
    with database.identity() as c:
        known = identity_store.login_of(c, attempt.client_id, attempt.address)
    if known is None or not password_matches(known.password_hash, password):
        with database.identity() as c:
            _count_failure(c, attempt, known)
        raise WrongLogin("the present password is another one")
    return known


def _known_device(c: Connection, attempt: Attempt) -> str | None:
    if attempt.device_token is None:
        return None
    known = identity_store.login_of(c, attempt.client_id, attempt.address)
    digest = token_hash(attempt.device_token)
    if known is None or not known_devices.use_device(c, digest, known.user_id):
        return None
    return digest.hex()


def _refusing_subjects(attempt: Attempt, device: str | None) -> list[tuple[str, int]]:
    """The subjects that failures of this attempt count against, and how many are free."""
    if device is not None:
        return [(f"device:{device}", ACCOUNT_FAILURES_FREE)]
    return [
        (f"{attempt.account} from {attempt.network}", ACCOUNT_FAILURES_FREE),
        (f"peer:{attempt.network}", NETWORK_FAILURES_FREE),
    ]


def _count_failure(c: Connection, attempt: Attempt, known: Login | None) -> None:
    device = _known_device(c, attempt)
    for subject, free in _refusing_subjects(attempt, device):
        throttle_store.note_failed_login(c, subject, free)
    throttle_store.note_failed_login(c, attempt.account, throttle_store.NEVER_REFUSED)
    if _has_trail(c, attempt.client_id):
        _record(c, attempt, "login.refused", known.principal if known else "nobody")


def _count_success(c: Connection, attempt: Attempt, person: Login) -> str | None:
    """The token of the device, if it is new; the network's own count stays as it is."""
    device = _known_device(c, attempt)
    own = f"{attempt.account} from {attempt.network}"
    throttle_store.forget_failed_logins(c, f"device:{device}" if device else own)
    _record(c, attempt, "login.succeeded", person.principal)
    return None if device else _remember_device(c, person.client_id, person.user_id)


def _remember_device(c: Connection, client_id: str | None, user_id: UUID) -> str:
    token = new_token()
    known_devices.add_device(c, token_hash(token), client_id, user_id)
    return token


def _record(c: Connection, attempt: Attempt, action: str, principal: str) -> None:
    doer = Doer(principal, attempt.network)
    record_for(c, attempt.client_id, doer, action, known_address(attempt.address)[:320])


def _has_trail(c: Connection, client_id: str | None) -> bool:
    return client_id is None or identity_store.is_client(c, client_id)
