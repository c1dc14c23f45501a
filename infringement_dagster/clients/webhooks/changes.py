"""Changes to a client's web-hooks, whoever makes them; each leaves an audit entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args
from uuid import UUID

from psycopg import Connection

from infringement_dagster.clients.webhooks.targets import check_target
from resources.postgres.clients.audit import Doer, record
from resources.postgres.events import delivery_store, webhook_store
from resources.postgres.events.delivery_store import ANY, DeliveryState
from resources.postgres.events.webhook_store import WebhookKind, WebhookRow

# Everything but `run.progress`, which comes several times a second, and `webhook.tested`, which
# each web-hook gets when it is asked for.
HookedType = Literal[
    "actor.grew",
    "actor.made",
    "actor.merged",
    "actor.shrank",
    "actor.split",
    "case.assigned",
    "case.commented",
    "case.decided",
    "case.dropped",
    "case.due_set",
    "case.flagged",
    "case.flagged_by_hand",
    "case.sampled",
    "case.gone",
    "case.grouped",
    "case.listed",
    "case.prioritised",
    "case.purchase_concluded",
    "case.purchase_photo_added",
    "case.purchase_recorded",
    "case.relisted",
    "case.tagged",
    "case.unprioritised",
    "check.failed",
    "group.decided",
    "group.merged",
    "group.split",
    "group.taken_back",
    "notice.accepted",
    "notice.drafted",
    "notice.held",
    "notice.rejected",
    "notice.sent",
    "notice.submission_failed",
    "provider.drifted",
    "report.made",
    "run.admitted",
    "run.finished",
    "run.requeued",
    "run.started",
    "rule.paused",
    "rule.resumed",
    "scan.cancel_requested",
    "scan.finished",
    "scan.queued",
    "scan.requested",
    "scan.retried",
    "scan.started",
]
HOOKED_TYPES: Final[tuple[HookedType, ...]] = get_args(HookedType)
DEFAULT_TYPES: Final[tuple[HookedType, ...]] = ("case.flagged", "scan.finished")
OVERLAP_HOURS_MAX: Final = 168


@dataclass(frozen=True, slots=True)
class WebhookChanges:
    """The changes that somebody may make to a client's web-hooks, in one transaction."""

    connection: Connection
    client_id: str
    by: Doer

    def add(
        self,
        url: str,
        event_types: Sequence[HookedType],
        private_hosts: tuple[str, ...],
        kind: WebhookKind = "standard",
    ) -> WebhookRow:
        """The new web-hook with its secret; raises BadTarget, NoRoom."""
        check_target(url, private_hosts)
        row = webhook_store.add_webhook(self.connection, self.client_id, url, event_types, kind)
        self._record("webhook.created", row.webhook_id, url=row.shown_url, kind=kind)
        return row

    def remove(self, webhook_id: UUID) -> None:
        """Guarantees that nothing more is sent there; raises UnknownWebhook."""
        webhook_store.disable_webhook(self.connection, self.client_id, webhook_id)
        self._record("webhook.deleted", webhook_id)

    def rotate_secret(self, webhook_id: UUID, overlap_hours: float) -> WebhookRow:
        """The web-hook with a new secret; both sign until the overlap ends.

        Raises UnknownWebhook.
        """
        row = webhook_store.rotate_secret(
            self.connection, self.client_id, webhook_id, overlap_hours
        )
        self._record("webhook.secret_rotated", webhook_id, overlap_hours=overlap_hours)
        return row

    def send_test(self, webhook_id: UUID) -> int:
        """The number of the event that only this web-hook gets; raises UnknownWebhook."""
        self._record("webhook.tested", webhook_id)
        return delivery_store.send_test(self.connection, self.client_id, webhook_id)

    def redeliver(
        self, webhook_id: UUID, event_no: int, states: Sequence[DeliveryState] = ANY
    ) -> None:
        """Guarantees that the event is sent there once more; raises UnknownDelivery."""
        delivery_store.redeliver(self.connection, self.client_id, webhook_id, event_no, states)
        self._record("webhook.redelivered", webhook_id, event_no=event_no)

    def _record(self, action: str, webhook_id: UUID, **details: object) -> None:
        record(self.connection, self.client_id, self.by, action, str(webhook_id), **details)
