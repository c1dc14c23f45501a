"""Makes and sends the mails that people get about clients; any number of processes side by side."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from infringement_dagster.domain.listing import Provider
from infringement_dagster.reporting.alerts.downtimes import Downtimes
from infringement_dagster.reporting.alerts.letters import NotNow, letter_of
from infringement_dagster.reporting.alerts.making import make_due, make_of_providers
from resources.mail.mailer import Mailer, MailNotTaken, MailRefused
from resources.postgres.alerts import facts_query, mail_store, preference_store
from resources.postgres.alerts.mail_store import TakenMail
from resources.postgres.database import Database
from resources.providers.provider_health import TROUBLES_MAX

log = logging.getLogger("infringement_dagster.reporting.alerts.alert_room")


@dataclass(slots=True)
class AlertRoom:
    """Tends all clients; what a provider's trouble began with is remembered by each process."""

    database: Database
    mailer: Mailer
    pages_url: str
    downtimes: Downtimes = field(default_factory=Downtimes)

    def send_due(self) -> int:
        """How many mails were taken in hand; returns when none is due."""
        now = datetime.now(UTC)
        self._make_of_providers(now)
        with self.database.admission() as c:
            clients = mail_store.clients_with_mails(c)
        taken = 0
        for client_id in clients:
            with self.database.client(client_id) as c:
                make_due(c, client_id, now)
            taken += self._send_of(client_id)
        return taken

    def _make_of_providers(self, now: datetime) -> None:
        """A provider counts once it was down at every look for so long."""
        with self.database.admission() as c:
            pairs = facts_query.providers_to_tell(c, TROUBLES_MAX)
        down = {provider for _, provider in pairs}
        told = self.downtimes.of_long(down, now)
        of_client: dict[str, set[Provider]] = defaultdict(set)
        for client_id, provider in pairs:
            if provider in told:
                of_client[client_id].add(provider)
        for client_id, providers in of_client.items():
            with self.database.client(client_id) as c:
                make_of_providers(c, client_id, providers, now)

    def _send_of(self, client_id: str) -> int:
        taken = 0
        while (mail := self._take(client_id)) is not None:
            self._send(client_id, mail)
            taken += 1
        return taken

    def _take(self, client_id: str) -> TakenMail | None:
        with self.database.client(client_id) as c:
            return mail_store.take_due(c, client_id)

    def _send(self, client_id: str, mail: TakenMail) -> None:
        letter = letter_of(self.database, self.pages_url, client_id, mail)
        if isinstance(letter, NotNow):
            self._leave(client_id, mail, letter)
            return
        try:
            self.mailer.send(letter)
        except MailNotTaken as error:
            log.warning("client %s: %s to %s waits: %s", client_id, mail.kind, letter.to, error)
            with self.database.client(client_id) as c:
                mail_store.put_off(c, client_id, mail.mail_id, str(error))
        except MailRefused as error:
            log.warning("client %s: %s to %s refused: %s", client_id, mail.kind, letter.to, error)
            with self.database.client(client_id) as c:
                mail_store.end_mail(c, client_id, mail.mail_id, "refused", str(error))
                preference_store.note_refusal(c, client_id, mail.principal, str(error))
        else:
            with self.database.client(client_id) as c:
                mail_store.end_mail(c, client_id, mail.mail_id, "sent")

    def _leave(self, client_id: str, mail: TakenMail, why: NotNow) -> None:
        with self.database.client(client_id) as c:
            if why.until is None:
                mail_store.end_mail(c, client_id, mail.mail_id, "skipped", why.reason)
            else:
                mail_store.keep_until(c, client_id, mail.mail_id, why.until)
