"""Letters about a client, written when they are sent, from what holds then.

Who may see the client, whether it is suspended, and what the person wants may all have changed
since the mail was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from infringement_dagster.domain.alerts.facts import AlertFacts
from infringement_dagster.domain.alerts.preferences import NEED_OF
from infringement_dagster.domain.alerts.times import earliest_at
from infringement_dagster.domain.permissions import PERMISSIONS_OF
from infringement_dagster.reporting.alerts.content import Ending, as_html, as_text
from infringement_dagster.reporting.alerts.mail_facts import facts_of
from infringement_dagster.reporting.alerts.making import zone_of
from infringement_dagster.reporting.alerts.unsubscribing import link_path
from infringement_dagster.reporting.alerts.words import Reader, content_of, reason_of
from resources.mail.mailer import Letter
from resources.postgres.alerts import preference_store
from resources.postgres.alerts.mail_store import TakenMail
from resources.postgres.alerts.preference_store import PreferenceRow
from resources.postgres.clients import client_store, identity_store
from resources.postgres.clients.records import ClientRow
from resources.postgres.database import Database
from resources.settings import PageLinks

_LATER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NotNow:
    """The mail is not sent: for good, or until a later time."""

    reason: str
    until: datetime | None = None  # None: never


def letter_of(
    database: Database, pages_url: str, client_id: str, mail: TakenMail
) -> Letter | NotNow:
    """The letter to the person, or why it is not sent now."""
    address = _address(database, client_id, mail)
    with database.client(client_id) as c:
        client = client_store.get_client(c, client_id)
        row = preference_store.get_preferences(c, client_id, mail.principal)
        obstacle = _obstacle(client, row, mail, datetime.now(UTC))
        if obstacle is not None:
            return obstacle
        facts = facts_of(c, client_id, mail)
    if address is None:
        return NotNow("the person may not see this any more")
    if facts is None or row is None:
        return NotNow("nothing is left to tell")
    return _written(pages_url, client, row, mail, facts, address)


def _address(database: Database, client_id: str, mail: TakenMail) -> str | None:
    """Where the person gets mail, if they may still be told."""
    user_id = UUID(mail.principal.partition(":")[2])
    with database.identity() as c:
        accounts = identity_store.logins_among(c, [user_id])
    for account in accounts:
        sees_client = account.client_id in (None, client_id)
        may_be_told = NEED_OF[mail.kind] in PERMISSIONS_OF[account.role]
        if account.principal == mail.principal and sees_client and may_be_told:
            return account.email
    return None


def _written(
    pages_url: str,
    client: ClientRow,
    row: PreferenceRow,
    mail: TakenMail,
    facts: AlertFacts,
    address: str,
) -> Letter:
    links = PageLinks(pages_url)
    reader = Reader(client.client_id, client.display_name, links, zone_of(row.preferences))
    content = content_of(facts, reader)
    path = link_path(client.client_id, row.principal, mail.kind, row.unsubscribe_key)
    unsubscribe_url = pages_url.rstrip("/") + path
    ending = Ending(reason_of(mail.kind, reader), unsubscribe_url, links.alerts(client.client_id))
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
) -> NotNow | None:
    """The reason why the mail is not sent now, by what stands in the client's own rows."""
    if client.state != "active":
        return NotNow("the client is suspended", now + _LATER)
    if row is None or not row.preferences.wants(mail.kind):
        return NotNow("the person wants none of these any more")
    if row.refused_at is not None:
        return NotNow("the address takes no mail")
    open_at = earliest_at(now, row.preferences.quiet, zone_of(row.preferences))
    return NotNow("it is a quiet hour", open_at) if open_at > now else None
