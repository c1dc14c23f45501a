"""Work beside a block, in a thread that ends with it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PAUSE_SECONDS = 1.0  # a heartbeat may miss eleven beats of 5 s
log = logging.getLogger("resources.processes")
Work = Callable[[threading.Event], None]


@contextmanager
def in_background(work: Work, name: str, *, pause_seconds: float = PAUSE_SECONDS) -> Iterator[None]:
    """Guarantees that `work` runs until it returns or the block ends, which sets its event.

    Work that raises is logged and begins again after the pause.
    """
    stopping = threading.Event()

    def keep() -> None:
        while not stopping.is_set():
            try:
                work(stopping)
            except Exception:
                log.exception("%s failed; it begins again in %g s", name, pause_seconds)
                stopping.wait(pause_seconds)
            else:
                return

    thread = threading.Thread(target=keep, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
