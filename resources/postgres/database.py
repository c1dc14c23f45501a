"""Connections to Postgres: one transaction at a time, in the name of one client or of admission."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from psycopg import Connection, OperationalError
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import AdminShutdown, CrashShutdown, LockNotAvailable
from psycopg_pool import ConnectionPool, PoolTimeout

from infringement_dagster.domain.errors import TransientError

CHECKOUT_TIMEOUT_SECONDS = 10.0
APP_CONNECTIONS_MAX = 8
ADMISSION_CONNECTIONS_MAX = 6  # two sensors listen on one each
IDENTITY_CONNECTIONS_MAX = 8
HOUSEKEEPING_CONNECTIONS_MAX = 2
LOCK_SECONDS_MAX = 5  # whoever deletes waits no longer, so that nobody queues up behind it


class DatabaseUnavailable(TransientError):
    """No connection could be had, or it broke in the middle of a transaction."""


class TableInUse(TransientError):
    """Somebody else holds what housekeeping was to delete."""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """One `postgresql://` URL per role, as libpq reads them; hidden when printed."""

    admin: str = field(repr=False)  # makes roles and databases, nothing else
    owner: str = field(repr=False)  # runs migrations, owns the schema
    app: str = field(repr=False)  # everything done for one client
    admission: str = field(repr=False)  # reads the queue of all clients
    dagster: str = field(repr=False)  # Dagster's own storage
    identity: str = field(repr=False)  # reads credentials of all clients
    housekeeping: str = field(repr=False)  # deletes what is kept no longer

    def variables(self) -> dict[str, str]:
        """Environment variables that tell another process of these."""
        return {
            "DATABASE_URL": self.admin,
            "DATABASE_APP_URL": self.app,
            "DATABASE_ADMISSION_URL": self.admission,
            "DATABASE_IDENTITY_URL": self.identity,
            "DATABASE_HOUSEKEEPING_URL": self.housekeeping,
            "DAGSTER_DATABASE_URL": self.dagster,
        }


class Database:
    """The product's database; opens nothing before first use and is safe to use after a fork."""

    def __init__(
        self, urls: DatabaseUrls, *, timeout_seconds: float = CHECKOUT_TIMEOUT_SECONDS
    ) -> None:
        self._urls = urls
        self._timeout_seconds = timeout_seconds
        # A pool's threads do not survive a fork, so each process has its own. Those inherited from
        # the parent stay referenced: collecting them would touch the parent's connections.
        self._pools: dict[tuple[int, str], ConnectionPool[Connection]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def client(self, client_id: str) -> Iterator[Connection]:
        """One transaction that sees the rows of one client only; rolled back on any error.

        Raises DatabaseUnavailable.
        """
        with self._transaction(self._urls.app, APP_CONNECTIONS_MAX) as connection:
            connection.execute("select set_config('app.client_id', %s, true)", (client_id,))
            yield connection

    @contextmanager
    def reading(self, client_id: str) -> Iterator[Connection]:
        """One transaction that sees one client's rows as they stood when it began, and writes none.

        Raises DatabaseUnavailable.
        """
        with self._transaction(self._urls.app, APP_CONNECTIONS_MAX) as connection:
            connection.execute("set transaction isolation level repeatable read, read only")
            connection.execute("select set_config('app.client_id', %s, true)", (client_id,))
            yield connection

    @contextmanager
    def admission(self) -> Iterator[Connection]:
        """One transaction over the queued runs of all clients; rolled back on any error.

        Raises DatabaseUnavailable.
        """
        with self._transaction(self._urls.admission, ADMISSION_CONNECTIONS_MAX) as connection:
            yield connection

    @contextmanager
    def identity(self) -> Iterator[Connection]:
        """One transaction over the credentials of all clients; rolled back on any error.

        Raises DatabaseUnavailable.
        """
        with self._transaction(self._urls.identity, IDENTITY_CONNECTIONS_MAX) as connection:
            yield connection

    @contextmanager
    def housekeeping(self, client_id: str | None = None) -> Iterator[Connection]:
        """One transaction that may delete rows of this client, or drop months; else rolled back.

        Without a client it sees no client's rows. Raises DatabaseUnavailable and TableInUse.
        """
        try:
            with self._transaction(
                self._urls.housekeeping, HOUSEKEEPING_CONNECTIONS_MAX
            ) as connection:
                connection.execute(
                    "select set_config('app.client_id', %s, true)", (client_id or "",)
                )
                connection.execute(f"set local lock_timeout = '{LOCK_SECONDS_MAX}s'")
                yield connection
        except LockNotAvailable as error:
            raise TableInUse(
                f"client {client_id}: what is to be deleted was locked by others for "
                f"{LOCK_SECONDS_MAX} s; do it again"
            ) from error

    @contextmanager
    def dagster(self) -> Iterator[Connection]:
        """One transaction on Dagster's own storage; rolled back on any error.

        Raises DatabaseUnavailable.
        """
        with self._transaction(self._urls.dagster, HOUSEKEEPING_CONNECTIONS_MAX) as connection:
            yield connection

    def close(self) -> None:
        """Closes all connections of this process; the next use opens fresh ones."""
        own = [key for key in self._pools if key[0] == os.getpid()]
        for key in own:
            self._pools.pop(key).close()

    @contextmanager
    def _transaction(self, url: str, connections_max: int) -> Iterator[Connection]:
        pool = self._pool(url, connections_max)
        connection: Connection | None = None
        try:
            with pool.connection() as connection:
                yield connection
        except PoolTimeout as error:
            raise unavailable(url, self._why_none_came(pool)) from error
        except OperationalError as error:
            is_of_server = isinstance(error, AdminShutdown | CrashShutdown)
            if not is_of_server and (connection is None or not connection.closed):
                raise  # it is about the statement
            raise unavailable(url, "the connection broke, its transaction is undone") from error

    def _why_none_came(self, pool: ConnectionPool[Connection]) -> str:
        statistics = pool.get_stats()
        waited = f"no connection within {self._timeout_seconds:g} s"
        if statistics.get("connections_errors"):
            return f"{waited}: the server does not answer or refuses the login"
        return f"{waited}: all {statistics['pool_max']} are in use"

    def _pool(self, url: str, connections_max: int) -> ConnectionPool[Connection]:
        key = (os.getpid(), url)
        if key not in self._pools:
            fresh = ConnectionPool(
                url,
                min_size=0,
                max_size=connections_max,
                open=False,
                check=ConnectionPool.check_connection,
                timeout=self._timeout_seconds,
            )
            self._pools.setdefault(key, fresh)
        pool = self._pools[key]
        pool.open()
        return pool


def unavailable(url: str, problem: str) -> DatabaseUnavailable:
    """The error about a database that cannot be reached, without the password of its URL."""
    target = conninfo_to_dict(url)
    return DatabaseUnavailable(
        f"database {target.get('dbname')} at {target.get('host')} as {target.get('user')}: "
        f"{problem}; check that the server runs and that DATABASE_URL, if set, is right"
    )
