"""Makes and sends the mails that people get about clients; any number of processes side by side.

Who may see the client, whether it is suspended, and what the person wants is looked at again when
a mail is sent.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.alerts.facts import AlertFacts, DigestFacts, ProviderFacts
from infringement_dagster.domain.alerts.preferences import NEED_OF
from infringement_dagster.domain.alerts.times import earliest_at
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.permissions import PERMISSIONS_OF
from infringement_dagster.reporting.alerts.content import Ending, as_html, as_text
from infringement_dagster.reporting.alerts.making import (
    make_due,
    make_of_providers,
    thresholds_of,
    zone_of,
)
from infringement_dagster.reporting.alerts.unsubscribing import link_path
from infringement_dagster.reporting.alerts.words import Reader, content_of, reason_of
from resources.mail.mailer import Letter, Mailer, MailNotTaken, MailRefused
from resources.postgres.alerts import facts_query, mail_store, preference_store
from resources.postgres.alerts.facts_query import EventSpan
from resources.postgres.alerts.mail_store import TakenMail
from resources.postgres.alerts.preference_store import PreferenceRow
from resources.postgres.clients import client_store, identity_store
from resources.postgres.clients.records import ClientRow
from resources.postgres.database import Database
from resources.providers.provider_health import TROUBLES_MAX
from resources.settings import PageLinks

DOWN_MINUTES = 10  # a provider that is back before is nothing to be told of
_LATER = timedelta(minutes=5)
log = logging.getLogger("infringement_dagster.reporting.alerts.alert_room")


@dataclass(frozen=True, slots=True)
class _NotNow:
    """The mail is not sent: for good, or until a later time."""

    reason: str
    until: datetime | None = None  # None: never


@dataclass(slots=True)
class AlertRoom:
    """Tends all clients; what a provider's trouble began with is remembered by each process."""

    database: Database
    mailer: Mailer
    pages_url: str
    down_minutes: float = DOWN_MINUTES
    _down_since: dict[Provider, datetime] = field(default_factory=dict)

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
        self._down_since = {name: self._down_since.get(name, now) for name in down}
        of_client: dict[str, set[Provider]] = defaultdict(set)
        for client_id, provider in pairs:
            if now - self._down_since[provider] >= timedelta(minutes=self.down_minutes):
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
        letter = self._letter(client_id, mail)
        if isinstance(letter, _NotNow):
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

    def _leave(self, client_id: str, mail: TakenMail, why: _NotNow) -> None:
        with self.database.client(client_id) as c:
            if why.until is None:
                mail_store.end_mail(c, client_id, mail.mail_id, "skipped", why.reason)
            else:
                mail_store.keep_until(c, client_id, mail.mail_id, why.until)

    def _letter(self, client_id: str, mail: TakenMail) -> Letter | _NotNow:
        address = self._address(client_id, mail)
        with self.database.client(client_id) as c:
            client = client_store.get_client(c, client_id)
            row = preference_store.get_preferences(c, client_id, mail.principal)
            obstacle = _obstacle(client, row, mail, datetime.now(UTC))
            if obstacle is not None:
                return obstacle
            facts = _facts(c, client_id, mail)
        if address is None:
            return _NotNow("the person may not see this any more")
        if facts is None or row is None:
            return _NotNow("nothing is left to tell")
        return self._written(client, row, mail, facts, address)

    def _address(self, client_id: str, mail: TakenMail) -> str | None:
        """Where the person gets mail, if they may still be told."""
        user_id = UUID(mail.principal.partition(":")[2])
        with self.database.identity() as c:
            accounts = identity_store.logins_among(c, [user_id])
        for account in accounts:
            sees_client = account.client_id in (None, client_id)
            may_be_told = NEED_OF[mail.kind] in PERMISSIONS_OF[account.role]
            if account.principal == mail.principal and sees_client and may_be_told:
                return account.email
        return None

    def _written(
        self,
        client: ClientRow,
        row: PreferenceRow,
        mail: TakenMail,
        facts: AlertFacts,
        address: str,
    ) -> Letter:
        links = PageLinks(self.pages_url)
        reader = Reader(client.client_id, client.display_name, links, zone_of(row.preferences))
        content = content_of(facts, reader)
        path = link_path(client.client_id, row.principal, mail.kind, row.unsubscribe_key)
        unsubscribe_url = self.pages_url.rstrip("/") + path
        ending = Ending(
            reason_of(mail.kind, reader), unsubscribe_url, links.alerts(client.client_id)
        )
        return Letter(
            address,
            content.subject,
            as_text(content, ending),
            as_html(content, ending),
            unsubscribe_url,
            mail.mail_id,
        )


def _obstacle(
    client: ClientRow, row: PreferenceRow | None, mail: TakenMail, now: datetime
) -> _NotNow | None:
    """The reason why the mail is not sent now, by what stands in the client's own rows."""
    if client.state != "active":
        return _NotNow("the client is suspended", now + _LATER)
    if row is None or not row.preferences.wants(mail.kind):
        return _NotNow("the person wants none of these any more")
    if row.refused_at is not None:
        return _NotNow("the address takes no mail")
    open_at = earliest_at(now, row.preferences.quiet, zone_of(row.preferences))
    return _NotNow("it is a quiet hour", open_at) if open_at > now else None


def _facts(c: Connection, client_id: str, mail: TakenMail) -> AlertFacts | None:
    """The facts as they stand now; None where nothing is left to tell."""
    span = EventSpan(mail.after_event_no, mail.until_event_no)
    if mail.kind == "digest":
        digest: DigestFacts = facts_query.digest_facts(
            c, client_id, span, mail.since_at, mail.made_at
        )
        return None if digest.is_empty else digest
    if mail.kind == "priority_cases":
        floor = thresholds_of(c, client_id).notice_ready
        priority = facts_query.priority_facts(c, client_id, span, floor)
        return priority if priority.number else None
    if mail.kind == "failed_scans":
        failed = facts_query.failed_runs(c, client_id, span, facts_query.FAILED)
        return failed if failed.number else None
    assert mail.provider is not None  # a rule of the table
    down = facts_query.searched_and_down(c, client_id, TROUBLES_MAX)
    return ProviderFacts(mail.provider) if mail.provider in down else None
