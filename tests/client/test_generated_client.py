"""A client that `openapi-python-client` makes of our document runs a whole session."""

from __future__ import annotations

import io
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from resources.postgres.database import Database
from resources.settings import PROJECT_DIR
from tests.api.case_scene import CaseScene, flag_cases
from tests.api.conftest import CONFIG, CallerOf
from tests.support.photos import encoded, product

# As docs/clients.md gives it; formatting what was made would take longer than making it.
SETTINGS = (PROJECT_DIR / "docs" / "samples" / "openapi-python-client.yml").read_text()


@pytest.fixture
def generated(http: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "openapi.json").write_text(http.get("/openapi.json").text)
    (tmp_path / "settings.yml").write_text(SETTINGS + "post_hooks: []\n")
    made = subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"),
            *("--path", "openapi.json", "--config", "settings.yml"),
            *("--output-path", "generated", "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def operation(tag: str, name: str) -> Any:
    return import_module(f"generated.api.{tag}.{name}").sync_detailed


def test_a_generated_client_runs_a_whole_session(
    generated: Path, http: httpx.Client, caller_of: CallerOf, database: Database
) -> None:
    key = caller_of("acme", "admin").key
    scene = flag_cases(database, "acme", 3)
    models: Any = import_module("generated.models")
    kinds: Any = import_module("generated.types")
    made: Any = import_module("generated").AuthenticatedClient(str(http.base_url), key)
    with made as client:
        session(client, scene, models, kinds)


def session(client: Any, scene: CaseScene, models: Any, kinds: Any) -> None:
    config = models.ClientConfigDocument.from_dict(CONFIG)
    saved = operation("config", "put_config")("acme", client=client, body=config, if_match="1")
    assert (saved.status_code, saved.parsed.version) == (200, 2)

    photo = kinds.File(io.BytesIO(encoded(product(1), "PNG")))
    added = operation("references", "add_reference")(
        "acme", client=client, body=photo, file_name="a.png"
    )
    assert (added.status_code, added.parsed.media_type) == (201, "image/png")

    wanted = models.NewScan(providers=[models.NewScanProvidersType0Item("ebay")])
    scan = operation("scans", "request_scan")("acme", client=client, body=wanted).parsed
    assert scan.state.value == "queued"
    cancelled = operation("scans", "cancel_scan")("acme", scan.scan_id, client=client).parsed
    assert cancelled.state.value == "cancelled"

    page = operation("cases", "list_cases")("acme", client=client, limit=2).parsed
    rest = operation("cases", "list_cases")("acme", client=client, cursor=page.next_cursor).parsed
    assert {case.case_id for case in [*page.items, *rest.items]} == set(scene.case_ids)
    verdict = models.NewDecisionDecision("infringing")
    body = models.NewDecision(decision=verdict, version=1, reason="copied photo")
    decide = operation("cases", "decide_case")
    decided = decide("acme", scene.case_ids[0], client=client, body=body)
    assert decided.parsed.decisions[0].reason == "copied photo"
    stale = decide("acme", scene.case_ids[0], client=client, body=body)
    assert (stale.status_code.value, stale.parsed.type_[-10:]) == (409, "stale-case")

    polled = operation("events", "poll_events")("acme", client=client, limit=500).parsed
    told = {type(event).__name__ for event in polled.events}
    assert {"ScanRequestedEvent", "ScanFinishedEvent", "CaseDecidedEvent"} <= told
    (known,) = [event for event in polled.events if type(event).__name__ == "CaseDecidedEvent"]
    assert UUID(str(known.body.case_id)) == scene.case_ids[0]
