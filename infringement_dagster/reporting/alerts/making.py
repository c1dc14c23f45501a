"""Makes mails about a client that are due: rows, in the transaction that notes what was told.

People's rows are locked meanwhile, so that of processes side by side one makes each mail. All
functions want a transaction of the client.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from psycopg import Connection

from infringement_dagster.clients.config_document import BadClientConfig
from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.alerts.preferences import AlertKind, AlertPreferences
from infringement_dagster.domain.alerts.times import earliest_at, next_digest_at
from infringement_dagster.domain.client import Thresholds
from infringement_dagster.domain.listing import Provider
from infringement_dagster.reporting.alerts.choosing import UnknownZone, zone_named
from resources.postgres.alerts import facts_query, mail_store, preference_store
from resources.postgres.alerts.facts_query import EventSpan, Happened
from resources.postgres.alerts.mail_store import NewMail
from resources.postgres.alerts.preference_store import PreferenceRow
from resources.postgres.clients import client_store, config_store


def make_due(c: Connection, client_id: str, now: datetime) -> int:
    """How many mails were made: digests that are due, and of what has happened since."""
    newest = client_store.get_client(c, client_id).last_event_no
    look = _Look(c, client_id, newest, now)
    rows = preference_store.lock_preferences(c, client_id)
    return sum(look.digest(row) + look.at_once(row) for row in rows)


def make_of_providers(
    c: Connection, client_id: str, providers: Collection[Provider], now: datetime
) -> int:
    """How many mails were made: to a person once a day (UTC) for each provider that is down."""
    newest = client_store.get_client(c, client_id).last_event_no
    made = 0
    for row in preference_store.lock_preferences(c, client_id):
        if row.preferences.providers_down:
            for provider in sorted(providers):
                period = f"{provider} {now.astimezone(UTC):%Y-%m-%d}"
                mail = NewMail(
                    row.principal, "providers_down", period, newest, newest, now, provider
                )
                not_before = _after_quiet(now, row.preferences)
                made += mail_store.make_mail(c, client_id, mail, not_before)
    return made


def thresholds_of(c: Connection, client_id: str) -> Thresholds:
    """The client's thresholds; the usual ones where there is no config that can be read."""
    if not config_store.newest_version(c, client_id):
        return Thresholds()
    try:
        return load_client_config(c, client_id).thresholds
    except BadClientConfig:  # of before a rule was made
        return Thresholds()


def zone_of(preferences: AlertPreferences) -> tzinfo:
    """The person's time zone; UTC where this machine no longer knows it."""
    try:
        return zone_named(preferences.zone)
    except UnknownZone:
        return UTC


@dataclass(slots=True)
class _Look:
    """One look at a client; people who were told equally far cost one query."""

    c: Connection
    client_id: str
    newest: int  # the number of the newest event
    now: datetime
    _happened: dict[int, Happened] = field(default_factory=dict)

    def digest(self, row: PreferenceRow) -> int:
        """1 when a digest was due and is made; what was missed meanwhile is one digest."""
        if row.next_digest_at is None or row.next_digest_at > self.now:
            return 0
        period = row.next_digest_at.astimezone(UTC).isoformat()
        mail = NewMail(
            row.principal, "digest", period, row.digest_event_no, self.newest, row.digested_at
        )
        not_before = _after_quiet(self.now, row.preferences)
        made = mail_store.make_mail(self.c, self.client_id, mail, not_before)
        following = next_digest_at(self.now, row.preferences, zone_of(row.preferences))
        assert following is not None  # a row with a time wants digests: a rule of the table
        told = self.newest if made else row.digest_event_no
        preference_store.note_digest(self.c, self.client_id, row.principal, told, following)
        return int(made)

    def at_once(self, row: PreferenceRow) -> int:
        """How many mails at once are made of what has happened since the last look."""
        wanted = row.preferences
        if row.told_event_no >= self.newest or not (wanted.priority_cases or wanted.failed_scans):
            return 0
        since = self._happened_since(row.told_event_no)
        kinds: list[AlertKind] = []
        if since.flagged and wanted.priority_cases:
            kinds.append("priority_cases")
        if since.failed and wanted.failed_scans:
            kinds.append("failed_scans")
        made = sum(self._tell(row, kind) for kind in kinds)
        preference_store.note_told(self.c, self.client_id, row.principal, self.newest)
        return made

    def _tell(self, row: PreferenceRow, kind: AlertKind) -> int:
        c, client_id = self.c, self.client_id
        if mail_store.extend_mail(c, client_id, row.principal, kind, self.newest):
            return 0
        mail = NewMail(
            row.principal,
            kind,
            f"events after {row.told_event_no}",
            row.told_event_no,
            self.newest,
            self.now,
        )
        at = mail_store.next_of_kind_at(c, client_id, row.principal, kind)
        return int(mail_store.make_mail(c, client_id, mail, _after_quiet(at, row.preferences)))

    def _happened_since(self, event_no: int) -> Happened:
        if event_no not in self._happened:
            floor = thresholds_of(self.c, self.client_id).notice_ready
            span = EventSpan(event_no, self.newest)
            self._happened[event_no] = facts_query.happened(self.c, self.client_id, span, floor)
        return self._happened[event_no]


def _after_quiet(at: datetime, preferences: AlertPreferences) -> datetime:
    return earliest_at(at, preferences.quiet, zone_of(preferences))
