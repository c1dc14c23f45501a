"""The package of docs/providers.md: installed, known everywhere, scanned with, and taken away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import dagster as dg
import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.listing import Rank
from infringement_dagster.scans.admit_runs import pass_over_queue
from infringement_dagster.scans.request import (
    NoSuchSearch,
    request_rescore,
    request_scan,
    searched_providers,
)
from resources.postgres.cases import case_store
from resources.postgres.clients import client_store
from resources.postgres.listings import history_query, listing_store
from resources.postgres.scans import rescore_store, scan_store
from resources.postgres.scans.records import ScanRow
from resources.providers.registry import installed
from resources.providers.sandbox.catalogue import Catalogue
from resources.settings import PROJECT_DIR
from sensors.scan_watch import watch_once
from tests.api.conftest import make_key, serving
from tests.support.installation import Installation, demo_client
from tests.support.kelmarkt import built_wheel, installed_into, written_example
from tests.support.wire_server import WireServer, answer, wire_server

CLIENT = "kelvarra"
PROVIDER = "kelmarkt"
KEY = "k3y-of-kelmarkt"
CONFIG: dict[str, object] = {
    **demo_client(CLIENT).config,
    "searches": {
        "ebay": {"queries": ["kelvarra"]},
        PROVIDER: {"queries": ["mug"], "marketplace": "de", "pages_max": 1, "details_max": 1},
    },
}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example, its wheel, and that wheel installed into `site`."""
    folder = tmp_path_factory.mktemp("example")
    wheel = built_wheel(written_example(folder / "package"))
    installed_into(folder / "site", wheel)
    return folder


def with_example(example: Path, **further: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(example / "site"), **further}


def command(example: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("infringement"), *arguments],
        env=with_example(example),
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT_DIR,
    )


def test_the_example_of_the_docs_conforms(example: Path) -> None:
    captures = str(example / "package/captures")
    done = command(example, "providers", "check", PROVIDER, "--captures", captures, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    results = json.loads(done.stdout)
    assert [result["problems"] for result in results] == [[]] * len(results)
    elsewhere = command(example, "providers", "check", PROVIDER, "--captures", str(example))
    assert "kelmarkt-search-WORDS-page1.json" in elsewhere.stderr


def test_a_plug_in_that_cannot_be_loaded_is_named_and_hides_no_other(
    example: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "site"
    installed_into(broken, next((example / "package/dist").glob("*.whl")))
    (broken / "kelmarkt.py").write_text("import nothing_of_this_name")
    environment = {**os.environ, "PYTHONPATH": str(broken)}
    listed = subprocess.check_output(
        [Path(sys.executable).with_name("infringement"), "providers", "list", "--json"],
        env=environment,
        text=True,
        stderr=subprocess.DEVNULL,
    )
    told = json.loads(listed)
    assert [one["name"] for one in told["providers"]] == list(installed().names)
    (lost,) = told["unusable"]
    assert (lost["name"], lost["package"]) == (PROVIDER, "infringement-kelmarkt")
    assert "nothing_of_this_name" in lost["reason"]


@dataclass(frozen=True, slots=True)
class Plugged:
    """An installation that has scanned with the package, as it is after that was taken away."""

    installed: Installation
    server: WireServer
    told: dict[str, Any]

    def scan(self) -> ScanRow:
        with self.installed.database.client(CLIENT) as c:
            return scan_store.get_scan(c, CLIENT, UUID(self.told["scan_id"]))


@pytest.fixture
def plugged(
    example: Path, kelvarra: Installation, sandbox_url: str, tmp_path: Path
) -> Iterator[Plugged]:
    """The scan runs in a process of its own, the only one that finds the package."""
    copy = next(
        item
        for item in Catalogue().find("ebay", CLIENT)
        if "Kelvarra" in item.title and item.listing_id in Catalogue().planted(CLIENT)
    )
    page = json.loads((example / "package/captures/kelmarkt-search-mug-page1.json").read_text())
    page["offers"][0] |= {
        "title": copy.title,
        "price": "9,90",
        "photo": f"{sandbox_url}/photos/{copy.photos[0]}",
    }
    page["offers"][1]["photo"] = None
    detail = (example / "package/captures/kelmarkt-listing-4100001-1.json").read_bytes()
    config = tmp_path / "config.json"
    config.write_text(json.dumps(CONFIG))
    with wire_server(answer(json.dumps(page).encode()), answer(detail)) as server:
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.plugged_in", CLIENT, PROVIDER, str(config)],
            env=with_example(example, KELMARKT_URL=server.url, KELMARKT_KEY=KEY),
            capture_output=True,
            text=True,
            check=False,
            cwd=PROJECT_DIR,
        )
        assert done.returncode == 0, done.stderr
        yield Plugged(kelvarra, server, json.loads(done.stdout.splitlines()[-1]))


def test_a_package_comes_scans_and_goes(plugged: Plugged) -> None:
    """One scenario: most of its time is the process with the package."""
    is_known_everywhere(plugged.told)
    has_scanned(plugged)
    its_history_is_read(plugged)
    its_queued_run_fails_and_holds_up_no_other(plugged)


def is_known_everywhere(told: dict[str, Any]) -> None:
    everywhere = [*installed().names, PROVIDER]
    assert told["partitions"] == told["config"] == told["api"] == told["limits"] == everywhere
    assert "Searches at Kelmarkt" in told["page"]
    assert told["faults"][0] == []
    assert told["faults"][1] == [
        {
            "pointer": "/searches/kelmarkt/marketplace",
            "message": "Kelmarkt has no marketplace 'com'; use one of: de, ch",
        }
    ]
    assert (told["success"], told["credits_at_most"]) == (True, 1 + 2)


def has_scanned(plugged: Plugged) -> None:
    (run,) = plugged.scan().runs
    assert (run.provider, run.credits_charged) == (PROVIDER, 1 + 2)
    search, listing_page = plugged.server.requests
    assert search.startswith("GET /v1/offers?q=mug&page=1&country=de ")
    assert listing_page.startswith("GET /v1/offers/4100001?country=de ")
    assert f"x-api-key: {KEY}" in search
    with plugged.installed.database.client(CLIENT) as c:
        listing = listing_store.get_listing(c, CLIENT, PROVIDER, "4100001")
        cases = case_store.list_cases(c, CLIENT, 10, origin="flagged")
        (vendor,) = c.execute("SELECT DISTINCT vendor FROM provider_usage").fetchone() or ("",)
        rank = history_query.rank_of(c, CLIENT, PROVIDER, "4100001")
    assert rank == Rank("mug", 1, 1)
    assert (listing.price_low, listing.currency) == (Decimal("9.90"), "EUR")
    assert (listing.brand, listing.condition) == ("Kelvarra", "new")
    assert [case.listing_id for case in cases] == ["4100001"]
    assert vendor == PROVIDER


def its_history_is_read(plugged: Plugged) -> None:
    database = plugged.installed.database
    with database.client(CLIENT) as c:
        config = load_client_config(c, CLIENT)
        assert (set(config.searches), searched_providers(config)) == ({"ebay", PROVIDER}, ["ebay"])
        with pytest.raises(NoSuchSearch, match=f"no search at {PROVIDER}"):
            request_scan(c, CLIENT, [PROVIDER], requested_by="tests")
    with database.client(CLIENT) as c, pytest.raises(rescore_store.NothingStored):
        request_rescore(c, CLIENT, "tests")
    key = make_key(database, CLIENT, "admin")
    app = create_app(plugged.installed.urls, plugged.installed.objects, ApiSettings(port=0))
    with serving(app, ApiSettings(port=0)) as url:
        read(url, key, plugged.scan())


def read(url: str, key: str, scan: ScanRow) -> None:
    """Reads all that was stored of the provider, as programs and as people do."""
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=30) as http:
        told = http.get("/v1/providers")
        assert told.status_code == 200, told.text
        named = {provider["name"] for provider in told.json()["providers"]}
        assert PROVIDER not in named
        of_client = f"/v1/clients/{CLIENT}"
        for what in ("cases", "listings"):
            found = http.get(f"{of_client}/{what}", params={"provider": PROVIDER})
            assert {one["provider"] for one in found.json()["items"]} == {PROVIDER}, what
        (case,) = http.get(f"{of_client}/cases", params={"origin": "flagged"}).json()["items"]
        page = http.get(f"/clients/{CLIENT}/cases/{case['case_id']}").text
        assert "first for “<bdi>mug</bdi>” on kelmarkt" in page
        for path in (
            f"{of_client}/cases/{case['case_id']}",
            f"{of_client}/cases/{case['case_id']}/bundle",
            f"{of_client}/scans/{scan.scan_id}",
            f"{of_client}/config",
            f"{of_client}/summary",
            f"{of_client}/usage",
            f"/clients/{CLIENT}/cases/{case['case_id']}",
            f"/clients/{CLIENT}/cases?provider={PROVIDER}",
            f"/clients/{CLIENT}/scans/{scan.scan_id}",
            f"/clients/{CLIENT}/config",
        ):
            shown = http.get(path)
            assert shown.status_code == 200, (path, shown.text)
            assert path.endswith("bundle") or PROVIDER in shown.text, path


def its_queued_run_fails_and_holds_up_no_other(plugged: Plugged) -> None:
    database = plugged.installed.database
    with database.client(CLIENT) as c:
        newest = client_store.load_config(c, CLIENT)
        asked = scan_store.queue_scan(
            c,
            CLIENT,
            ["ebay", PROVIDER],
            trigger="request",
            requested_by="tests",
            config_version=newest.version,
        )
    with database.admission() as c:
        passed = pass_over_queue(c)
    assert [run.provider for run in passed.admitted] == ["ebay"]
    with dg.DagsterInstance.from_config(str(PROJECT_DIR)) as instance:
        watch_once(instance, database)
    with database.client(CLIENT) as c:
        runs = {run.provider: run for run in scan_store.get_scan(c, CLIENT, asked.scan_id).runs}
    assert (runs["ebay"].state, runs[PROVIDER].state) == ("admitted", "failed")
    assert "is not installed any more" in str(runs[PROVIDER].error)
