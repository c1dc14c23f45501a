"""The reference of a client's config, generated from the model that checks it; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infringement_dagster.clients.config_document import ClientConfigDocument
from infringement_dagster.clients.config_example import EVERY_FIELD, example_at
from infringement_dagster.clients.config_words import shown

_SCORE: Final = " Score: "
_BOUNDS: Final = {
    "minimum": "from {}",
    "exclusiveMinimum": "above {}",
    "maximum": "to {}",
    "exclusiveMaximum": "below {}",
    "maxItems": "at most {} entries",
    "maxProperties": "at most {} entries",
    "maxLength": "at most {} characters",
}


@dataclass(frozen=True, slots=True)
class FieldReference:
    """One field: what it is, what it may hold, and what it does to the score."""

    path: str  # such as `brands[].price_floor.amount`
    told: str
    score: str
    kind: str
    default: str
    example: str


def config_schema() -> dict[str, Any]:
    """The JSON Schema of a config, with descriptions and an example."""
    schema = ClientConfigDocument.model_json_schema()
    add_examples(schema, schema["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Config of a client",
        "examples": [dict(EVERY_FIELD)],
    }


def add_examples(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> None:
    """Guarantees an example for each field of a config's schema that is no part with its own.

    `parts` are the schemas that it refers to, by name.
    """
    _add_examples({"$defs": parts}, schema, ())


def _add_examples(
    root: Mapping[str, Any], schema: Mapping[str, Any], at: tuple[str | int, ...]
) -> None:
    for name, given in schema["properties"].items():
        inner, _, step = _inner(root, _resolved(root, given))
        if "properties" in inner:
            _add_examples(root, inner, (*at, name, *step))
        else:
            given.setdefault("examples", [example_at([*at, name])])


def field_references() -> list[FieldReference]:
    """Every field in the order of the model, those of a part after the part."""
    schema = ClientConfigDocument.model_json_schema()
    return list(_fields(schema, schema, (), ""))


def reference_tables() -> str:
    """The fields as Markdown tables, a table for each part of a config."""
    parts: dict[str, list[FieldReference]] = {}
    for field in field_references():
        parts.setdefault(field.path.rpartition(".")[0], []).append(field)
    return "\n".join(_table(name, fields) for name, fields in parts.items())


def _table(name: str, fields: list[FieldReference]) -> str:
    lines = [
        f"### {f'`{name}`' if name else 'The document'}\n",
        "| field | holds | default | example | is | effect on the score |",
        "|---|---|---|---|---|---|",
    ]
    for field in fields:
        own = field.path.rpartition(".")[2]
        cells = (f"`{own}`", field.kind, field.default, field.example, field.told, field.score)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _fields(
    root: Mapping[str, Any], schema: Mapping[str, Any], at: tuple[str | int, ...], path: str
) -> Iterator[FieldReference]:
    required = schema.get("required", ())
    for name, given in schema.get("properties", {}).items():
        field, own = _resolved(root, given), f"{path}{name}"
        told, _, score = str(given.get("description", "")).partition(_SCORE)
        yield FieldReference(
            path=own,
            told=told,
            score=score,
            kind=_kind(root, field),
            default="required" if name in required else f"`{_default(given)}`",
            example=f"`{shown(_brief(example_at([*at, name])))}`",
        )
    for name, given in schema.get("properties", {}).items():
        field = _resolved(root, given)
        inner, suffix, step = _inner(root, field)
        if "properties" in inner:
            yield from _fields(root, inner, (*at, name, *step), f"{path}{name}{suffix}.")


def _inner(
    root: Mapping[str, Any], field: Mapping[str, Any]
) -> tuple[Mapping[str, Any], str, tuple[str | int, ...]]:
    """The part that a field holds, how its path goes on, and the step to its example."""
    if field.get("type") == "array":
        return _resolved(root, field.get("items", {})), "[]", (0,)
    if isinstance(field.get("additionalProperties"), Mapping):
        return _resolved(root, field["additionalProperties"]), ".*", ("*",)
    return field, "", ()


def _resolved(root: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    for option in given.get("anyOf", ()):
        if option.get("type") != "null":
            return {**_resolved(root, option), **{k: given[k] for k in _BOUNDS if k in given}}
    if "$ref" in given:
        found: Mapping[str, Any] = root["$defs"][given["$ref"].rpartition("/")[2]]
        return found
    return given


def _kind(root: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    if "enum" in field:
        return ", ".join(f"`{choice}`" for choice in field["enum"])
    kind = {"array": "list", "string": "text", "boolean": "true or false"}.get(
        field.get("type", ""), field.get("type", "")
    )
    inner, _, _ = _inner(root, field)
    if kind == "object" and inner is not field:
        keys = _resolved(root, field.get("propertyNames", {}))
        kind = "object by " + (", ".join(keys["enum"]) if "enum" in keys else "name")
    bounds = [words.format(field[name]) for name, words in _BOUNDS.items() if name in field]
    return ", ".join([kind, *bounds])


def _default(given: Mapping[str, Any]) -> str:
    return shown(_brief(given.get("default")))


def _brief(value: object) -> object:
    """The value without what tables of its own parts show."""
    if isinstance(value, Mapping) and any(isinstance(item, Mapping) for item in value.values()):
        return dict.fromkeys(value, "...")
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return ["..."]
    return dict(value) if isinstance(value, Mapping) else value
