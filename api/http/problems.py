"""Every error the API answers with, as problem details (RFC 9457)."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from api.http.request_notes import notes_of
from infringement_dagster.accounts.keys import EndedKey, ExpiryInThePast
from infringement_dagster.clients.config_document import BadClientConfig
from infringement_dagster.domain.case import StaleCase
from infringement_dagster.domain.errors import InfringementError, TransientError
from infringement_dagster.domain.permissions import NotYours, UnknownScope
from infringement_dagster.notices.drafting import WrongChannel
from infringement_dagster.notices.states import NoticeConflict
from infringement_dagster.photos.previews import UnknownPhoto
from infringement_dagster.photos.references import UnusablePhoto
from infringement_dagster.reviewing.bundles import NoManifest
from infringement_dagster.scans.request import NoSuchSearch, ReusedIdempotencyKey
from resources.identity.email_addresses import BadAddress
from resources.identity.password_policy import WeakPassword
from resources.objects.store import ObjectMissing
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.cases.notice_store import StaleNotice, UnknownNotice
from resources.postgres.cases.saved_view_store import TooManyViews, UnknownView, ViewExists
from resources.postgres.client_room import NoRoom
from resources.postgres.clients.access_store import UnknownKey, UnknownUser, UserExists
from resources.postgres.clients.client_store import ClientExists, NoConfig, UnknownClient
from resources.postgres.clients.config_store import StaleConfig, UnknownReference
from resources.postgres.clients.job_store import TooManyJobs, UnknownJob
from resources.postgres.clients.password_resets import SpentLink
from resources.postgres.events.dead_letter_store import UnknownDelivery
from resources.postgres.events.webhook_store import UnknownWebhook
from resources.postgres.scans.intervention_store import NothingToRetry, ScanHasEnded
from resources.postgres.scans.rescore_store import NothingStored
from resources.postgres.scans.scan_store import NothingToScan, UnknownScan
from resources.postgres.statements import RefusedRow

TYPE_PREFIX = "urn:infringement-dagster:problem:"
MEDIA_TYPE = "application/problem+json"
ERRORS_MAX = 20  # told of one request; whoever has more wrong mends these first
_NAME_CHARS_MAX = 100  # of a member in a pointer: a name may be as long as the body
log = logging.getLogger("api.http.problems")


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of problem; its slug never changes."""

    status: int
    slug: str
    title: str
    hint: str


class Problem(HTTPException):
    """An error that the API finds; FastAPI lets an HTTPException through where it reads bodies."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(kind.status, detail, dict(headers or {}))
        self.kind = kind
        self.errors = tuple(errors)


class FieldError(BaseModel):
    """What is wrong with one part of a request."""

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


UNAUTHENTICATED = Kind(
    401, "unauthenticated", "Who are you?", "Send `Authorization: Bearer KEY` with a live API key."
)
BAD_LOGIN = Kind(401, "bad-login", "Wrong login", "Check client, address and password.")
FORBIDDEN = Kind(
    403, "forbidden", "Not allowed", "Use a key or role that holds the permission named above."
)
NO_PASSWORD = Kind(409, "no-password", "A key has no password", "Log in as a person.")
CROSS_SITE = Kind(
    403, "cross-site", "Not from our pages", "Send Origin and X-CSRF-Token as our pages do."
)
SUSPENDED = Kind(403, "client-suspended", "The client is suspended", "Ask your operator.")
TOO_MANY = Kind(429, "too-many-requests", "Too many requests", "Wait as Retry-After says.")
TOO_LARGE = Kind(413, "too-large", "The body is too large", "Send less than the limit named above.")
TOO_SLOW = Kind(408, "too-slow", "The body came too slowly", "Send it again, without pauses.")
# Nobody is there to read it; it is what the log line and the metrics say.
DISCONNECTED = Kind(499, "disconnected", "The caller hung up", "Send the request again.")
BAD_BODY = Kind(400, "bad-body", "The body cannot be read", "Send what its Content-Type says.")
INVALID = Kind(422, "invalid-request", "The request is not valid", "Mend the fields in `errors`.")
BAD_CURSOR = Kind(
    422, "bad-cursor", "Not a cursor of this list", "Start again without cursor, filters unchanged."
)
NO_PRECONDITION = Kind(
    428, "precondition-required", "If-Match is missing", "Send the ETag that you have read."
)
NO_PATH = Kind(404, "no-such-path", "There is nothing here", "See /openapi.json for what there is.")
BAD_METHOD = Kind(405, "method-not-allowed", "Not with this method", "See the Allow header.")
UNKNOWN_ITEM = Kind(404, "unknown-item", "There is no such thing", "List them for their ids.")
INTERNAL = Kind(500, "internal", "We failed", "Try again; report the request id if it stays.")
UNAVAILABLE = Kind(503, "unavailable", "Not at the moment", "Try again as Retry-After says.")

_REFUSED = Kind(422, "refused-value", "A value cannot be kept", "Mend the value named above.")
_KINDS: dict[type[InfringementError], Kind] = {
    UnknownClient: Kind(404, "unknown-client", "No such client", "Check the id in the path."),
    UnknownScan: Kind(404, "unknown-scan", "No such scan", "List the client's scans."),
    UnknownCase: Kind(404, "unknown-case", "No such case", "List the client's cases."),
    NoManifest: Kind(404, "no-manifest", "No bundle yet", "Ask for a scan that finds it again."),
    UnknownNotice: Kind(404, "unknown-notice", "No such notice", "List those of the case."),
    NoticeConflict: Kind(409, "notice-conflict", "Not from this state", "Read the notice again."),
    StaleNotice: Kind(
        409, "stale-notice", "The notice has changed", "Read it again, change what it says now."
    ),
    WrongChannel: Kind(422, "wrong-channel", "Not through this channel", "Use one named above."),
    UnknownKey: Kind(404, "unknown-key", "No such key", "List the client's keys."),
    UnknownUser: Kind(404, "unknown-user", "No such user", "List the client's users."),
    NoConfig: Kind(404, "no-config", "No such config", "Save a config first."),
    UnknownReference: Kind(404, "unknown-reference", "No such photo", "List the client's photos."),
    UnknownPhoto: Kind(404, "unknown-photo", "No such picture", "Read its listing or case again."),
    UnknownWebhook: Kind(
        404, "unknown-webhook", "No such web-hook", "List the client's web-hooks."
    ),
    UnknownDelivery: Kind(404, "unknown-delivery", "No such dead letter", "List the dead letters."),
    ObjectMissing: Kind(404, "object-missing", "The bytes are gone", "Ask your operator."),
    ClientExists: Kind(409, "client-exists", "The id is taken", "Choose another id."),
    UserExists: Kind(409, "user-exists", "The address is taken", "Change the user that is there."),
    StaleCase: Kind(
        409, "stale-case", "The case has changed", "Read it again, decide on what it says now."
    ),
    StaleConfig: Kind(
        412, "stale-config", "The config has changed", "Read the newest version and edit that."
    ),
    UnknownView: Kind(404, "unknown-view", "No such view", "Open the list of views again."),
    ViewExists: Kind(409, "view-exists", "The name is taken", "Choose another name."),
    TooManyViews: Kind(409, "too-many-views", "No room for a view", "Delete one first."),
    ScanHasEnded: Kind(409, "scan-ended", "The scan has ended", "Ask for another scan."),
    NothingStored: Kind(409, "nothing-stored", "Nothing is stored yet", "Scan first."),
    NothingToRetry: Kind(409, "nothing-to-retry", "Nothing failed", "Ask for another scan."),
    BadClientConfig: Kind(422, "bad-config", "The config is not valid", "Mend what is named."),
    UnusablePhoto: Kind(
        422, "unusable-photo", "The photo cannot be read", "Send a JPEG, PNG, WebP or GIF file."
    ),
    NoSuchSearch: Kind(
        422, "no-such-search", "No search there", "Name a provider that the config searches."
    ),
    ReusedIdempotencyKey: Kind(
        409, "idempotency-key-reused", "The key named another request", "Make a new key."
    ),
    NothingToScan: Kind(422, "nothing-to-scan", "No provider", "Name one or configure searches."),
    UnknownScope: Kind(422, "unknown-scope", "No such scope", "Choose from those named above."),
    WeakPassword: Kind(422, "weak-password", "The password is too weak", "Choose another one."),
    NotYours: Kind(403, "not-yours", "More than you may do", "Ask an admin to do it."),
    ExpiryInThePast: Kind(422, "past-expiry", "That time is past", "Name a time to come."),
    EndedKey: Kind(409, "ended-key", "The key has ended", "Make a new key."),
    SpentLink: Kind(410, "spent-link", "The link works no more", "Ask your admin for another."),
    BadAddress: Kind(422, "bad-address", "No e-mail address", "Mend the address."),
    UnknownJob: Kind(404, "unknown-job", "No such job", "Ask for it again."),
    TooManyJobs: Kind(429, "too-many-jobs", "Too many at once", "Wait until some are made."),
    NoRoom: Kind(409, "no-room", "The client keeps too many", "Remove some, or ask your operator."),
    RefusedRow: _REFUSED,
}


def install_handlers(app: FastAPI) -> None:
    """Guarantees that every error leaves the app as a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(InfringementError, _on_our_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_anything)


def problem_response(
    request: Request,
    kind: Kind,
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
    kind = next((_KINDS[one] for one in type(error).__mro__ if one in _KINDS), None)
    if kind is not None:
        return problem_response(request, kind, str(error))
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
    named = "; ".join(f"{one.place}{one.pointer}: {one.message}" for one in errors[:5])
    return problem_response(request, INVALID, named, errors=errors)


def _escaped(part: object) -> str:
    text = str(part)[:_NAME_CHARS_MAX].encode("utf-8", "replace").decode()
    return text.replace("~", "~0").replace("/", "~1")


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kinds = {400: BAD_BODY, 404: NO_PATH, 405: BAD_METHOD}
    generic = Kind(error.status_code, f"http-{error.status_code}", "Not so", "See `detail`.")
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
