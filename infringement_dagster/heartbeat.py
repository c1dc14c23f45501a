"""Keeps a run's lease alive while its process works.

Belongs here: the thread that beats. Not here: what a missed beat means (`reconciliation.py`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from infringement_dagster.matching.errors import TransientError
from infringement_dagster.matching.listing import Provider
from infringement_dagster.reconciliation import BEAT_SECONDS
from resources.postgres import lease_store
from resources.postgres.database import Database

# A step that takes longer is stuck: it beats no more and the reconciliation ends it.
STEP_SECONDS_MAX = 1800.0


@contextmanager
def beating(
    database: Database, client_id: str, scan_id: UUID, provider: Provider, epoch: int
) -> Iterator[None]:
    """Guarantees a beat every 5 s until the block ends, the lease is lost or the step is stuck."""
    stop = threading.Event()

    def beat() -> None:
        until = time.monotonic() + STEP_SECONDS_MAX
        while not stop.wait(BEAT_SECONDS) and time.monotonic() < until:
            try:
                with database.client(client_id) as c:
                    if not lease_store.beat(c, client_id, scan_id, provider, epoch):
                        return
            except TransientError:
                continue  # the database restarts; eleven more beats may be missed

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
