"""The long-lived tasks beside the requests, from the app's start to its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from anyio import to_thread
from fastapi import FastAPI

from api.backend import Backend
from api.jobs.mail_sender import Sender
from api.supervision import SupervisedTasks
from api.webhook_sender import WebhookSender

THREADS = 64  # every place of `Shares` may need one, and downloads one for each piece


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Runs the long-lived tasks while the app serves; at the end nothing of it stays open."""
    backend: Backend = app.state.backend
    webhook_sender: WebhookSender = app.state.sender
    senders: list[Sender] = app.state.senders
    tasks: SupervisedTasks = app.state.tasks
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    tasks.start("event_feed", backend.feed.run)
    tasks.start("webhook_sender", webhook_sender.run)
    tasks.start("jobs", backend.jobs.run)
    for sender in senders:
        tasks.start(sender.name, sender.run)
    try:
        yield
    finally:
        backend.feed.close()
        await tasks.stop()
        await asyncio.to_thread(backend.decoder.close)
        await asyncio.to_thread(backend.config_checks.close)
        webhook_sender.close()
        for sender in senders:
            sender.close()
        backend.jobs.close()
        backend.feed.release()
        backend.database.close()
        if app.state.tracing is not None:
            await asyncio.to_thread(app.state.tracing.close)
