"""The OpenAPI document: its introduction, how callers prove who they are, what may be answered."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.callers import SESSION_COOKIE
from api.http.problems import MEDIA_TYPE, ProblemDocument
from api.permissions import OPERATIONS

DESCRIPTION = """
Finds counterfeits and copycats on marketplaces. Every error is `application/problem+json` with a
stable `type` and a `hint`. Lists are walked with `cursor`. Changes answer when they are kept.
"""
_SECURITY_SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key."},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
}


def add_security(document: dict[str, Any]) -> None:
    """Guarantees that each operation of the document says which credentials it takes."""
    document["components"]["securitySchemes"] = _SECURITY_SCHEMES
    for operation in _operations(document):
        needed = OPERATIONS.get(operation["operationId"]) != "nobody"
        operation["security"] = [{"key": []}, {"session": []}] if needed else []


def operations_of(app: FastAPI) -> list[str]:
    """The names of all operations of the app."""
    return [str(operation["operationId"]) for operation in _operations(app.openapi())]


def query_names(app: FastAPI) -> dict[str, frozenset[str]]:
    """The query parameters that each operation of the document knows."""
    return {
        str(operation["operationId"]): frozenset(
            str(parameter["name"])
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query"
        )
        for operation in _operations(app.openapi())
    }


def operation_id(route: APIRoute) -> str:
    """The name of the route's function, by which permissions name it too."""
    return route.name


def problem_responses() -> dict[int | str, dict[str, object]]:
    """Any operation may answer with any problem; `default` stands for all of them."""
    schema = {"$ref": f"#/components/schemas/{ProblemDocument.__name__}"}
    document = {"description": "A problem", "content": {MEDIA_TYPE: {"schema": schema}}}
    return {"default": {**document, "model": ProblemDocument}}


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]
