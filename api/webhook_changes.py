"""Changes to a client's web-hooks, by routes and pages alike; each leaves an audit entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, get_args
from uuid import UUID

from api.access import ClientScope
from api.http.problems import INVALID, FieldError, Problem
from api.webhook_targets import BadTarget, check_target
from resources.postgres.clients.audit import record
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


def add_webhook(
    scope: ClientScope,
    url: str,
    event_types: Sequence[HookedType],
    private_hosts: tuple[str, ...],
    kind: WebhookKind = "standard",
) -> WebhookRow:
    """The new web-hook with its secret; raises Problem, NoRoom."""
    try:
        check_target(url, private_hosts)
    except BadTarget as error:
        field = FieldError(pointer="/url", place="body", message=str(error))
        raise Problem(INVALID, str(error), errors=[field]) from None
    row = webhook_store.add_webhook(scope.connection, scope.client_id, url, event_types, kind)
    _record(scope, "webhook.created", row.webhook_id, url=row.shown_url, kind=kind)
    return row


def remove_webhook(scope: ClientScope, webhook_id: UUID) -> None:
    """Guarantees that nothing more is sent there; raises UnknownWebhook."""
    webhook_store.disable_webhook(scope.connection, scope.client_id, webhook_id)
    _record(scope, "webhook.deleted", webhook_id)


def rotate_secret(scope: ClientScope, webhook_id: UUID, overlap_hours: float) -> WebhookRow:
    """The web-hook with a new secret; both sign until the overlap ends. Raises UnknownWebhook."""
    row = webhook_store.rotate_secret(scope.connection, scope.client_id, webhook_id, overlap_hours)
    _record(scope, "webhook.secret_rotated", webhook_id, overlap_hours=overlap_hours)
    return row


def send_test(scope: ClientScope, webhook_id: UUID) -> int:
    """The number of the event that only this web-hook gets; raises UnknownWebhook."""
    _record(scope, "webhook.tested", webhook_id)
    return delivery_store.send_test(scope.connection, scope.client_id, webhook_id)


def redeliver(
    scope: ClientScope,
    webhook_id: UUID,
    event_no: int,
    states: Sequence[DeliveryState] = ANY,
) -> None:
    """Guarantees that the event is sent there once more; raises UnknownDelivery."""
    delivery_store.redeliver(scope.connection, scope.client_id, webhook_id, event_no, states)
    _record(scope, "webhook.redelivered", webhook_id, event_no=event_no)


def _record(scope: ClientScope, action: str, webhook_id: UUID, **details: object) -> None:
    doer = scope.principal.doer
    record(scope.connection, scope.client_id, doer, action, str(webhook_id), **details)
