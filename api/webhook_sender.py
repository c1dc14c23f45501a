"""Delivers events to clients' end points, signed as Standard Webhooks 1.0 wants it.

Any number of processes may run it side by side.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Collection

import httpx
import psycopg

from api.http.schemas import EventDocument
from infringement_dagster.domain.errors import TransientError
from resources.network.httpx_transport import ForbiddenAddress, GuardedTransport
from resources.network.tls import tls_context
from resources.postgres.database import Database
from resources.postgres.events import webhook_store
from resources.postgres.events.webhook_store import Delivery

LOOK_SECONDS = 1.0
ATTEMPT_SECONDS_MAX = 15.0
TAKEN_AT_ONCE = 20
log = logging.getLogger("api.webhook_sender")


class WebhookSender:
    """Sends what is due until cancelled."""

    def __init__(self, database: Database, private_hosts: Collection[str]) -> None:
        self._database = database
        self._private_hosts = private_hosts

    async def run(self) -> None:
        """Looks each second; a database that does not answer is waited for."""
        while True:
            try:
                await self.send_due()
            except (TransientError, psycopg.Error) as error:
                log.warning("web-hooks wait for the database: %s", error)
            await asyncio.sleep(LOOK_SECONDS)

    async def send_due(self) -> None:
        """Sends everything that is due now."""
        for client_id in await asyncio.to_thread(self._clients_with_work):
            due = await asyncio.to_thread(self._take, client_id)
            await asyncio.gather(*(self._attempt(client_id, one) for one in due))

    def _clients_with_work(self) -> list[str]:
        with self._database.admission() as c:
            return webhook_store.clients_with_work(c)

    def _take(self, client_id: str) -> list[Delivery]:
        with self._database.client(client_id) as c:
            webhook_store.make_deliveries(c, client_id)
            return webhook_store.take_due(c, client_id, TAKEN_AT_ONCE)

    async def _attempt(self, client_id: str, delivery: Delivery) -> None:
        status: int | None = None
        permanent = False
        try:
            transport = GuardedTransport(self._private_hosts, tls=tls_context())
            async with (
                asyncio.timeout(ATTEMPT_SECONDS_MAX),
                httpx.AsyncClient(transport=transport, follow_redirects=False) as client,
            ):
                status = await _post(client, delivery)
            error = f"answered {status}"
        except ForbiddenAddress as found:
            error, permanent = str(found), True
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as found:
            error = f"{type(found).__name__}: {found}"
        await asyncio.to_thread(self._note, client_id, delivery, status, error, permanent)

    def _note(
        self, client_id: str, delivery: Delivery, status: int | None, error: str, permanent: bool
    ) -> None:
        with self._database.client(client_id) as c:
            if status is not None and httpx.codes.is_success(status):
                webhook_store.note_delivered(c, client_id, delivery, status)
            else:
                gone = status == httpx.codes.GONE
                webhook_store.note_failed(
                    c, client_id, delivery, status, error, permanent=permanent or gone
                )


async def _post(client: httpx.AsyncClient, delivery: Delivery) -> int:
    """The status of the answer, whose body is not read."""
    content = payload(delivery)
    message_id, timestamp = f"{delivery.webhook_id}-{delivery.event_no}", int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "infringement-dagster",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(delivery.secret, message_id, timestamp, content),
    }
    async with client.stream("POST", delivery.url, content=content, headers=headers) as answer:
        return answer.status_code


def payload(delivery: Delivery) -> bytes:
    """The body: the event's type, its time, and the event as the event stream shows it."""
    event = EventDocument.model_validate(delivery).model_dump(mode="json")
    document = {
        "type": delivery.type,
        "timestamp": delivery.created_at.isoformat(),
        "data": event,
    }
    return json.dumps(document).encode()


def signature(secret: str, message_id: str, timestamp: int, content: bytes) -> str:
    """The `webhook-signature` header."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + content
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
