"""Dagster's Postgres storage over one small connection pool a process.

It asks the server's catalog which columns there are before many of them, half of the server's CPU
in a small run; here each is asked for once.
"""

from __future__ import annotations

import os
import select
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from dagster_postgres.storage import DagsterPostgresStorage
from dagster_postgres.utils import pg_url_from_config
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.exc import DisconnectionError

from infringement_dagster.engine.own_database import supply_database

if TYPE_CHECKING:
    from dagster._serdes import ConfigurableClassData

# So many stay open; a busy daemon has six threads of sensors and four of its queue.
_KEPT_CONNECTIONS_MAX = 5
_CONNECTIONS_MAX = 12
_RECYCLED_AFTER_SECONDS = 1800


class RememberingDialect(PGDialect_psycopg2):
    """The dialect, which asks for Dagster's tables and their columns once.

    Dagster makes all its tables before this dialect is used, and its migrations want its processes
    stopped, so an answer holds as long as a process.
    """

    supports_statement_cache = True

    def __init__(self, **named: Any) -> None:
        # Nothing of Dagster's is an hstore, and its type would be looked up by each connection.
        super().__init__(**named, use_native_hstore=False)  # type: ignore[no-untyped-call]
        self._columns: dict[str, Any] = {}
        self._tables: list[str] | None = None

    def get_table_names(self, connection: Any, *rest: Any, **named: Any) -> list[str]:
        """The tables that were there at the first question."""
        if self._tables is None:
            found = super().get_table_names(connection, *rest, **named)  # type: ignore[no-untyped-call]
            self._tables = list(found)
        return self._tables

    def has_table(self, connection: Any, table_name: str, *_: Any, **__: Any) -> bool:
        """True when the table is among them."""
        return table_name in self.get_table_names(connection)

    def get_columns(self, connection: Any, table_name: str, *rest: Any, **named: Any) -> Any:
        """The table's columns as they were at the first question."""
        if table_name not in self._columns:
            asked = super().get_columns(connection, table_name, *rest, **named)  # type: ignore[no-untyped-call]
            self._columns[table_name] = asked
        return self._columns[table_name]


registry.register("postgresql.remembering", __name__, RememberingDialect.__name__)


class PooledPostgresStorage(DagsterPostgresStorage):
    """The three storages of an instance over the connections of this process."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        known = (os.getpid(), postgres_url) in _made or _forked_for_a_run
        super().__init__(postgres_url, should_autocreate_tables=not known, inst_data=inst_data)
        _made.add((os.getpid(), postgres_url))
        for part in (self._run_storage, self._event_log_storage, self._schedule_storage):
            if not hasattr(part, "_engine"):
                raise TypeError(f"{type(part).__name__} has no _engine: dagster-postgres changed")
            part._engine = _engine(os.getpid(), postgres_url)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> PooledPostgresStorage:
        """The storage that `dagster.yaml` describes, in a database found for it if need be."""
        named = config_value.keys() & {"postgres_url", "postgres_db"}
        url = pg_url_from_config(dict(config_value)) if named else supply_database()
        return cls(url, inst_data)


_made: set[tuple[int, str]] = set()
_forked_for_a_run = False


def expect_tables() -> None:
    """Spares the processes forked from this one the question whether Dagster's tables are there.

    Each of them executes a run, which is a row of one.
    """
    global _forked_for_a_run  # noqa: PLW0603 - a fact about the process
    _forked_for_a_run = True


@cache
def _engine(_: int, postgres_url: str) -> Engine:
    """The connections of the process with this id: code servers make an instance for each tick."""
    engine = create_engine(
        make_url(postgres_url).set(drivername="postgresql+remembering"),
        isolation_level="AUTOCOMMIT",
        pool_size=_KEPT_CONNECTIONS_MAX,
        max_overflow=_CONNECTIONS_MAX - _KEPT_CONNECTIONS_MAX,
        pool_recycle=_RECYCLED_AFTER_SECONDS,
        pool_use_lifo=True,
    )
    event.listen(engine, "checkout", _refuse_a_broken_one)
    return engine


def _refuse_a_broken_one(connection: Any, *_: object) -> None:
    """Makes the pool open another when the server has ended this one.

    A server that ends a connection closes its socket, which then can be read: one system call
    where a question to the server (`pool_pre_ping`) takes 0.2 ms, four hundred times a run.
    """
    socket = select.poll()
    socket.register(connection.fileno(), select.POLLIN)
    if socket.poll(0):
        raise DisconnectionError("the server ended the connection")
