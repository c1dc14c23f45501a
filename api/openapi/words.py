"""Each member of the API's documents in words and with an example, from one table.

The same name means the same thing wherever it stands. A row of `glossary.tsv` is a name (or
`Schema.name` where one schema means another thing by it), an example in JSON, and a description.
What a model itself says of a member stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("glossary.tsv")
# Of members whose kind alone makes an example.
_BY_FORMAT = {
    "uuid": "09935542-cd9b-4b7f-9f84-ea1efa987911",
    "date-time": "2026-11-22T18:58:19.407591Z",
    "date": "2026-11-22",
}


@dataclass(frozen=True, slots=True)
class Word:
    """One row of the table; an empty part leaves to the model or to its kind what is shown."""

    example: str  # JSON
    description: str


def read_words() -> dict[str, Word]:
    """The table, by name."""
    rows = (line.split("\t") for line in _TABLE.read_text("utf-8").splitlines())
    return {name: Word(example, description) for name, example, description in rows}


def describe(document: dict[str, Any]) -> None:
    """Guarantees a description and example for all that the table and the models know."""
    words = read_words()
    for schema, name, member in members(document):
        word = words.get(f"{schema}.{name}") or words.get(name)
        if word is not None and word.description:
            member.setdefault("description", word.description)
        example = _example(word, member)
        if example is not None and not _has_example(member):
            member["examples"] = [example]
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            _describe_parameter(parameter, words.get(parameter["name"]))


def members(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each member of each schema, with the schema's name; those of an event's body too."""
    for schema_name, schema in document["components"]["schemas"].items():
        for name, member in schema.get("properties", {}).items():
            yield schema_name, name, member
            if name == "body":
                for inner, told in member.get("properties", {}).items():
                    yield f"{schema_name}.body", inner, told


def _describe_parameter(parameter: dict[str, Any], word: Word | None) -> None:
    if word is not None and word.description:
        parameter.setdefault("description", word.description)
    schema = parameter["schema"]
    example = schema.get("examples", [None])[0] or _example(word, schema)
    if "example" not in parameter and example is not None:
        parameter["example"] = example


def _has_example(member: dict[str, Any]) -> bool:
    return "example" in member or "examples" in member


def _example(word: Word | None, member: dict[str, Any]) -> object:
    kinds = [member, *member.get("anyOf", ())]
    for kind in kinds:
        if "const" in kind or "enum" in kind:
            return kind.get("const") or kind["enum"][0]
    if word is not None and word.example:
        example: object = json.loads(word.example)
        return example
    return next(filter(None, (_BY_FORMAT.get(kind.get("format", "")) for kind in kinds)), None)


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All operations of the document."""
    for path in document["paths"].values():
        yield from path.values()
