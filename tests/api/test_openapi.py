"""The OpenAPI document: valid, complete in words and examples, as Spectral would have it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource

from api.app import Api
from api.openapi.document import TAGS
from api.openapi.typescript import typescript
from api.openapi.words import members, read_words
from infringement_dagster.clients.webhooks.changes import HOOKED_TYPES
from infringement_dagster.domain.event import EVENT_TYPES, HAPPENINGS

Document = dict[str, Any]


@pytest.fixture
def document(app: Api) -> Document:
    read: Document = json.loads(json.dumps(app.openapi()))
    return read


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            yield path, operation


def parts(value: object) -> Iterator[Document]:
    """Every object within the value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from parts(inner)


def test_the_document_is_valid_and_served_as_it_is(document: Document, http: httpx.Client) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert http.get("/openapi.json").json() == document


# The rules of `spectral:oas` that can apply here, by their names; Spectral itself needs Node.
def broken_rules(path: str, operation: Document, declared: set[str]) -> Iterator[str]:
    told = [(item["in"], item["name"]) for item in operation.get("parameters", ())]
    in_path = {name for place, name in told if place == "path"}
    statuses = [str(status) for status in operation["responses"]]
    rules = {
        "path-keys-no-trailing-slash": not path.endswith("/") and "?" not in path,
        "operation-description": bool(operation.get("description") and operation.get("summary")),
        "operation-tags": bool(operation["tags"]),
        "operation-tag-defined": set(operation["tags"]) <= declared,
        "operation-success-response": any(status[0] in "23" for status in statuses),
        "operation-parameters": len(told) == len(set(told)),
        "path-params": in_path == set(re.findall(r"{(\w+)}", path)),
        "operation-operationId-valid-in-url": re.fullmatch(r"[a-z_]+", operation["operationId"]),
    }
    yield from (f"{rule}: {operation['operationId']}" for rule, kept in rules.items() if not kept)


def test_operations_are_as_spectral_recommends(document: Document) -> None:
    declared = [tag["name"] for tag in document["tags"]]
    found = [
        rule
        for path, operation in operations(document)
        for rule in broken_rules(path, operation, set(declared))
    ]
    assert found == []
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))
    assert len(declared) == len(set(declared)) == len(TAGS)
    used = {tag for _, operation in operations(document) for tag in operation["tags"]}
    assert used == set(declared)


def test_the_document_is_as_spectral_recommends(document: Document) -> None:
    used = {part["$ref"].rsplit("/", 1)[1] for part in parts(document) if "$ref" in part}
    assert set(document["components"]["schemas"]) - used == set()
    lists = [part for part in parts(document) if part.get("type") == "array"]
    assert [part for part in lists if "items" not in part] == []
    choices = [part["enum"] for part in parts(document) if isinstance(part.get("enum"), list)]
    assert [choice for choice in choices if len(set(map(str, choice))) != len(choice)] == []
    texts = [str(part.get("description", "")) for part in parts(document)]
    assert [text for text in texts if "<script" in text or "eval(" in text] == []
    assert all(tag["description"] for tag in document["tags"])
    assert document["servers"][0]["url"]
    assert document["info"]["contact"]
    assert document["info"]["description"].strip()


def test_every_member_is_described_with_an_example_that_fits(document: Document) -> None:
    lacking, unfit = [], []
    registry: Registry[Any] = Registry().with_resource("urn:d", Resource.opaque(document))
    for schema, name, member in members(document):
        if not member.get("description"):
            lacking.append(f"{schema}.{name}: description")
        examples = member.get("examples", [member["example"]] if "example" in member else [])
        if not examples and "$ref" not in json.dumps(member) and name != "body":
            lacking.append(f"{schema}.{name}: example")
        told = json.loads(json.dumps(member).replace('"#/', '"urn:d#/'))
        check = Draft202012Validator(told, registry=registry)
        unfit += [
            f"{schema}.{name}: {example!r}" for example in examples if not check.is_valid(example)
        ]
    lacking += [
        f"{operation['operationId']} {parameter['name']}"
        for _, operation in operations(document)
        for parameter in operation.get("parameters", ())
        if not parameter.get("description")
    ]
    assert lacking == []
    assert unfit == []


def test_no_word_of_the_table_is_idle(document: Document) -> None:
    known = {told for s, n, _ in members(document) for told in (n, f"{s}.{n}")}
    known |= {
        parameter["name"]
        for _, operation in operations(document)
        for parameter in operation.get("parameters", ())
    }
    assert set(read_words()) - known == set()


def test_each_event_has_its_type_and_body(document: Document) -> None:
    event = document["components"]["schemas"]["EventDocument"]
    assert event["discriminator"]["mapping"].keys() == set(EVENT_TYPES)
    assert len(event["oneOf"]) == len(HAPPENINGS)
    text = json.dumps(event["oneOf"]).replace('"#/', '"urn:d#/')
    registry: Registry[Any] = Registry().with_resource("urn:d", Resource.opaque(document))
    check = Draft202012Validator({"oneOf": json.loads(text)}, registry=registry)
    told = {
        "event_no": 1,
        "scan_id": None,
        "type": "case.gone",
        "body": {"case_id": "09935542-cd9b-4b7f-9f84-ea1efa987911"},
        "created_at": "2026-11-22T18:58:19Z",
    }
    assert check.is_valid(told)
    assert not check.is_valid(told | {"type": "case.eaten"})
    assert not check.is_valid(told | {"body": {}})


def test_web_hooks_are_told_with_what_they_send(document: Document) -> None:
    assert set(document["webhooks"]) == set(HOOKED_TYPES)
    assert set(EVENT_TYPES) - set(HOOKED_TYPES) == {"run.progress", "webhook.tested"}
    flagged = document["webhooks"]["case.flagged"]["post"]
    schema = flagged["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["data"]["$ref"].endswith("/CaseFlaggedEvent")
    assert [item["name"] for item in flagged["parameters"]] == [
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    ]


def test_streams_say_what_their_lines_hold(document: Document) -> None:
    answer = document["paths"]["/v1/clients/{client_id}/events"]["get"]["responses"]["200"]
    schema = answer["content"]["text/event-stream"]["schema"]
    assert schema["contentSchema"] == {"$ref": "#/components/schemas/EventDocument"}


def test_types_for_typescript_hold_every_schema_and_member(document: Document) -> None:
    text = typescript(document)
    exported = set(re.findall(r"^export type (\w+) = ", text, re.MULTILINE))
    assert len(exported) == len(document["components"]["schemas"])
    for schema, name, _ in members(document):
        assert re.search(rf"^\s+{name}\??: ", text, re.MULTILINE), (schema, name)
    assert 'type: "case.flagged";' in text
    assert text.count("{") == text.count("}")
