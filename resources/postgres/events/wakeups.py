"""Waiting for a NOTIFY instead of asking again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg import sql

from resources.postgres.database import Database

Wait = Callable[[float], bool]


@contextmanager
def listening(database: Database, channel: str) -> Iterator[Wait]:
    """A function that waits at most so many seconds and says whether it was woken.

    It listens from the start of the block, so that a look at the database inside the block, and
    then a wait, misses nothing. Holds one admission connection.
    """
    with database.admission() as connection:
        connection.commit()
        connection.autocommit = True
        connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))

        def wait(timeout_seconds: float) -> bool:
            woken = list(connection.notifies(timeout=max(timeout_seconds, 0), stop_after=1))
            return bool(woken)

        try:
            yield wait
        finally:
            if not connection.closed:
                connection.execute("UNLISTEN *")
                connection.autocommit = False
