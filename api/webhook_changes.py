"""The changes that the caller may make to a client's web-hooks, by routes and pages alike."""

from __future__ import annotations

from collections.abc import Sequence

from api.access import ClientScope
from api.http.problems import INVALID, FieldError, Problem
from infringement_dagster.clients.webhooks.changes import HookedType, WebhookChanges
from infringement_dagster.clients.webhooks.targets import BadTarget
from resources.postgres.events.webhook_store import WebhookKind, WebhookRow


def changes_of(scope: ClientScope) -> WebhookChanges:
    """The changes, made by the caller within the request's transaction."""
    return WebhookChanges(scope.connection, scope.client_id, scope.principal.doer)


def add_webhook(
    scope: ClientScope,
    url: str,
    event_types: Sequence[HookedType],
    private_hosts: tuple[str, ...],
    kind: WebhookKind,
) -> WebhookRow:
    """The new web-hook with its secret; raises Problem, NoRoom."""
    try:
        return changes_of(scope).add(url, event_types, private_hosts, kind)
    except BadTarget as error:
        field = FieldError(pointer="/url", place="body", message=str(error))
        raise Problem(INVALID, str(error), errors=[field]) from None
