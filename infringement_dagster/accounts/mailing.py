"""Links that people get by mail: asked for by themselves or an admin, sent by the API's process.

Asking is the same work whether the address is somebody's or not: it is looked up when the mail is
sent. The link is made then, too, so that nobody finds one in the database.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from psycopg import Connection

from infringement_dagster.accounts.keys import Granter
from infringement_dagster.accounts.letters import invitation_letter, reset_letter
from infringement_dagster.accounts.passwords import LINK_HOURS, LINK_PATH
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.permissions import PERMISSIONS_OF, check_may_give
from resources.identity.credentials import new_token, token_hash
from resources.identity.email_addresses import known_address
from resources.mail.mailer import Letter, Mailer, MailNotTaken, MailRefused
from resources.postgres.clients import access_store, identity_store, password_resets
from resources.postgres.clients.audit import Doer, record_for
from resources.postgres.clients.identity_store import Login
from resources.postgres.clients.logins import mails
from resources.postgres.clients.logins.mails import DueMail
from resources.postgres.clients.throttle_store import take_allowance
from resources.postgres.database import Database

INVITATION_DAYS = 7
MAILS_OF_ADDRESS_MAX = 3  # an hour, so that nobody fills another person's inbox
MAILS_OF_NETWORK_MAX = 20  # an hour: an office shares an address
log = logging.getLogger("infringement_dagster.accounts.mailing")


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
    known = known_address(address)
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


@dataclass(frozen=True, slots=True)
class MailRoom:
    """Sends what was asked for; any number of processes may do so side by side."""

    database: Database
    mailer: Mailer
    pages_url: str

    def send_due(self) -> int:
        """How many mails were taken in hand; returns when none is due."""
        taken = 0
        while (due := self._take()) is not None:
            self._send(due)
            taken += 1
        return taken

    def _take(self) -> DueMail | None:
        with self.database.identity() as c:
            return mails.take_due(c)

    def _send(self, due: DueMail) -> None:
        with self.database.identity() as c:
            accounts = _accounts_of(c, due)
            if not accounts:
                mails.end_mail(c, due.mail_id, "skipped", "nobody has this address")
                return
            letter = self._letter(c, due, accounts)
        try:
            self.mailer.send(letter)
        except (MailNotTaken, MailRefused) as error:
            self._note_failure(due, error)
            return
        with self.database.identity() as c:
            mails.end_mail(c, due.mail_id, "sent")
            for account in accounts:
                doer = Doer("nobody", due.network)
                subject = str(account.user_id)
                record_for(c, account.client_id, doer, "user.link_mailed", subject, kind=due.kind)

    def _letter(self, c: Connection, due: DueMail, accounts: list[Login]) -> Letter:
        """The letter; its link works in place of any before it once this commits."""
        token = new_token()
        is_invitation = due.kind == "invitation"
        life = timedelta(days=INVITATION_DAYS) if is_invitation else timedelta(hours=LINK_HOURS)
        for account in accounts:
            password_resets.put_reset(
                c, token_hash(token), account.client_id, account.user_id, datetime.now(UTC) + life
            )
        link = f"{self.pages_url.rstrip('/')}{LINK_PATH}?token={token}"
        if is_invitation:
            return invitation_letter(accounts[0], link, INVITATION_DAYS)
        return reset_letter(due.address, accounts, link, LINK_HOURS)

    def _note_failure(self, due: DueMail, error: MailNotTaken | MailRefused) -> None:
        log.warning("%s to %s was not sent: %s", due.kind, due.address, error)
        with self.database.identity() as c:
            if isinstance(error, MailRefused):
                mails.end_mail(c, due.mail_id, "failed", str(error))
            else:
                mails.put_off(c, due.mail_id, str(error))


def _order_invitation(
    c: Connection, client_id: str | None, by: Doer, user_id: UUID, address: str
) -> None:
    _check_allowance(c, f"mails:{user_id}", MAILS_OF_ADDRESS_MAX)
    mails.order_mail(c, "invitation", address, by.network, client_id, user_id)
    record_for(c, client_id, by, "user.invited", str(user_id))


def _accounts_of(c: Connection, due: DueMail) -> list[Login]:
    if due.user_id is not None:
        return identity_store.logins_among(c, [due.user_id])
    return identity_store.logins_of(c, due.address)


def _check_allowance(c: Connection, subject: str, quota: int) -> None:
    left = take_allowance(c, subject, quota, 3600.0)
    if left.retry_seconds:
        raise TooManyMails(left.retry_seconds)


def _digest(address: str) -> str:
    """The address as its mails are counted; whose it was is not kept."""
    return sha256(address.encode("utf-8", "surrogatepass")).hexdigest()
