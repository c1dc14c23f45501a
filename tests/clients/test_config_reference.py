from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from infringement_dagster.clients.config_document import ClientConfigDocument
from infringement_dagster.clients.config_example import EVERY_FIELD, LEAST
from infringement_dagster.clients.config_faults import config_faults
from infringement_dagster.clients.config_reference import (
    config_schema,
    field_references,
    reference_tables,
)
from resources.settings import PROJECT_DIR

KINDS = ["one-brand", "everyday-word", "house-of-brands"]


def test_the_page_of_the_docs_is_what_the_model_says() -> None:
    page = (PROJECT_DIR / "docs/config.md").read_text()
    assert reference_tables() in page, "run `infringement config reference` into docs/config.md"


def test_every_field_says_what_it_is_and_does_and_has_an_example() -> None:
    fields = field_references()
    assert len(fields) > 50
    silent = [field.path for field in fields if not field.told or not field.score]
    assert silent == []
    assert [field.path for field in fields if field.example == "`null`"] == []


def test_the_examples_are_valid_under_model_and_schema() -> None:
    schema: dict[str, Any] = config_schema()
    validator = jsonschema_rs.validator_for(schema)
    examples = [json.loads(file(kind).read_text()) for kind in KINDS]
    for document in [EVERY_FIELD, LEAST, *examples]:
        assert config_faults(document) == []
        assert list(validator.iter_errors(document)) == []
    assert ClientConfigDocument.model_validate(EVERY_FIELD)
    wrong = [*validator.iter_errors({"brands": [{"name": "A"}], "colour": 1})]
    assert len(wrong) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_client_is_linked(kind: str) -> None:
    assert f"(configs/{kind}.json)" in (PROJECT_DIR / "docs/config.md").read_text()


def file(kind: str) -> Path:
    return PROJECT_DIR / f"docs/configs/{kind}.json"


NESTED = {"searches": {"amazon": {"queries": ["x"]}}}
WORDS = [
    (
        {**NESTED, "brands": [{"name": "A", "price_floor": {}}]},
        "/brands/0/price_floor",
        'price_floor needs amount and currency, for example {"amount": "29.00", "currency": "USD"}',
    ),
    (
        {**NESTED, "brands": [{"name": "A", "price_floor": {"amount": "29.00"}}]},
        "/brands/0/price_floor/currency",
        'price_floor needs currency, for example {"amount": "29.00", "currency": "USD"}',
    ),
    ({**NESTED, "brands": [{"name": ""}]}, "/brands/0/name", 'must not be empty, for example "Kel'),
    (
        {**NESTED, "brands": [{"name": "A", "price_floor": {"amount": "-1", "currency": "USD"}}]},
        "/brands/0/price_floor/amount",
        '"-1" cannot be used: it should be above 0, for example "29.00"',
    ),
    (
        {**NESTED, "brands": [{"name": "A", "price_floor": {"amount": 1, "currency": "euro"}}]},
        "/brands/0/price_floor/currency",
        '"euro" is not written as it should be: like "USD"',
    ),
    (
        {"brands": [{"name": "A"}], "searches": {"amazn": {"queries": ["x"]}}},
        "/searches/amazn",
        "there is no such provider; did you mean amazon? (providers: amazon, ebay",
    ),
    (
        {**NESTED, "brands": [{"name": "A", "mispellings": ["B"]}]},
        "/brands/0/mispellings",
        "there is no such field; did you mean misspellings? (fields: name, aliases",
    ),
    ({**NESTED, "brands": []}, "/brands", "needs at least one entry, for example"),
    (
        {**NESTED, "brands": "A"},
        "/brands",
        '"A" is text, it should be a list, for example',
    ),
    ({}, "", "the config needs brands and searches, for example {"),
]


@pytest.mark.parametrize(("document", "pointer", "message"), WORDS)
def test_a_fault_speaks_the_configs_language(
    document: dict[str, object], pointer: str, message: str
) -> None:
    (fault,) = config_faults(document)
    assert fault.pointer == pointer
    assert fault.message.startswith(message)
