"""Links that people get by mail, asked for by themselves or an admin.

Asking is the same work whether the address is somebody's or not: it is looked up when the mail is
sent.
"""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from psycopg import Connection

from infringement_dagster.accounts.keys import Granter
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.permissions import PERMISSIONS_OF, check_may_give
from resources.identity.email_addresses import ADDRESS_CHARS_MAX, known_address
from resources.postgres.clients import access_store
from resources.postgres.clients.audit import Doer, record_for
from resources.postgres.clients.logins import mails
from resources.postgres.clients.throttle_store import take_allowance
from resources.postgres.database import Database

MAILS_OF_ADDRESS_MAX = 3  # an hour, so that nobody fills another person's inbox
MAILS_OF_NETWORK_MAX = 20  # an hour: an office shares an address


class TooManyMails(PermanentError):
    """So many mails were asked for that the next has to wait."""

    problem = ProblemKind(429, "too-many-mails", "Too many mails", "Look into the inbox, or wait.")

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"mails to this address, or from your network, were asked for too often; "
            f"wait {seconds / 60:.0f} minutes"
        )
        self.seconds = seconds


def ask_for_reset(database: Database, address: str, network: str) -> None:
    """Guarantees that a link is mailed if the address is somebody's; tells nobody whether it is.

    Raises TooManyMails, for strangers' addresses alike.
    """
    known = known_address(address)[:ADDRESS_CHARS_MAX]
    with database.identity() as c:
        _check_allowance(c, f"mails:{network}", MAILS_OF_NETWORK_MAX)
        _check_allowance(c, f"mails:{_digest(known)}", MAILS_OF_ADDRESS_MAX)
        mails.order_mail(c, "password_reset", known, network)


def invite(c: Connection, client_id: str, by: Granter, user_id: UUID) -> None:
    """Guarantees that the user is mailed a link to set a password; in an identity transaction.

    Raises UnknownUser, NotYours and TooManyMails.
    """
    row = access_store.get_user(c, client_id, user_id)
    check_may_give(by.held, PERMISSIONS_OF[row.role])
    _order_invitation(c, client_id, by.doer, user_id, row.email)


def invite_operator(c: Connection, by: Doer, user_id: UUID, address: str) -> None:
    """The same of an operator."""
    _order_invitation(c, None, by, user_id, address)


def _order_invitation(
    c: Connection, client_id: str | None, by: Doer, user_id: UUID, address: str
) -> None:
    _check_allowance(c, f"mails:{user_id}", MAILS_OF_ADDRESS_MAX)
    mails.order_mail(c, "invitation", address, by.network, client_id, user_id)
    record_for(c, client_id, by, "user.invited", str(user_id))


def _check_allowance(c: Connection, subject: str, quota: int) -> None:
    left = take_allowance(c, subject, quota, 3600.0)
    if left.retry_seconds:
        raise TooManyMails(left.retry_seconds)


def _digest(address: str) -> str:
    """The address as its mails are counted; whose it was is not kept."""
    return sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
