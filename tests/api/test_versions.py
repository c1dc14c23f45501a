"""Within /v1 nothing is taken away and nothing new is asked for: held against what 1.1 had.

`UPDATE_CONTRACT=1` writes what is there now into `v1_contract.txt`, once an addition is to stay.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.app import Api
from api.openapi.words import members
from infringement_dagster.domain.event import EVENT_TYPES

CONTRACT = Path(__file__).with_name("v1_contract.txt")


@pytest.fixture
def document(app: Api) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    return read


def given(document: dict[str, Any]) -> Iterator[str]:
    """What callers may rely on, a line each."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"operation {operation['operationId']} {method.upper()} {path}"
            for parameter in operation.get("parameters", ()):
                yield f"parameter {operation['operationId']} {parameter['in']} {parameter['name']}"
    for schema, name, _ in members(document):
        yield f"member {schema}.{name}"
    yield from (f"event {name}" for name in EVENT_TYPES)


def asked(document: dict[str, Any]) -> Iterator[str]:
    """What callers must send, a line each."""
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                if parameter.get("required"):
                    yield f"needs {operation['operationId']} {parameter['name']}"
    for name, schema in document["components"]["schemas"].items():
        if name.startswith(("New", "Login", "Password")) or name.endswith("Change"):
            yield from (f"needs {name}.{member}" for member in schema.get("required", ()))


def test_nothing_is_taken_away_and_nothing_new_is_asked_for(document: dict[str, Any]) -> None:
    present = {*given(document), *asked(document)}
    if os.environ.get("UPDATE_CONTRACT") == "1":
        CONTRACT.write_text("\n".join(sorted(present)) + "\n")
    promised = set(CONTRACT.read_text().splitlines())
    taken = {line for line in promised - present if not line.startswith("needs ")}
    assert taken == set(), "these were promised within /v1"
    known = {line.split()[1].partition(".")[0] for line in promised}
    new_needs = {
        line
        for line in present - promised
        if line.startswith("needs ") and line.split()[1].partition(".")[0] in known
    }
    assert new_needs == set(), "whoever uses this now does not send it"


def test_what_is_promised_covers_what_there_is(document: dict[str, Any]) -> None:
    """Else a promise could be broken in the release after it was made."""
    promised = set(CONTRACT.read_text().splitlines())
    operations = {line for line in given(document) if line.startswith("operation ")}
    assert operations - promised == set(), "run with UPDATE_CONTRACT=1 to promise them"
