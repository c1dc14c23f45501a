"""The long-lived tasks beside the requests, from the app's start to its end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from anyio import to_thread
from fastapi import FastAPI

from api.backend import Backend
from api.jobs.mail_sender import MailSender
from api.supervision import SupervisedTasks
from api.webhook_sender import WebhookSender

THREADS = 64  # every place of `Shares` may need one, and downloads one for each piece


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Runs the long-lived tasks while the app serves; at the end nothing of it stays open."""
    backend: Backend = app.state.backend
    sender: WebhookSender = app.state.sender
    mail_senders: list[MailSender] = app.state.mail_senders
    tasks: SupervisedTasks = app.state.tasks
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    tasks.start("event_feed", backend.feed.run)
    tasks.start("webhook_sender", sender.run)
    tasks.start("jobs", backend.jobs.run)
    for mail_sender in mail_senders:
        tasks.start(mail_sender.name, mail_sender.run)
    try:
        yield
    finally:
        backend.feed.close()
        await tasks.stop()
        await asyncio.to_thread(backend.decoder.close)
        await asyncio.to_thread(backend.config_checks.close)
        sender.close()
        for mail_sender in mail_senders:
            mail_sender.close()
        backend.jobs.close()
        backend.feed.release()
        backend.database.close()
        if app.state.tracing is not None:
            await asyncio.to_thread(app.state.tracing.close)
