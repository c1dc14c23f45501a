"""The API against its own OpenAPI document, with values nobody would send in good faith."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from api.permissions import OPERATIONS
from tests.api.conftest import CallerOf

CONFIG_FILE = Path(__file__).with_name("schemathesis.toml")
# FULL_TESTS=1 runs what the API promises, 6 minutes of two cores.
FULL = os.environ.get("FULL_TESTS") == "1"
EXAMPLES, PHASES = (100, "examples,coverage,fuzzing") if FULL else (2, "fuzzing")


def test_the_document_names_every_operation_with_its_credential(http: httpx.Client) -> None:
    document = http.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert {one["operationId"] for one in operations} == OPERATIONS.keys()
    for one in operations:
        assert bool(one["security"]) == (OPERATIONS[one["operationId"]] != "nobody")
        assert "application/problem+json" in one["responses"]["default"]["content"]


@pytest.mark.timeout(900)
def test_nothing_that_schemathesis_sends_breaks_a_promise(
    caller_of: CallerOf, tmp_path: Path
) -> None:
    operator = caller_of("", "operator")
    caller_of("acme", "viewer")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG_FILE), "run"),
        f"{str(operator.http.base_url).rstrip('/')}/openapi.json",
        *("-H", f"Authorization: Bearer {operator.key}"),
        *("--phases", PHASES, "-n", str(EXAMPLES), "--continue-on-failure"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert f"Tested: {len(OPERATIONS) - 2}" in done.stdout  # all but the two live streams
