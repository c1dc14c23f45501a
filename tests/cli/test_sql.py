from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from infringement_dagster.cli import sql as command
from infringement_dagster.reporting.export_tables import export_tables
from infringement_dagster.snapshots.client_views import VIEWS
from resources.analytics.session import QueryRefused
from resources.objects.store import ObjectStore
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.database import Database
from tests.support.reported import AFTER, WEEK, told_client


@pytest.fixture
def folder(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the objects of clients acme and beta are."""
    monkeypatch.setattr(command, "open_database", lambda _settings: nullcontext(database))
    monkeypatch.setenv("OBJECT_STORE_URL", str(tmp_path / "objects"))
    for client_id in ("acme", "beta"):
        told_client(database, ObjectStore(str(tmp_path / "objects")), client_id)
    return tmp_path / "objects"


def test_an_analyst_asks_the_clients_own_tables(
    database: Database, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export_tables(database, ObjectStore(str(folder)), "acme", WEEK, AFTER)
    query = """
        SELECT decision, count(DISTINCT listing_id) AS listings, max(scanned_at) AS last_seen_at
        FROM listings JOIN cases USING (provider, listing_id) GROUP BY ALL ORDER BY ALL
    """
    command.sql(query, "acme", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert [(row["decision"], row["listings"]) for row in told] == [
        ("infringing", 3),
        ("not_infringing", 2),
        (None, 1),
    ]
    command.sql("SHOW TABLES", "acme", as_json=True)
    shown = [row["name"] for row in json.loads(capsys.readouterr().out)]
    assert shown == sorted(VIEWS)
    command.sql("SELECT title FROM listings", "acme", rows_max=2)
    printed = capsys.readouterr()
    assert printed.out.count("Bottle") == 2
    assert "the first 2 rows" in printed.err


def test_nothing_of_another_client_is_reached(database: Database, folder: Path) -> None:
    foreign = next(path for path in folder.rglob("*.parquet") if "beta" in path.parts)
    key = foreign.relative_to(folder)
    for source in (foreign, f"objects://{key}", folder / "clients/*/snapshots/*/*/*.parquet"):
        with pytest.raises(QueryRefused, match="disabled by configuration"):
            command.sql(f"SELECT * FROM read_parquet('{source}')", "acme")
    with pytest.raises(QueryRefused, match="give one SELECT"):
        command.sql(f"COPY listings TO '{folder / 'out.csv'}'", "acme")
    with pytest.raises(UnknownClient):
        command.sql("SELECT 1", "nobody")
