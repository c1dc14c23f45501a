"""DuckDB sessions over one client's Parquet objects, closed to everything else."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import duckdb

from infringement_dagster.domain.errors import PermanentError
from resources.analytics.object_files import ObjectFiles, path_of
from resources.objects.keys import client_prefix
from resources.objects.store import ObjectStore

_EMPTY: Final = "empty/"  # beside `clients/`, where no object of anybody is
_OBJECTS: Final = "of_objects"  # a schema beside that of the views


class ForeignObject(PermanentError):
    """A session was to read an object that does not belong to its client."""


class QueryRefused(PermanentError):
    """DuckDB could not answer the query; the message holds its own words."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that a session may use; without a folder nothing is written to the disk."""

    memory_mb: int = 1024
    threads: int = 2
    seconds: float = 60.0
    spill_dir: Path | None = None


@dataclass(frozen=True, slots=True)
class ParquetObject:
    """An object of a table, and its values of the table's columns `of_object`."""

    key: str
    size_bytes: int
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class ParquetTable:
    """A view to be: its objects, and a Parquet file without rows that has all columns."""

    name: str
    empty: bytes
    objects: Sequence[ParquetObject]
    of_object: Mapping[str, str] = field(default_factory=dict)  # SQL type of what is no column yet
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The first rows of an answer; `is_cut` when there are more."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    is_cut: bool


class Session:
    """A locked DuckDB connection; each query ends after the bounds' seconds."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, files: ObjectFiles, seconds: float
    ) -> None:
        self._connection = connection
        self._files = files
        self._seconds = seconds

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """All rows of a statement of ours; raises QueryRefused, and as the object store does."""
        with self._in_time():
            return self._connection.execute(query, values or None).fetchall()

    def answer(self, query: str, rows_max: int) -> Answer:
        """The answer to a stranger's query, which must be one SELECT; raises QueryRefused."""
        with self._in_time():
            statements = self._connection.extract_statements(query)
            kinds = [statement.type for statement in statements]
            if kinds != [duckdb.StatementType.SELECT]:
                said = ", ".join(kind.name for kind in kinds) or "nothing"
                raise QueryRefused(f"give one SELECT: this is {said}")
            answered = self._connection.execute(statements[0])
            columns = tuple(str(column[0]) for column in answered.description)
            rows = answered.fetchmany(rows_max + 1)
        return Answer(columns, tuple(rows[:rows_max]), len(rows) > rows_max)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        timer = threading.Timer(self._seconds, self._connection.interrupt)
        timer.start()
        try:
            with _failures_told(self._files):
                yield
        except duckdb.InterruptException as error:
            raise QueryRefused(f"the query took over {self._seconds:g} s and was ended") from error
        finally:
            timer.cancel()


@contextmanager
def _failures_told(files: ObjectFiles) -> Iterator[None]:
    """Raises the store's own error where it is why DuckDB could not read, else QueryRefused."""
    try:
        yield
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise (files.failure or QueryRefused(str(error).strip())) from error


@contextmanager
def open_session(
    objects: ObjectStore, client_id: str, tables: Sequence[ParquetTable], bounds: Bounds
) -> Iterator[Session]:
    """A session with a view for each table, which reads these objects and nothing else.

    No file, no network, no extension, no other setting: the connection is locked before it is
    handed out. Raises ForeignObject, and what the object store raises.
    """
    given = [parquet for table in tables for parquet in table.objects]
    foreign = [p.key for p in given if not p.key.startswith(client_prefix(client_id))]
    if foreign:
        raise ForeignObject(f"client {client_id}: object {foreign[0]!r} is not its own")
    empties = {_empty_key(table): table.empty for table in tables}
    files = ObjectFiles(objects, {p.key: p.size_bytes for p in given}, empties)
    connection = duckdb.connect(config=_config(bounds))
    try:
        connection.register_filesystem(files)
        for statement in (*_SETTINGS, f"CREATE SCHEMA {_OBJECTS}"):
            connection.execute(statement)
        with _failures_told(files):
            for table in tables:
                _make_view(connection, table)
        _lock(connection, [path_of(key) for key in [*empties, *(p.key for p in given)]])
        yield Session(connection, files, bounds.seconds)
    finally:
        connection.close()


def _config(bounds: Bounds) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": f"{bounds.memory_mb}MB",
        "threads": bounds.threads,
        "temp_directory": str(bounds.spill_dir or ""),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,  # variables of this process are no tables
    }


_SETTINGS: Final = (
    "SET parquet_metadata_cache = true",
    "SET enable_progress_bar = false",  # it would stand in a command's answer
    "SET TimeZone = 'UTC'",
)
_LOCK: Final = ("SET enable_external_access = false", "SET lock_configuration = true")


def _lock(connection: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> None:
    connection.execute(f"SET allowed_paths = [{', '.join(map(_quoted, paths))}]")
    for statement in _LOCK:
        connection.execute(statement)


def _make_view(connection: duckdb.DuckDBPyConnection, table: ParquetTable) -> None:
    """The empty file gives the view its columns where objects lack some that later ones have."""
    paths = [path_of(_empty_key(table)), *(path_of(p.key) for p in table.objects)]
    read = f"read_parquet([{', '.join(map(_quoted, paths))}], union_by_name = true"
    if not table.of_object:
        connection.execute(f"CREATE VIEW {table.name} AS SELECT * FROM {read})")  # noqa: S608
        return
    named = ", ".join(f"{name} {kind}" for name, kind in table.of_object.items())
    connection.execute(f"CREATE TABLE {_OBJECTS}.{table.name} (filename VARCHAR, {named})")
    _insert(connection, table)
    left_out = ", ".join(("filename", *table.hidden))
    theirs = ", ".join(f"o.{name}" for name in table.of_object)
    connection.execute(
        f"CREATE VIEW {table.name} AS SELECT {theirs}, p.* EXCLUDE ({left_out}) "  # noqa: S608
        f"FROM {read}, filename = true) AS p JOIN {_OBJECTS}.{table.name} AS o USING (filename)"
    )


def _insert(connection: duckdb.DuckDBPyConnection, table: ParquetTable) -> None:
    rows = [[path_of(p.key), *p.values] for p in table.objects]
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"INSERT INTO {_OBJECTS}.{table.name} VALUES ({marks})", rows)  # noqa: S608


def _empty_key(table: ParquetTable) -> str:
    return f"{_EMPTY}{table.name}.parquet"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
