"""Sends the mails that were asked for, from the API's process.

A mail's link is made when it is sent, so that nobody finds one in the database.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg import Connection

from infringement_dagster.accounts.letters import invitation_letter, reset_letter
from infringement_dagster.accounts.passwords import INVITATION_DAYS, LINK_HOURS, LINK_PATH
from resources.identity.credentials import new_token, token_hash
from resources.mail.mailer import Letter, Mailer, MailNotTaken, MailRefused
from resources.postgres.clients import identity_store, password_resets
from resources.postgres.clients.audit import Doer, record_for
from resources.postgres.clients.identity_store import Login
from resources.postgres.clients.logins import mails
from resources.postgres.clients.logins.mails import DueMail
from resources.postgres.database import Database

log = logging.getLogger("infringement_dagster.accounts.mail_room")


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


def _accounts_of(c: Connection, due: DueMail) -> list[Login]:
    if due.user_id is not None:
        return identity_store.logins_among(c, [due.user_id])
    return identity_store.logins_of(c, due.address)
