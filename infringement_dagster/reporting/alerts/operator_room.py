"""Tells whoever runs the installation what fails: by mail to operators and by one web-hook.

Any number of processes may do so side by side. Each event is noted once, in the transaction that
moves the client's counter; what is down now is noted once for each time it went down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4

from infringement_dagster.domain.errors import PermanentError, TransientError
from infringement_dagster.domain.listing import Provider
from infringement_dagster.reporting.alerts.content import Ending, as_html, as_text
from infringement_dagster.reporting.alerts.downtimes import Downtimes
from infringement_dagster.reporting.alerts.operator_words import REASON, content_of_alert
from infringement_dagster.reporting.alerts.unsubscribing import OPERATORS, link_path
from resources.mail.mailer import Letter, Mailer, MailRefused
from resources.postgres.alerts import operator_alert_store, operator_choices
from resources.postgres.alerts.facts_query import EventSpan, failures
from resources.postgres.alerts.operator_alert_store import (
    AlertDelivery,
    Occurrence,
    OperatorAlert,
    UnreadEvents,
)
from resources.postgres.alerts.operator_choices import OperatorChoice
from resources.postgres.database import Database
from resources.providers.provider_health import TROUBLES_MAX

WEBHOOK = "webhook"
log = logging.getLogger("infringement_dagster.reporting.alerts.operator_room")


class HookNotTaken(TransientError):
    """The operators' web-hook did not take an alert, or not yet."""


class OperatorHook(Protocol):
    """Takes alerts to the one web-hook of the installation."""

    def send(self, alert: OperatorAlert) -> None:
        """Guarantees that the alert was taken; raises HookNotTaken."""


@dataclass(frozen=True, slots=True)
class TaskEnds:
    """How often a long-lived task of this process ended, and of what last."""

    times: int
    reason: str


@dataclass(slots=True)
class OperatorRoom:
    """Tends the alerts; without mailer or hook the alerts go by the other alone."""

    database: Database
    mailer: Mailer | None
    pages_url: str | None
    hook: OperatorHook | None
    ended_tasks: Callable[[], Mapping[str, TaskEnds]]
    _process: UUID = field(default_factory=uuid4)
    downtimes: Downtimes = field(default_factory=Downtimes)

    def send_due(self) -> int:
        """How many deliveries were taken in hand; returns when none is due."""
        self._note_events()
        self._note_states(datetime.now(UTC))
        with self.database.identity() as c:
            operator_alert_store.close_due(c, [*self._addressees(), *self._hooks()])
        taken = 0
        while (delivery := self._take()) is not None:
            self._deliver(delivery)
            taken += 1
        return taken

    def _addressees(self) -> list[str]:
        if self.mailer is None:
            return []
        with self.database.identity() as c:
            return [choice.principal for choice in operator_choices.told_operators(c)]

    def _hooks(self) -> list[str]:
        return [WEBHOOK] if self.hook is not None else []

    def _note_events(self) -> None:
        with self.database.identity() as c:
            unread = operator_alert_store.unread_events(c)
        for events in unread:
            found = self._failures(events)
            with self.database.identity() as c:
                if operator_alert_store.note_read(c, events):
                    operator_alert_store.note(c, found)

    def _failures(self, events: UnreadEvents) -> list[Occurrence]:
        client_id = events.client_id
        with self.database.client(client_id) as c:
            rows = failures(c, client_id, EventSpan(events.after, events.until))
        return [
            Occurrence(
                "check_failed" if row.check else "run_failed",
                row.check or row.provider,
                f"event {client_id}/{row.event_no}",
                row.reason or "",
                client_id,
            )
            for row in rows
        ]

    def _note_states(self, now: datetime) -> None:
        with self.database.identity() as c:
            down = operator_alert_store.providers_down(c, TROUBLES_MAX)
            operator_alert_store.note(c, [*self._providers(down, now), *self._tasks()])

    def _providers(self, down: Collection[Provider], now: datetime) -> list[Occurrence]:
        """Those that were down at each look for so long; processes agree on the hour it began."""
        return [
            Occurrence(
                "provider_down",
                provider,
                f"provider {provider} {since:%Y-%m-%dT%H}",
                f"it has failed the last {TROUBLES_MAX} questions, for {self.downtimes.minutes:g} "
                "minutes or longer",
            )
            for provider, since in self.downtimes.of_long(down, now).items()
        ]

    def _tasks(self) -> list[Occurrence]:
        return [
            Occurrence("task_down", name, f"task {self._process} {name} {ends.times}", ends.reason)
            for name, ends in self.ended_tasks().items()
        ]

    def _take(self) -> AlertDelivery | None:
        with self.database.identity() as c:
            return operator_alert_store.take_delivery(c)

    def _deliver(self, delivery: AlertDelivery) -> None:
        try:
            reason = self._sent(delivery)
        except (TransientError, PermanentError) as error:
            log.warning("alert %s to %s waits: %s", delivery.alert_id, delivery.target, error)
            with self.database.identity() as c:
                if isinstance(error, MailRefused):
                    operator_alert_store.end_delivery(c, delivery, "failed", str(error))
                else:
                    operator_alert_store.put_off(c, delivery, str(error))
            return
        with self.database.identity() as c:
            operator_alert_store.end_delivery(
                c, delivery, "sent" if reason is None else "skipped", reason
            )

    def _sent(self, delivery: AlertDelivery) -> str | None:
        """None once the alert was taken, else why there is nothing to send."""
        choice = None
        with self.database.identity() as c:
            alert = operator_alert_store.get_alert(c, delivery.alert_id)
            if delivery.target != WEBHOOK:
                user_id = UUID(delivery.target.partition(":")[2])
                choice = operator_choices.choice_of(c, user_id)
        if alert is None:
            return "all that it told was erased"
        if delivery.target == WEBHOOK:
            return self._hooked(alert)
        return self._mailed(alert, choice)

    def _hooked(self, alert: OperatorAlert) -> str | None:
        if self.hook is None:
            return "there is no web-hook any more"
        self.hook.send(alert)
        return None

    def _mailed(self, alert: OperatorAlert, choice: OperatorChoice | None) -> str | None:
        if self.mailer is None or self.pages_url is None:
            return "no mail is sent any more"
        if choice is None or not choice.wants_alerts:
            return "the operator wants none any more"
        self.mailer.send(_letter(alert, choice, self.pages_url))
        return None


def _letter(alert: OperatorAlert, choice: OperatorChoice, pages_url: str) -> Letter:
    base = pages_url.rstrip("/")
    path = link_path(OPERATORS, choice.principal, "installation", choice.unsubscribe_key)
    ending = Ending(REASON, base + path, f"{base}/account")
    content = content_of_alert(alert)
    return Letter(
        choice.email,
        content.subject,
        as_text(content, ending),
        as_html(content, ending),
        base + path,
        alert.alert_id,
    )
