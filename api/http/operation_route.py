"""The one way into every operation: who calls, then what is asked, then the body.

Nothing of a body is read before its sender is known to be allowed, and no operation reads more
than its limit: a route that is not an `OperationRoute` fails the build of the app.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import anyio.to_thread
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from api.access import admit
from api.backend import backend_of
from api.http.bodies import BoundedRequest, body_limit
from api.http.problems import ERRORS_MAX, INVALID, FieldError, Problem
from api.permissions import need_of

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OperationRoute(APIRoute):
    """A route that admits its caller before it reads anything that the caller sent."""

    def get_route_handler(self) -> Handler:
        """FastAPI's own handler, behind the checks."""
        answer = super().get_route_handler()

        async def admitted(request: Request) -> Response:
            backend = backend_of(request)
            if need_of(self.name) != "nobody":
                await anyio.to_thread.run_sync(admit, request, limiter=backend.admissions)
            _check_query(request, self.name)
            limit = body_limit(self.name).within(backend.settings.body_bytes_max)
            bounded = BoundedRequest(request, limit)
            bounded.check_declared()
            return await answer(bounded)

        return admitted


def _check_query(request: Request, operation: str) -> None:
    """Returns when the operation knows all query parameters; pages take those of others."""
    known = request.app.state.query_names.get(operation)
    unknown = [] if known is None else sorted(set(request.query_params) - known)
    if unknown:
        errors = [
            FieldError(pointer=f"/{name}", place="query", message="there is no such parameter")
            for name in unknown[:ERRORS_MAX]
        ]
        there = ", ".join(sorted(known)) or "none"
        raise Problem(
            INVALID, f"unknown query parameters; {operation} knows {there}", errors=errors
        )
