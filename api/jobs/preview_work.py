"""Previews of drafts in the process that does jobs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict

from api.jobs.orders import DRAFT_VERSION, DraftOrder, PreviewOrder, Progress
from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.scoring.preview import preview_draft
from infringement_dagster.scoring.preview_result import HistoryPreview, ProviderPreview
from resources.decoding.blocking import BlockingDecoder
from resources.descriptors.onnx_descriptor import DescriptorAccess
from resources.objects.store import ObjectStore
from resources.postgres.database import Database


def previewed(
    database: Database,
    objects: ObjectStore,
    decoder: BlockingDecoder,
    descriptor: DescriptorAccess,
    client_id: str,
    order: DraftOrder,
    say: Callable[[Progress], None],
) -> bytes:
    """The outcome of the draft for each provider, as a JSON list; of every stored listing if asked.

    That takes minutes, and `say` is told how far it is.
    """
    draft = read_client_config(client_id, DRAFT_VERSION, order.draft)
    tools, model = (database, objects, decoder, client_id), descriptor.model()
    found: Sequence[HistoryPreview | ProviderPreview]
    if isinstance(order, PreviewOrder):
        found = preview_draft(*tools, draft, model)
    else:
        # With DuckDB, of which workers without such a job are 25 MB smaller.
        from infringement_dagster.scoring.preview_history import preview_history  # noqa: PLC0415

        found = preview_history(*tools, draft, model, _Telling(say).tell)
    return json.dumps([asdict(preview) for preview in found]).encode()


TOLD_SECONDS = 0.5  # each word is a row of Postgres written


class _Telling:
    """Says how far the work is, but not more often than anybody reads it."""

    def __init__(self, say: Callable[[Progress], None]) -> None:
        self._say = say
        self._said_at = float("-inf")

    def tell(self, done: int, found: int) -> None:
        """Guarantees that what is told is never older than half a second of work."""
        now = time.monotonic()
        if now - self._said_at >= TOLD_SECONDS:
            self._said_at = now
            self._say(Progress(done=done, found=found))
