"""The document's schemas as TypeScript types; events are a union that `type` tells apart."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
_NAME = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
Schema = Mapping[str, Any]


def typescript(document: Schema) -> str:
    """One exported type for each schema, in order of name."""
    info = document["info"]
    schemas = document["components"]["schemas"]
    types = [_exported(name, schemas[name]) for name in sorted(schemas)]
    return f"// {info['title']} {info['version']}: made of /openapi.json\n\n" + "\n".join(types)


def _exported(name: str, schema: Schema) -> str:
    return f"{_comment(schema, '')}export type {_identifier(name)} = {_type(schema, '')};\n"


def _type(schema: Schema, indent: str) -> str:
    if "$ref" in schema:
        return _identifier(schema["$ref"].rsplit("/", 1)[1])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(map(json.dumps, schema["enum"]))
    for choice in ("oneOf", "anyOf", "allOf"):
        if choice in schema:
            glue = " & " if choice == "allOf" else " | "
            return glue.join(dict.fromkeys(_type(each, indent) for each in schema[choice]))
    return _of_kind(schema, indent)


def _of_kind(schema: Schema, indent: str) -> str:
    match schema.get("type"):
        case "null":
            return "null"
        case "array":
            return f"Array<{_type(schema.get('items', {}), indent)}>"
        case "object" if schema.get("properties"):
            return _members(schema, indent)
        case "object":
            inside = schema.get("additionalProperties")
            return f"Record<string, {_type(inside if isinstance(inside, dict) else {}, indent)}>"
        case str(kind):
            return _PLAIN[kind]
    return "unknown"


def _members(schema: Schema, indent: str) -> str:
    inner = indent + "  "
    required = schema.get("required", ())
    lines = [
        f"{_comment(member, inner)}{inner}{_quoted(name)}{'' if name in required else '?'}: "
        f"{_type(member, inner)};\n"
        for name, member in schema["properties"].items()
    ]
    return "{\n" + "".join(lines) + indent + "}"


def _comment(schema: Schema, indent: str) -> str:
    text = " ".join(str(schema.get("description", "")).split()).replace("*/", "* /")
    return f"{indent}/** {text} */\n" if text else ""


def _identifier(name: str) -> str:
    return re.sub(r"\W|_", "", name, flags=re.ASCII)


def _quoted(name: str) -> str:
    return name if _NAME.fullmatch(name) else json.dumps(name)
