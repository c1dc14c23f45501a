"""The API against its own OpenAPI document, with values nobody would send in good faith."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.permissions import OPERATIONS
from tests.api.conftest import CallerOf
from tests.api.operations import CALLS, Call, Ids, filled

CONFIG_FILE = Path(__file__).with_name("schemathesis.toml")
# FULL_TESTS=1 runs what the API promises, about 12 minutes of two cores for each seed.
FULL = os.environ.get("FULL_TESTS") == "1"
EXAMPLES, PHASES = (200, "examples,coverage,fuzzing,stateful") if FULL else (2, "fuzzing")
# Separated by commas, such as SCHEMATHESIS_SEEDS=1,2,3 SCHEMATHESIS_EXAMPLES=200.
SEEDS = os.environ.get("SCHEMATHESIS_SEEDS", "1,2,3" if FULL else "1").split(",")
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", EXAMPLES))


def test_the_document_names_every_operation_with_its_credential(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operations = [item for path in document["paths"].values() for item in path.values()]
    assert {operation["operationId"] for operation in operations} == OPERATIONS.keys()
    for entry in operations:
        assert bool(entry["security"]) == (OPERATIONS[entry["operationId"]] != "nobody")
        assert "application/problem+json" in entry["responses"]["default"]["content"]


@pytest.mark.timeout(5400 if FULL else 900)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_that_schemathesis_sends_breaks_a_promise(
    caller_of: CallerOf, tmp_path: Path, seed: str
) -> None:
    operator = caller_of("", "operator")
    caller_of("acme", "viewer")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG_FILE), "run"),
        f"{str(operator.http.base_url).rstrip('/')}/openapi.json",
        *("-H", f"Authorization: Bearer {operator.key}"),
        *("--phases", PHASES, "-n", str(EXAMPLES), "--seed", seed, "--continue-on-failure"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout[-30_000:] + done.stderr[-1000:]
    assert f"Tested: {len(OPERATIONS) - 2}" in done.stdout  # all but the two live streams


SURROGATE = "\\ud800"  # as JSON writes it; a URL holds its bytes, which are no UTF-8


def test_lone_surrogates_and_nul_in_any_place_are_refused_or_kept_but_never_break(
    caller_of: CallerOf,
) -> None:
    operator = caller_of("acme", "operator")
    caller_of("acme", "viewer")
    document = operator.http.get("/openapi.json").json()
    sent = 0
    for operation, asked in CALLS.items():
        if operation in {"stream_events", "stream_scan_events", "log_out"}:
            continue
        for nasty in ("%ED%A0%80", "%00"):
            for path in nasty_paths(document, asked, operation, nasty):
                check(operator.http, operator.key, asked.method, path, asked.json)
                sent += 1
        for body in nasty_bodies(asked.json):
            path = filled(asked, Ids("acme"))
            check(operator.http, operator.key, asked.method, path, None, body)
            sent += 1
    assert sent >= 200


def nasty_paths(document: dict[str, Any], asked: Call, operation: str, nasty: str) -> Iterator[str]:
    """The call's path with each of its ids, and each of its query parameters, spoilt."""
    ids = Ids("acme")
    for name in re.findall(r"\{(\w+)\}", asked.path):
        yield filled(Call("", asked.path.replace(f"{{{name}}}", nasty)), ids)
    known = [item for path in document["paths"].values() for item in path.values()]
    parameters = next(item for item in known if item["operationId"] == operation).get(
        "parameters", []
    )
    for parameter in parameters:
        if parameter["in"] == "query":
            yield f"{filled(asked, ids).partition('?')[0]}?{parameter['name']}={nasty}"


def nasty_bodies(json_body: object) -> Iterator[str]:
    """The call's body with each of its members spoilt, and as nothing but spoilt text."""
    fields: dict[str, object] = json_body if isinstance(json_body, dict) else {}
    for nasty in (SURROGATE, "\\u0000"):
        yield f'"{nasty}"'
        for name in fields:
            rest = {key: value for key, value in fields.items() if key != name}
            yield json.dumps(rest)[:-1] + (", " if rest else "") + f'"{name}": "{nasty}"}}'
            yield json.dumps(fields)[:-1] + f', "{nasty}": 1}}'


def check(
    http: httpx.Client, key: str, method: str, path: str, body: object, raw: str | None = None
) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    content = raw if raw is not None else None if body is None else json.dumps(body)
    answer = http.request(method, path, content=content, headers=headers)
    assert answer.status_code < 500, (method, path, raw, answer.text)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", (method, path)
