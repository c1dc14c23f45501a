"""All routes and their document, made once for every app of a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.routing import BaseRoute

from api.openapi.document import (
    DESCRIPTION,
    TITLE,
    VERSION,
    finish,
    names_of,
    operation_id,
    problem_responses,
    query_names,
)
from api.pages.routers import PAGE_ROUTERS, page_operations
from api.permissions import check_declared
from api.routers import ROUTERS


@dataclass(frozen=True, slots=True)
class Routed:
    """All routes of the API and its pages, and the document that describes the API's."""

    routes: list[BaseRoute]
    document: dict[str, Any]
    query_names: Mapping[str, frozenset[str]]  # by operation, as the document says


@cache
def routed() -> Routed:
    """The routes, each with a permission declared; they and their document take a second to make.

    Raises UndeclaredOperation.
    """
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        description=DESCRIPTION,
        generate_unique_id_function=operation_id,
        responses=problem_responses(),
        openapi_url=None,
    )
    for router in (*ROUTERS, *PAGE_ROUTERS):
        app.include_router(router)
    document = app.openapi()
    finish(document)
    check_declared([*names_of(document), *page_operations()])
    return Routed(app.router.routes, document, query_names(document))
