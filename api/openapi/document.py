"""The OpenAPI document: what FastAPI reads off the routes, finished for people and generators."""

from __future__ import annotations

from typing import Any, Final

from fastapi.routing import APIRoute

from api.callers import SESSION_COOKIE
from api.http.problems import MEDIA_TYPE, ProblemDocument
from api.openapi.events import add_event_schemas, webhook_messages
from api.openapi.words import describe, operations
from api.permissions import OPERATIONS
from infringement_dagster.clients.config_document import ClientConfigDocument
from infringement_dagster.clients.config_reference import add_examples
from infringement_dagster.clients.webhooks.changes import HOOKED_TYPES

# Of the interface, not of the package: docs/api.md says what each added.
TITLE: Final = "infringement-dagster"
VERSION: Final = "1.1"
DESCRIPTION = """
Finds counterfeits and copycats on marketplaces.

Send `Authorization: Bearer KEY`. Every error is `application/problem+json` with a stable `type` and
a `hint`. Lists are walked with `cursor`. Changes answer when they are kept. Within `/v1` nothing is
taken away and nothing new is asked for; answers may gain members and events may gain types.
The same as [TypeScript types](/docs/types.ts).
"""
TAGS: Final = (
    ("health", "Whether the process lives and can work, and its metrics. Open to anybody."),
    ("session", "Logging in with a password, as pages do. Programs send an API key instead."),
    ("clients", "Clients of the installation, and each one in numbers. Operators make them."),
    ("access", "API keys and people of a client, and the trail of what was done."),
    ("limits", "How much a client, a provider and the installation may do."),
    ("config", "What a client searches for and how it is scored, in versions; tried out first."),
    ("lists", "Sellers and listings that a client allows, watches or denies, with reason and end."),
    ("rules", "What is decided or flagged without a person: how it fared, tried out, taken back."),
    ("references", "Photos that the client owns, which photos of listings are compared with."),
    ("scans", "Asking for scans, following, cancelling and retrying them, and their scores."),
    ("events", "Everything that happens to a client, numbered: as a stream, or by polling."),
    (
        "cases",
        "Listings flagged or drawn for review: read, decided on, exported, with frozen evidence.",
    ),
    ("notices", "Notices to marketplaces about cases. A person sends them and reports it."),
    ("listings", "Listings as they were last seen, flagged or not."),
    ("search", "Everything of a client by a text or the beginning of an id."),
    ("photos", "Photos of listings and references as we show them."),
    ("webhooks", "Events sent to the client's own server, signed, tried again, sent again."),
)
_CONTACT = {"name": "Whoever runs this installation"}
_SERVERS = [{"url": "/", "description": "This installation."}]
_SECURITY_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION_COOKIE,
        "description": "The cookie of a session; changes also need its X-CSRF-Token.",
    },
}


def finish(document: dict[str, Any]) -> None:
    """Guarantees that the document says everything that routes alone do not tell."""
    document["info"]["contact"] = _CONTACT
    document["servers"] = _SERVERS
    document["tags"] = [{"name": name, "description": text} for name, text in TAGS]
    document["components"]["securitySchemes"] = _SECURITY_SCHEMES
    for operation in operations(document):
        needed = OPERATIONS.get(operation["operationId"]) != "nobody"
        operation["security"] = [{"key": []}, {"session": []}] if needed else []
        _summarise(operation)
    schemas = document["components"]["schemas"]
    add_examples(schemas[ClientConfigDocument.__name__], schemas)
    add_event_schemas(document)
    document["webhooks"] = webhook_messages(HOOKED_TYPES)
    describe(document)


def names_of(document: dict[str, Any]) -> list[str]:
    """The names of all operations of the document."""
    return [str(operation["operationId"]) for operation in operations(document)]


def query_names(document: dict[str, Any]) -> dict[str, frozenset[str]]:
    """The query parameters that each operation of the document knows."""
    return {
        str(operation["operationId"]): frozenset(
            str(parameter["name"])
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query"
        )
        for operation in operations(document)
    }


def operation_id(route: APIRoute) -> str:
    """The name of the route's function, by which permissions name it too."""
    return route.name


def problem_responses() -> dict[int | str, dict[str, object]]:
    """Any operation may answer with any problem; `default` stands for all of them."""
    schema = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}
    document = {"description": "A problem", "content": {MEDIA_TYPE: {"schema": schema}}}
    return {"default": {**document, "model": ProblemDocument}}


def _summarise(operation: dict[str, Any]) -> None:
    """Its first sentence is what one gets; FastAPI would only spell out the function's name."""
    first = operation.get("description", "").partition("\n")[0]
    operation["summary"] = first.partition(". ")[0].removesuffix(".")
