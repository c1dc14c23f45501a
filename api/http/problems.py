"""Every error the API answers with, as problem details (RFC 9457)."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from api.http.request_notes import notes_of
from infringement_dagster.domain.errors import InfringementError, ProblemKind, TransientError

TYPE_PREFIX = "urn:infringement-dagster:problem:"
MEDIA_TYPE = "application/problem+json"
ERRORS_MAX = 20  # told of one request; whoever has more wrong mends these first
_NAME_CHARS_MAX = 100  # of a member in a pointer: a name may be as long as the body
log = logging.getLogger("api.http.problems")


class Problem(HTTPException):
    """An error that the API finds; FastAPI lets an HTTPException through where it reads bodies."""

    def __init__(
        self,
        kind: ProblemKind,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(kind.status, detail, dict(headers or {}))
        self.kind = kind
        self.errors = tuple(errors)


class FieldError(BaseModel):
    """The problem with one part of a request."""

    pointer: str = Field(description="JSON pointer into the part of the request named by `place`.")
    place: str = Field(description="body, query, path, header or cookie")
    message: str


class ProblemDocument(BaseModel):
    """The body of every error."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": TYPE_PREFIX + "stale-case",
                "title": "The case has changed",
                "status": 409,
                "detail": "case 5b1f... is at version 3, not at 2: somebody has decided meanwhile",
                "hint": "Read the case again and decide on what it says now.",
                "request_id": "9f1c2ab34d5e6f70",
                "errors": [],
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    hint: str
    request_id: str
    errors: list[FieldError] = []


UNAUTHENTICATED = ProblemKind(
    401, "unauthenticated", "Not signed in", "Send `Authorization: Bearer KEY` with a live API key."
)
BAD_LOGIN = ProblemKind(401, "bad-login", "Wrong login", "Check address and password.")
CHOOSE_CLIENT = ProblemKind(
    409, "choose-client", "Which client?", "Log in again with one of them as `client_id`."
)
FORBIDDEN = ProblemKind(
    403, "forbidden", "Not allowed", "Use a key or role that holds the permission named above."
)
NO_PASSWORD = ProblemKind(409, "no-password", "A key has no password", "Log in as a person.")
NO_MAIL = ProblemKind(
    409, "no-mail", "This installation sends no mail", "Ask your admin for a reset link."
)
NO_PERSON = ProblemKind(409, "no-person", "A key gets no mail", "Log in as a person.")
CROSS_SITE = ProblemKind(
    403, "cross-site", "Request from another site", "Send Origin and X-CSRF-Token as our pages do."
)
SUSPENDED = ProblemKind(403, "client-suspended", "The client is suspended", "Ask your operator.")
TOO_MANY = ProblemKind(429, "too-many-requests", "Too many requests", "Wait as Retry-After says.")
TOO_LARGE = ProblemKind(
    413, "too-large", "The body is too large", "Send less than the limit named above."
)
TOO_SLOW = ProblemKind(
    408, "too-slow", "The body came too slowly", "Send it again, without pauses."
)
# Nobody is there to read it; it is what the log line and the metrics say.
DISCONNECTED = ProblemKind(499, "disconnected", "The caller hung up", "Send the request again.")
BAD_BODY = ProblemKind(
    400, "bad-body", "The body cannot be read", "Send what its Content-Type says."
)
INVALID = ProblemKind(
    422, "invalid-request", "The request is not valid", "Correct the fields in `errors`."
)
BAD_CURSOR = ProblemKind(
    422, "bad-cursor", "Not a cursor of this list", "Start again without cursor, filters unchanged."
)
NO_PRECONDITION = ProblemKind(
    428, "precondition-required", "If-Match is missing", "Send the ETag that you have read."
)
NO_PATH = ProblemKind(
    404, "no-such-path", "There is nothing here", "See /openapi.json for what there is."
)
BAD_METHOD = ProblemKind(405, "method-not-allowed", "Not with this method", "See the Allow header.")
UNKNOWN_ITEM = ProblemKind(404, "unknown-item", "Not found", "List them for their ids.")
INTERNAL = ProblemKind(
    500, "internal", "Internal error", "Try again; report the request id if it stays."
)
UNAVAILABLE = ProblemKind(
    503, "unavailable", "Temporarily unavailable", "Try again as Retry-After says."
)


def install_handlers(app: FastAPI) -> None:
    """Guarantees that every error leaves the app as a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(InfringementError, _on_our_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_anything)


def problem_response(
    request: Request,
    kind: ProblemKind,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
) -> Response:
    """The answer for a problem."""
    document = ProblemDocument(
        type=TYPE_PREFIX + kind.slug,
        title=kind.title,
        status=kind.status,
        detail=detail.encode("utf-8", "replace").decode(),
        hint=kind.hint,
        request_id=notes_of(request.scope).request_id,
        errors=list(errors),
    )
    return JSONResponse(
        document.model_dump(), kind.status, dict(headers or {}), media_type=MEDIA_TYPE
    )


def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(
        request, error.kind, error.detail, headers=error.headers, errors=error.errors
    )


def _on_our_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, InfringementError)
    if error.problem is not None:
        return problem_response(request, error.problem, str(error))
    if isinstance(error, TransientError):
        log.warning("unavailable: %s", error)
        detail = "a part of the system does not answer"
        return problem_response(request, UNAVAILABLE, detail, headers={"Retry-After": "2"})
    return _on_anything(request, error)


def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [
        FieldError(
            pointer="".join(f"/{_escaped(part)}" for part in item["loc"][1:]),
            place=str(item["loc"][0]),
            message=str(item["msg"]).encode("utf-8", "replace").decode(),
        )
        for item in error.errors()[:ERRORS_MAX]
    ]
    named = "; ".join(f"{told.place}{told.pointer}: {told.message}" for told in errors[:5])
    return problem_response(request, INVALID, named, errors=errors)


def _escaped(part: object) -> str:
    text = str(part)[:_NAME_CHARS_MAX].encode("utf-8", "replace").decode()
    return text.replace("~", "~0").replace("/", "~1")


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kinds = {400: BAD_BODY, 404: NO_PATH, 405: BAD_METHOD}
    generic = ProblemKind(
        error.status_code, f"http-{error.status_code}", "Request refused", "See `detail`."
    )
    kind = kinds.get(error.status_code, generic)
    headers = dict(error.headers or {})
    if kind is BAD_METHOD:
        headers["Allow"] = ", ".join(sorted(_methods_of(request)))
    return problem_response(request, kind, str(error.detail), headers=headers)


def _methods_of(request: Request) -> set[str]:
    """All methods of the path: each of its operations is a route of its own."""
    assert isinstance(request.app, FastAPI)
    methods = {
        method.upper()
        for path, operations in request.app.openapi()["paths"].items()
        if compile_path(path)[0].fullmatch(request.scope["path"])
        for method in operations
    }
    return methods | {"HEAD"} if "GET" in methods else methods


def _on_anything(request: Request, error: Exception) -> Response:
    log.error("request failed", exc_info=error)
    return problem_response(request, INTERNAL, "an unexpected error; it was logged")


def retry_after(seconds: float) -> dict[str, str]:
    """The header that says when to come again."""
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
