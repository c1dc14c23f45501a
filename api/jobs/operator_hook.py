"""The installation's own web-hook, which operators set in the environment: alerts go there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

import httpx

from api.settings import ApiSettings
from api.webhook_sender import post, signed_headers
from infringement_dagster.clients.webhooks.targets import BadTarget, check_target
from infringement_dagster.reporting.alerts.chat import chat_document
from infringement_dagster.reporting.alerts.operator_room import HookNotTaken
from infringement_dagster.reporting.alerts.operator_words import chat_of_alert, title_of_alert
from resources.network.httpx_transport import ForbiddenAddress
from resources.postgres.alerts.operator_alert_store import OperatorAlert
from resources.postgres.events.webhook_store import WebhookKind
from resources.settings import BadSetting

TYPE = "installation.alert"


@dataclass(frozen=True, slots=True)
class HttpOperatorHook:
    """Posts alerts as Standard Webhooks 1.0, or as a chat reads them; never to inside addresses."""

    url: str = field(repr=False)
    kind: WebhookKind
    secret: str | None = field(repr=False)
    private_hosts: Collection[str]

    def send(self, alert: OperatorAlert) -> None:
        """Guarantees that the alert was taken; raises HookNotTaken."""
        content = json.dumps(self._document(alert)).encode()
        secrets = [self.secret] if self.secret else []
        headers = signed_headers(str(alert.alert_id), content, secrets)
        try:
            status = asyncio.run(post(self.url, content, headers, self.private_hosts))
        except (BadTarget, ForbiddenAddress) as error:
            raise HookNotTaken(f"INFRINGEMENT_ALERT_WEBHOOK_URL cannot be used: {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise HookNotTaken(f"the operators' web-hook: {type(error).__name__}") from error
        if not httpx.codes.is_success(status):
            raise HookNotTaken(f"the operators' web-hook answered {status}")

    def _document(self, alert: OperatorAlert) -> dict[str, object]:
        if self.kind != "standard":
            return chat_document(self.kind, chat_of_alert(alert))
        return {
            "type": TYPE,
            "timestamp": datetime.now(UTC).isoformat(),
            "data": {
                "alert_id": str(alert.alert_id),
                "kind": alert.kind,
                "subject": alert.subject,
                "title": title_of_alert(alert),
                "since": alert.opened_at.isoformat(),
                "number": alert.number,
                "newest": [
                    asdict(example) | {"noted_at": example.noted_at.isoformat()}
                    for example in alert.examples
                ],
            },
        }


def operator_hook(settings: ApiSettings) -> HttpOperatorHook | None:
    """The web-hook that the settings name, or None; raises BadSetting."""
    if settings.alert_webhook_url is None:
        return None
    url = settings.alert_webhook_url.get_secret_value()
    secret = settings.alert_webhook_secret
    try:
        check_target(url, settings.webhook_private_hosts)
    except BadTarget as error:
        raise BadSetting(f"INFRINGEMENT_ALERT_WEBHOOK_URL cannot be used: {error}") from error
    if settings.alert_webhook_kind == "standard" and secret is None:
        raise BadSetting(
            "INFRINGEMENT_ALERT_WEBHOOK_URL is set and INFRINGEMENT_ALERT_WEBHOOK_SECRET is not: "
            "name the secret that signs the messages, or a chat as INFRINGEMENT_ALERT_WEBHOOK_KIND"
        )
    return HttpOperatorHook(
        url,
        settings.alert_webhook_kind,
        secret.get_secret_value() if secret else None,
        settings.webhook_private_hosts,
    )
