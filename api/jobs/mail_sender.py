"""Sends the mails that people are to get, from the API's process, which is always there."""

from __future__ import annotations

import asyncio
import logging

import psycopg

from infringement_dagster.accounts.mailing import MailRoom
from infringement_dagster.domain.errors import TransientError

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
