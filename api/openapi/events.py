"""Events in the OpenAPI document: one schema for each type, made of the domain's own classes."""

from __future__ import annotations

from typing import Any, Final

from pydantic import TypeAdapter

from infringement_dagster.domain.event import HAPPENINGS, Happening, types_of

EVENT: Final = "EventDocument"
_DIALECT = "#/components/schemas/"
_ID = {"type": "string", "format": "uuid"}
_HEADERS = {
    "webhook-id": (
        "The same for each attempt at one event; deduplicate by it.",
        "0b3f4c9e-5d1f-4d0c-9a37-3f8f6c1f6a55-37",
    ),
    "webhook-timestamp": ("Seconds since 1970 when this attempt was signed.", "1795899999"),
    "webhook-signature": (
        "`v1,` and the HMAC-SHA256 of `ID.TIMESTAMP.BODY` in base64; two of them, apart by a "
        "blank, while a secret is being replaced.",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
}


def add_event_schemas(document: dict[str, Any]) -> None:
    """Guarantees that an event is one of its types, each with the body that it has."""
    schemas = document["components"]["schemas"]
    common = dict(schemas[EVENT]["properties"])
    mapping: dict[str, str] = {}
    for kind in HAPPENINGS:
        name = f"{kind.__name__}Event"
        schemas[name] = _event_schema(kind, common)
        mapping |= dict.fromkeys(types_of(kind), f"{_DIALECT}{name}")
    refs = [{"$ref": f"{_DIALECT}{kind.__name__}Event"} for kind in HAPPENINGS]
    schemas[EVENT] = {
        "title": EVENT,
        "description": "Something that happened to a client; numbers have no gaps. Later releases "
        "may add types: pass over one that you do not know.",
        "oneOf": refs,
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }


def webhook_messages(hooked: tuple[str, ...]) -> dict[str, Any]:
    """The document's `webhooks`: what is sent to a client's end point, by type."""
    kinds = {told: kind for kind in HAPPENINGS for told in types_of(kind)}
    return {told: {"post": _message(told, kinds[told])} for told in hooked}


def _event_schema(kind: type[Happening], common: dict[str, Any]) -> dict[str, Any]:
    body = TypeAdapter(kind).json_schema(ref_template=_DIALECT + "{model}")
    told = types_of(kind)
    body.pop("description", None)
    if "state" in body.get("properties", {}) and len(told) > 1:  # its type says it
        del body["properties"]["state"]
        body["required"].remove("state")
    return {
        "title": f"{kind.__name__}Event",
        "description": (kind.__doc__ or "").strip(),
        "type": "object",
        "properties": {
            **common,
            "type": {"type": "string", "enum": list(told), "title": "Type"},
            "body": {"properties": {}, **body, "title": f"{kind.__name__}Body"},
        },
        "required": ["event_no", "scan_id", "type", "body", "created_at"],
    }


def _message(told: str, kind: type[Happening]) -> dict[str, Any]:
    said = (kind.__doc__ or "").strip().partition("\n")[0]
    schema = {
        "title": f"{kind.__name__}Message",
        "type": "object",
        "properties": {
            "type": {"type": "string", "const": told, "description": "As in `data`."},
            "timestamp": {
                "type": "string",
                "format": "date-time",
                "description": "When it happened.",
            },
            "data": {"$ref": f"{_DIALECT}{kind.__name__}Event"},
        },
        "required": ["type", "timestamp", "data"],
    }
    return {
        "operationId": "on_" + told.replace(".", "_"),
        "summary": f"{said.removesuffix('.')}",
        "description": f"{said} Signed as Standard Webhooks 1.0; answer 2xx within 15 s.",
        "tags": ["webhooks"],
        "security": [],
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": described,
                "schema": {"type": "string"},
                "example": example,
            }
            for name, (described, example) in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "2XX": {"description": "Taken; it is sent no more."},
            "410": {"description": "Given up at once: a dead letter."},
            "default": {"description": "Tried again, seven times in ten hours."},
        },
    }
