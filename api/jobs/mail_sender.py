"""Sends the mails that people are to get, from the API's process, which is always there."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

import psycopg

from api.jobs.operator_hook import operator_hook
from api.settings import ApiSettings
from api.supervision import SupervisedTasks
from infringement_dagster.accounts.mail_room import MailRoom
from infringement_dagster.domain.errors import TransientError
from infringement_dagster.reporting.alerts.alert_room import AlertRoom
from infringement_dagster.reporting.alerts.operator_room import OperatorRoom
from resources.postgres.database import Database, DatabaseUrls

LINKS_LOOK_SECONDS = 1.0  # somebody waits for them
ALERTS_LOOK_SECONDS = 5.0
log = logging.getLogger("api.jobs.mail_sender")


class Room(Protocol):
    """Sends what is due, mails or notices; safe to run in any number of processes."""

    @property
    def database(self) -> Database:
        """The connections that it alone uses."""
        ...

    def send_due(self) -> int:
        """How many were taken in hand; returns when none is due."""
        ...


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends what is due until cancelled; a server that does not answer holds up its own alone."""

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


def open_mail_senders(
    urls: DatabaseUrls, settings: ApiSettings, tasks: SupervisedTasks
) -> list[Sender]:
    """The senders over connections of their own; raises BadSetting.

    Links that people wait for have a sender of their own, so that no digest holds them up. Without
    mail there is none but that of operators' alerts, if these go to a web-hook.
    """
    mailer, pages_url, hook = settings.mailer, settings.pages_url, operator_hook(settings)
    senders = []
    if mailer is not None and pages_url is not None:
        links = MailRoom(Database(urls), mailer, pages_url)
        alerts = AlertRoom(Database(urls), mailer, pages_url)
        senders = [
            Sender("mail_sender", links, LINKS_LOOK_SECONDS),
            Sender("alert_sender", alerts, ALERTS_LOOK_SECONDS),
        ]
    if mailer is not None or hook is not None:
        room = OperatorRoom(Database(urls), mailer, pages_url, hook, lambda: tasks.ended)
        senders.append(Sender("operator_alert_sender", room, ALERTS_LOOK_SECONDS))
    return senders
