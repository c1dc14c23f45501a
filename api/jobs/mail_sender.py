"""Sends the mails that people are to get, from the API's process, which is always there."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

import psycopg

from api.settings import ApiSettings
from infringement_dagster.accounts.mail_room import MailRoom
from infringement_dagster.domain.errors import TransientError
from infringement_dagster.reporting.alerts.alert_room import AlertRoom
from resources.postgres.database import Database, DatabaseUrls

LINKS_LOOK_SECONDS = 1.0  # somebody waits for them
ALERTS_LOOK_SECONDS = 5.0
log = logging.getLogger("api.jobs.mail_sender")


class Room(Protocol):
    """Sends what is due; safe to run in any number of processes."""

    @property
    def database(self) -> Database:
        """The connections that it alone uses."""
        ...

    def send_due(self) -> int:
        """How many mails were taken in hand; returns when none is due."""
        ...


@dataclass(frozen=True, slots=True)
class MailSender:
    """Sends what is due until cancelled; a server that does not answer holds up mails alone."""

    name: str  # of the supervised task
    room: Room
    look_seconds: float

    async def run(self) -> None:
        """Looks again and again; a database that does not answer is waited for."""
        while True:
            try:
                await asyncio.to_thread(self.room.send_due)
            except (TransientError, psycopg.Error) as error:
                log.warning("%s waits for the database: %s", self.name, error)
            await asyncio.sleep(self.look_seconds)

    def close(self) -> None:
        """Guarantees that no connection stays, once nothing runs."""
        self.room.database.close()


def open_mail_senders(urls: DatabaseUrls, settings: ApiSettings) -> list[MailSender]:
    """The senders over connections of their own, none where no mail is sent; raises BadSetting.

    Links that people wait for have a sender of their own, so that no digest holds them up.
    """
    mailer = settings.mailer
    if mailer is None or settings.pages_url is None:
        return []
    links = MailRoom(Database(urls), mailer, settings.pages_url)
    alerts = AlertRoom(Database(urls), mailer, settings.pages_url)
    return [
        MailSender("mail_sender", links, LINKS_LOOK_SECONDS),
        MailSender("alert_sender", alerts, ALERTS_LOOK_SECONDS),
    ]
