from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from resources.analytics.session import (
    Bounds,
    ForeignObject,
    ParquetObject,
    ParquetTable,
    QueryRefused,
    Session,
    open_session,
)
from resources.objects.store import ObjectStore

OWN, FOREIGN = "clients/acme/a.parquet", "clients/beta/b.parquet"


def parquet(**columns: list[object]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(columns).write_parquet(buffer)
    return buffer.getvalue()


IN_MEMORY = pl.DataFrame({"word": ["in memory"]})


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    objects = ObjectStore(str(tmp_path / "objects"))
    objects.put_once(OWN, parquet(word=["own"]))
    objects.put_once(FOREIGN, parquet(word=["foreign"]))
    return objects


def table_of(objects: ObjectStore, *keys: str) -> ParquetTable:
    found = [ParquetObject(key, len(objects.get(key))) for key in keys]
    empty = io.BytesIO()
    pl.DataFrame(schema={"word": pl.String, "later": pl.Int64}).write_parquet(empty)
    return ParquetTable("words", empty.getvalue(), found)


@pytest.fixture
def session(objects: ObjectStore) -> Iterator[Session]:
    with open_session(objects, "acme", [table_of(objects, OWN)], Bounds()) as opened:
        yield opened


def test_a_view_has_the_rows_and_the_columns_that_objects_lack(session: Session) -> None:
    answer = session.answer("SELECT * FROM words", 10)
    assert answer.columns == ("word", "later")
    assert answer.rows == (("own", None),)
    assert not answer.is_cut


def test_only_the_first_rows_are_given(session: Session) -> None:
    answer = session.answer("SELECT * FROM range(10)", 3)
    assert [row[0] for row in answer.rows] == [0, 1, 2]
    assert answer.is_cut


def escapes(folder: Path) -> list[str]:
    store = folder / "objects"
    return [
        f"SELECT * FROM read_parquet('{store / FOREIGN}')",
        f"SELECT * FROM '{store / FOREIGN}'",
        f"SELECT * FROM read_parquet('{store / OWN}')",
        f"SELECT * FROM read_parquet('objects://{FOREIGN}')",
        f"SELECT * FROM read_parquet('objects://clients/acme/../beta/{Path(FOREIGN).name}')",
        "SELECT * FROM read_parquet('objects://*/*/*.parquet')",
        "SELECT * FROM glob('objects://**')",
        "SELECT * FROM glob('/**')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM read_json('https://example.com/x.json')",
        "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
        "SELECT getenv('HOME')",
        "SELECT * FROM IN_MEMORY",  # a variable of this module
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM query('COPY words TO ''/tmp/x''')",
        f"COPY words TO '{folder / 'written.csv'}'",
        f"COPY words TO 'objects://{OWN}'",
        f"COPY (SELECT 1) TO '{store / OWN}'",
        f"ATTACH '{folder / 'x.db'}'",
        f"EXPORT DATABASE '{folder / 'all'}'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "RESET allowed_paths",
        "PRAGMA database_list",
        "CREATE TABLE t AS SELECT 1",
        "CREATE OR REPLACE VIEW words AS SELECT 1",
        "DROP VIEW words",
        "CREATE SECRET (TYPE s3)",
        "SELECT 1; COPY words TO '/tmp/x'",
        "EXPLAIN ANALYZE COPY words TO '/tmp/x'",
        "",
    ]


def test_nothing_else_can_be_read_or_written(session: Session, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for query in escapes(tmp_path):
        with pytest.raises(QueryRefused):
            session.answer(query, 10)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert session.answer("SELECT word FROM words", 10).rows == (("own",),)


def test_the_same_is_refused_where_the_statement_is_ours(session: Session, tmp_path: Path) -> None:
    """The lock holds by itself: that only a SELECT is taken is a second one before it."""
    reaching = ("FROM '", "read_", "glob", "COPY", "ATTACH", "EXPORT", "LOAD", "SET ", "INSTALL")
    for query in filter(lambda query: any(r in query for r in reaching), escapes(tmp_path)):
        with pytest.raises(QueryRefused):
            session.rows(query)


def test_a_session_over_another_client_is_not_opened(objects: ObjectStore) -> None:
    tables = [table_of(objects, OWN, FOREIGN)]
    with (
        pytest.raises(ForeignObject, match="clients/beta"),
        open_session(objects, "acme", tables, Bounds()),
    ):
        pass


def test_a_query_ends_in_time(objects: ObjectStore) -> None:
    bounds = Bounds(seconds=0.2)
    with open_session(objects, "acme", [table_of(objects, OWN)], bounds) as session:
        with pytest.raises(QueryRefused, match=r"took over 0\.2 s"):
            session.answer("SELECT count(*) FROM range(10000000000) AS a, range(1000) AS b", 1)
        assert session.answer("SELECT 1", 1).rows == ((1,),)


def test_a_query_stays_within_its_memory(objects: ObjectStore) -> None:
    bounds = Bounds(memory_mb=64)
    with (
        open_session(objects, "acme", [table_of(objects, OWN)], bounds) as session,
        pytest.raises(QueryRefused, match="Out of Memory"),
    ):
        session.answer("SELECT list(range) FROM range(100000000)", 1)
