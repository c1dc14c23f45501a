"""Kept verdicts are read where they can be; what cannot be read counts as not there."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import polars as pl
import pytest

from infringement_dagster.domain.listing import Provider
from infringement_dagster.snapshots.verdicts import (
    VERDICTS,
    VerdictLookup,
    VerdictSpool,
    newest_verdicts,
    verdicts_frame,
    verdicts_of_history,
)
from resources.objects.store import ObjectStore
from resources.postgres.clients.client_store import add_client, save_config
from resources.postgres.database import Database
from resources.postgres.scans import snapshot_store
from tests.support.scene import ask_for_scan
from tests.support.snapshots import keep_table

AMAZON: Provider = "amazon"
NOW, BEFORE = "aa", "bb"  # digests of references


def key(photo: str, against: str = NOW) -> str:
    return f"{photo}/{against}/features"


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    return ObjectStore(str(tmp_path / "objects"))


def a_scan(database: Database) -> UUID:
    with database.client("acme") as c:
        return ask_for_scan(c, "acme", AMAZON)


@pytest.fixture
def kept(database: Database, objects: ObjectStore) -> VerdictLookup:
    """Those of three scans, the last of which saw one photo of the first again."""
    with database.client("acme") as c:
        add_client(c, "acme", "Acme")
        save_config(c, "acme", {"brands": []}, "tests")
    for documents in (
        {key("gone"): "1", key("stays"): "2"},
        {key("other", BEFORE): "3"},
        {key("stays"): "2", key("new"): "4"},
    ):
        keep_table(database, objects, "acme", a_scan(database), VERDICTS, verdicts_frame(documents))
    return newest_verdicts(database, objects, "acme", AMAZON)


def test_the_newest_run_has_those_of_its_photos(kept: VerdictLookup) -> None:
    asked = [key("stays"), key("new"), key("gone"), key("new", BEFORE)]
    assert kept.documents(asked) == {key("stays"): "2", key("new"): "4"}
    assert kept.documents([]) == {}


def test_all_runs_together_have_those_against_the_same_references(
    database: Database, objects: ObjectStore, kept: VerdictLookup
) -> None:
    every = verdicts_of_history(database, objects, "acme", AMAZON, NOW)
    asked = [key("stays"), key("new"), key("gone"), key("other", BEFORE)]
    assert every.documents(asked) == {key("gone"): "1", key("stays"): "2", key("new"): "4"}
    assert kept.documents([key("gone")]) == {}


def test_a_provider_and_a_client_without_any_have_none(
    database: Database, objects: ObjectStore, kept: VerdictLookup
) -> None:
    assert kept.documents([key("new")])
    assert newest_verdicts(database, objects, "acme", "ebay").documents([key("new")]) == {}
    every = verdicts_of_history(database, objects, "acme", "ebay", NOW)
    assert every.documents([key("new")]) == {}


@pytest.mark.parametrize(
    "table",
    [
        pl.DataFrame({"listing_id": ["1"]}),
        pl.DataFrame({"key": [1], "verdict": [{"a": 1}]}),
        pl.DataFrame({"key": [key("new")], "verdict": [None]}),
    ],
)
def test_a_table_of_something_else_has_none(
    database: Database, objects: ObjectStore, kept: VerdictLookup, table: pl.DataFrame
) -> None:
    assert kept.documents([key("new")])
    keep_table(database, objects, "acme", a_scan(database), VERDICTS, table)
    assert newest_verdicts(database, objects, "acme", AMAZON).documents([key("new")]) == {}
    every = verdicts_of_history(database, objects, "acme", AMAZON, NOW)
    assert every.documents([key("new")]) == {key("new"): "4"}


@pytest.mark.parametrize("content", [None, b"", b"no table"])
def test_an_object_that_is_gone_or_damaged_has_none(
    database: Database, objects: ObjectStore, kept: VerdictLookup, content: bytes | None
) -> None:
    assert kept.documents([key("new")])
    with database.client("acme") as c:
        row = snapshot_store.latest_snapshot(c, "acme", AMAZON, VERDICTS)
    assert row is not None
    objects.delete([row.object_key])
    if content is not None:
        objects.put_once(row.object_key, content)
    assert newest_verdicts(database, objects, "acme", AMAZON).documents([key("new")]) == {}
    every = verdicts_of_history(database, objects, "acme", AMAZON, NOW)
    assert every.documents([key("gone"), key("new")]) == {key("gone"): "1"}


def test_a_verdict_that_several_portions_ask_for_is_kept_once() -> None:
    spool = VerdictSpool()
    spool.add({key("a"): "1", key("b"): "2"})
    spool.add({key("b"): "2", key("c"): "3"})
    assert spool.unpacked().collect()["verdict"].to_list() == ["1", "2", "3"]
