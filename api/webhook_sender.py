"""Delivers events to clients' end points, signed as Standard Webhooks 1.0 wants it.

Any number of processes may send side by side. Each client has its own places, and each of its end
points a few of them, so a slow target delays nothing but itself.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

import httpx
import psycopg

from api.http.schemas import EventDocument
from infringement_dagster.clients.webhooks.targets import NEUTRAL, BadTarget, target_request
from infringement_dagster.domain.errors import TransientError
from infringement_dagster.reporting.alerts.chat import chat_document
from infringement_dagster.reporting.alerts.event_words import chat_of_event
from resources.network.httpx_transport import ForbiddenAddress, GuardedTransport, Resolver, resolve
from resources.network.tls import tls_context
from resources.postgres.database import Database
from resources.postgres.events import webhook_store
from resources.postgres.events.webhook_store import Delivery, Outcome
from resources.settings import PageLinks

LOOK_SECONDS = 1.0
ATTEMPT_SECONDS_MAX = 15.0
AT_ONCE_MAX = 200  # attempts of all clients; about 100 KiB each
AT_ONCE_OF_CLIENT_MAX = 8
AT_ONCE_OF_TARGET_MAX = 2
_THREADS = 2
_PAUSE_SECONDS = 0.05  # attempts that end together are followed by one look
Answer = TypeVar("Answer")
log = logging.getLogger("api.webhook_sender")


class WebhookSender:
    """Sends what is due until cancelled."""

    def __init__(
        self,
        database: Database,
        private_hosts: Collection[str],
        pages_url: str | None = None,
        *,
        resolver: Resolver = resolve,
    ) -> None:
        self._database = database
        self._links = PageLinks(pages_url)
        self._private_hosts = private_hosts
        self._resolver = resolver
        self._attempts: dict[asyncio.Task[None], tuple[str, UUID]] = {}
        self._room = asyncio.Event()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="webhooks")

    async def run(self) -> None:
        """Looks each second; a database that does not answer is waited for."""
        try:
            while True:
                try:
                    await self.send_due()
                except (TransientError, psycopg.Error) as error:
                    log.warning("web-hooks wait for the database: %s", error)
                await asyncio.sleep(_PAUSE_SECONDS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._room.wait(), LOOK_SECONDS)
        finally:
            for attempt in self._attempts:
                attempt.cancel()  # its lease ends; whoever runs then tries again

    def close(self) -> None:
        """Guarantees that no thread and no connection stays, once nothing runs."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._database.close()

    async def send_due(self) -> None:
        """Begins an attempt of everything due for which its client and target have room."""
        self._room.clear()
        for client_id in await self._in_thread(self._clients_with_work):
            room = min(
                AT_ONCE_OF_CLIENT_MAX - self._at_once_of(client_id),
                AT_ONCE_MAX - len(self._attempts),
            )
            if room > 0:
                due = await self._in_thread(
                    self._take, client_id, room, self._full_targets(client_id)
                )
                for delivery in due:
                    self._begin(client_id, delivery)

    async def all_sent(self) -> None:
        """Returns when no attempt is under way."""
        if self._attempts:
            await asyncio.wait(self._attempts)

    def _begin(self, client_id: str, delivery: Delivery) -> None:
        attempt = asyncio.create_task(self._attempt(client_id, delivery))
        self._attempts[attempt] = client_id, delivery.webhook_id
        attempt.add_done_callback(self._end)

    def _end(self, attempt: asyncio.Task[None]) -> None:
        del self._attempts[attempt]
        self._room.set()

    def _at_once_of(self, client_id: str) -> int:
        return sum(of == client_id for of, _ in self._attempts.values())

    def _full_targets(self, client_id: str) -> list[UUID]:
        """Who has an attempt under way gets no more in this look, so none exceeds its part."""
        busy = Counter(target for of, target in self._attempts.values() if of == client_id)
        return [target for target, attempts in busy.items() if attempts >= AT_ONCE_OF_TARGET_MAX]

    def _clients_with_work(self) -> list[str]:
        with self._database.admission() as c:
            return webhook_store.clients_with_work(c)

    def _take(self, client_id: str, room: int, full: list[UUID]) -> list[Delivery]:
        with self._database.client(client_id) as c:
            webhook_store.make_deliveries(c, client_id)
            return webhook_store.take_due(
                c, client_id, room, of_target=AT_ONCE_OF_TARGET_MAX, without=full
            )

    async def _attempt(self, client_id: str, delivery: Delivery) -> None:
        began = time.perf_counter()
        status, error, is_final = await self._answer(delivery)
        milliseconds = round((time.perf_counter() - began) * 1000)
        outcome = Outcome(status, error, milliseconds, is_final)
        try:
            await self._in_thread(self._note, client_id, delivery, outcome)
        except (TransientError, psycopg.Error) as failure:
            log.warning(
                "client %s: the outcome of event %d at web-hook %s is not kept, it is sent again: "
                "%s",
                client_id,
                delivery.event_no,
                delivery.webhook_id,
                failure,
            )

    async def _answer(self, delivery: Delivery) -> tuple[int | None, str | None, bool]:
        """The status if there was one, why it was not taken, and whether that is final."""
        try:
            status = await self._post(delivery)
        except BadTarget as found:
            return None, str(found), True
        except ForbiddenAddress:
            return None, NEUTRAL, True
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as found:
            return None, f"{type(found).__name__}: {found}", False
        except Exception as found:
            # A target can make any layer below raise; the record must not depend on which.
            log.exception("web-hook %s: the attempt failed unexpectedly", delivery.webhook_id)
            return None, f"the attempt failed: {type(found).__name__}", False
        if httpx.codes.is_success(status):
            return status, None, False
        return status, f"answered {status}", status == httpx.codes.GONE

    async def _post(self, delivery: Delivery) -> int:
        """The status of the answer, whose body is not read."""
        content = payload(delivery, self._links)
        headers = _headers(delivery, content)
        return await post(
            delivery.url, content, headers, self._private_hosts, resolver=self._resolver
        )

    def _note(self, client_id: str, delivery: Delivery, outcome: Outcome) -> None:
        with self._database.client(client_id) as c:
            webhook_store.note_outcome(c, client_id, delivery, outcome)

    async def _in_thread(self, work: Callable[..., Answer], *arguments: object) -> Answer:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*arguments))


async def post(
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    private_hosts: Collection[str],
    *,
    resolver: Resolver = resolve,
) -> int:
    """The status of the answer, whose body is not read; no redirect is followed.

    Raises BadTarget, ForbiddenAddress, httpx.HTTPError and TimeoutError.
    """
    request = target_request(url, content, dict(headers), private_hosts)
    transport = GuardedTransport(private_hosts, tls=tls_context(), resolver=resolver)
    async with (
        asyncio.timeout(ATTEMPT_SECONDS_MAX),
        httpx.AsyncClient(transport=transport, follow_redirects=False) as client,
    ):
        answer = await client.send(request, stream=True)
        await answer.aclose()
        return answer.status_code


def _headers(delivery: Delivery, content: bytes) -> dict[str, str]:
    secrets = (delivery.secret, delivery.previous_secret)
    message_id = f"{delivery.webhook_id}-{delivery.event_no}"
    return signed_headers(message_id, content, [secret for secret in secrets if secret is not None])


def signed_headers(message_id: str, content: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """The headers of a message of now, signed by each secret."""
    timestamp = int(time.time())
    return {
        "Content-Type": "application/json",
        "User-Agent": "infringement-dagster",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            signature(secret, message_id, timestamp, content) for secret in secrets
        ),
    }


def payload(delivery: Delivery, links: PageLinks) -> bytes:
    """The body: the event's type, its time, and the event as the event stream shows it.

    A chat gets the event in words instead.
    """
    if delivery.kind != "standard":
        message = chat_of_event(
            delivery.client_id,
            delivery.client_name,
            delivery.type,
            delivery.body,
            delivery.scan_id,
            links,
        )
        return json.dumps(chat_document(delivery.kind, message)).encode()
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
