from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from infringement_dagster.clients.config_checks import CheckNotDone, ConfigChecks
from infringement_dagster.clients.config_document import ClientConfigDocument
from infringement_dagster.clients.config_faults import FAULTS_MAX, config_faults

GOOD: dict[str, object] = {
    "brands": [{"name": "Solvana"}],
    "searches": {"amazon": {"queries": ["solvana bottle"]}},
}
MEBIBYTE = 2**20
BAD: dict[str, dict[str, object]] = {
    "empty terms": {"fraud_terms": [""] * 300_000},
    "empty sellers": {"allowed_sellers": [""] * 20_000},
    "nested lists": {"fraud_terms": [[[]]] * 100_000},
    "unknown members": {f"key{number}": 1 for number in range(50_000)},
    "unknown providers": {"searches": {f"key{number}": {} for number in range(50_000)}},
    "unknown weights": {"weights": {f"key{number}": 1 for number in range(50_000)}},
    "empty brands": {"brands": [{}] * 200},
    "brands of unknown members": {"brands": [{f"k{n}": 1 for n in range(50)}] * 200},
    "a long number": {
        "brands": [{"name": "A", "price_floor": {"amount": "9" * MEBIBYTE, "currency": "USD"}}]
    },
    "a long text": {"schedule": {"time_zone": "x" * MEBIBYTE}},
    "a long cron": {"schedule": {"kind": "cron", "cron": "*," * 500_000}},
    "a long weight": {"weights": {"x" * MEBIBYTE: 1}},
}


@pytest.mark.parametrize("kind", BAD)
def test_a_check_takes_time_in_proportion_to_the_document(kind: str) -> None:
    began = time.process_time()
    faults = config_faults(GOOD | BAD[kind])
    assert time.process_time() - began < 2  # 0.4 s at the worst; the quadratic check took 46
    assert 1 <= len(faults) <= FAULTS_MAX
    assert sum(len(fault.message) + len(fault.pointer) for fault in faults) < 20_000


def test_each_wrong_field_is_told_once_and_not_what_holds_it() -> None:
    faults = config_faults(GOOD | {"searches": {"amazon": {"queries": [""]}}, "colour": "red"})
    assert {fault.pointer for fault in faults} == {"/searches/amazon/queries/0", "/colour"}


def test_a_weight_may_name_a_further_hash_of_the_document() -> None:
    named = {"further_hashes": ["average_hash_16"], "weights": {"average_hash_16": 3}}
    assert config_faults({**GOOD, **named}) == []
    (other,) = config_faults({**GOOD, **named, "weights": {"average_hash_32": 3}})
    assert other.pointer == "/weights/average_hash_32"
    assert "did you mean average_hash_16?" in other.message


def test_an_unknown_hash_is_answered_with_those_that_exist() -> None:
    (fault,) = config_faults({**GOOD, "further_hashes": ["whash", "wash"]})
    assert fault.pointer == "/further_hashes/1"
    assert fault.message.startswith("there is no hash 'wash'; did you mean whash? (hashes: ")
    assert "crop_resistant_hash" in fault.message


def test_the_schema_says_every_bound() -> None:
    unbounded = list(_unbounded(ClientConfigDocument.model_json_schema(), ""))
    assert unbounded == []


def _unbounded(schema: Any, place: str) -> Iterator[str]:
    """Places of lists, texts and maps whose size the schema leaves open."""
    if isinstance(schema, list):
        for item in schema:
            yield from _unbounded(item, place)
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    told = {"array": "maxItems", "string": "maxLength"}.get(str(kind))
    is_open_map = (
        kind == "object"
        and "additionalProperties" in schema
        and (schema["additionalProperties"] is not False)
    )
    closed = {"enum", "const", "pattern"} & schema.keys()
    if (told and told not in schema and not closed) or (
        is_open_map and "maxProperties" not in schema
    ):
        yield place
    for name, inner in schema.items():
        if name == "anyOf" and "maxLength" in schema:
            continue  # bounds whichever of them is a text
        yield from _unbounded(inner, f"{place}/{name}")


@pytest.fixture
def checks() -> Iterator[ConfigChecks]:
    made = ConfigChecks()
    yield made
    made.close()


def test_documents_are_checked_in_another_process_one_after_the_other(
    checks: ConfigChecks,
) -> None:
    assert checks.faults_of(GOOD) == []
    (fault,) = checks.faults_of(GOOD | {"colour": "red"})
    assert fault.pointer == "/colour"
    assert checks.faults_of(json.loads(json.dumps(GOOD))) == []


def test_a_check_that_hangs_ends_itself() -> None:
    checks = ConfigChecks(seconds=0.3, process="tests.clients.hanging_check")
    try:
        assert checks.faults_of({"hang": False}) == []  # so that its process has started
        began = time.monotonic()
        with pytest.raises(CheckNotDone):
            checks.faults_of({"hang": True})
        assert time.monotonic() - began < 20  # whoever asks gives up after 30
    finally:
        checks.close()


def test_a_check_that_hangs_is_ended_and_the_next_is_done() -> None:
    checks = ConfigChecks(seconds=0.3, process="tests.clients.hanging_check")
    try:
        for _ in range(4):  # more than there are processes
            with pytest.raises(CheckNotDone, match=r"not checked within 0\.3 s"):
                checks.faults_of({"hang": True})
        assert checks.faults_of({"hang": False}) == []
    finally:
        checks.close()
