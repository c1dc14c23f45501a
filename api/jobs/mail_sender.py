"""Sends the mails that people are to get, from the API's process, which is always there."""

from __future__ import annotations

import asyncio
import logging

import psycopg

from api.settings import ApiSettings
from infringement_dagster.accounts.mail_room import MailRoom
from infringement_dagster.domain.errors import TransientError
from resources.postgres.database import Database, DatabaseUrls

LOOK_SECONDS = 1.0
log = logging.getLogger("api.jobs.mail_sender")


class MailSender:
    """Sends what is due until cancelled; a server that does not answer holds up mails alone."""

    def __init__(self, room: MailRoom) -> None:
        self._room = room

    async def run(self) -> None:
        """Looks each second; a database that does not answer is waited for."""
        while True:
            try:
                await asyncio.to_thread(self._room.send_due)
            except (TransientError, psycopg.Error) as error:
                log.warning("mails wait for the database: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    def close(self) -> None:
        """Guarantees that no connection stays, once nothing runs."""
        self._room.database.close()


def open_mail_sender(urls: DatabaseUrls, settings: ApiSettings) -> MailSender | None:
    """The sender over connections of its own, or None where no mail is sent; raises BadSetting."""
    mailer = settings.mailer
    if mailer is None or settings.pages_url is None:
        return None
    return MailSender(MailRoom(Database(urls), mailer, settings.pages_url))
