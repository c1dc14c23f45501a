"""Who may use Dagster's web server: the door in front of it, which knows nothing of Dagster.

Dagster's server trusts whoever reaches it: it answers to any Host and from any Origin, and executes
mutations that come by GET. So a page on the internet could start runs through an operator's
browser. Here each request must name a known host, come from a page of the same origin or from none,
and carry the token that `up` prints or the session of an operator.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import URL, Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
TOKEN_PARAMETER: Final = "token"  # noqa: S105 - the name, not a token
SESSION_COOKIE: Final = "__Host-session"  # of the API, which browsers send to every port of a host
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_QUERY_TYPES: Final = ("application/json", "application/graphql")
_POLICY_VIOLATION: Final = 1008
_LOG_IN: Final = (
    "Dagster's UI is open to operators only. Open it by the address with ?token= that "
    "`infringement up` printed, or log in as an operator on the API's pages of this host first."
)

IsOperator = Callable[[str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request does not reach Dagster."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Door:
    """The proof that a request must show; `is_operator` knows an operator's session token."""

    hosts: Collection[str]
    token: str | None
    is_operator: IsOperator

    @property
    def cookie(self) -> str:
        """The name of the cookie for this token; two servers on one host have two."""
        return f"dagster-ui-{self._digest('name')[:12]}"

    @property
    def proof(self) -> str:
        """The cookie's value, which does not tell the token."""
        return self._digest("proof")

    def _digest(self, of: str) -> str:
        return hmac.digest((self.token or "").encode(), of.encode(), hashlib.sha256).hex()

    def knows(self, token: str) -> bool:
        """True for the token that `up` printed."""
        return self.token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    async def opens_for(self, request: HTTPConnection) -> bool:
        """True when the request proves that it comes from an operator."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.knows(bearer.strip()):
            return True
        shown = request.cookies.get(self.cookie, "").encode()
        if self.token is not None and hmac.compare_digest(shown, self.proof.encode()):
            return True
        session = request.cookies.get(SESSION_COOKIE)
        return session is not None and await self.is_operator(session)


class UiGuard:
    """An ASGI application that lets through to Dagster what passes the door."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers itself, or hands on to Dagster."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        answer = await self._answer(HTTPConnection(scope))
        if answer is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(_POLICY_VIOLATION)(scope, receive, send)
        else:
            await answer(scope, receive, send)

    async def _answer(self, request: HTTPConnection) -> Response | None:
        refusal = refused_host(request.headers, self._door.hosts) or refused_origin(request)
        if refusal is None and request.scope["type"] == "http":
            if self._door.knows(_token_shown(request)):
                return _logged_in(request.url, self._door)
            refusal = refused_mutation(request)
        if refusal is None and not await self._door.opens_for(request):
            refusal = Refusal(401, _LOG_IN)
        if refusal is None:
            return None
        return PlainTextResponse(refusal.reason, refusal.status, {"Cache-Control": "no-store"})


def refused_host(headers: Headers, hosts: Collection[str]) -> Refusal | None:
    """Whether the Host is none of ours, as where a foreign name was made to point here."""
    named = headers.getlist("host")
    if len(named) == 1 and (named[0] in hosts or _without_port(named[0]) in hosts):
        return None
    return Refusal(
        421, "this server answers to its own names only; INFRINGEMENT_UI_HOSTS lists further ones"
    )


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name.lower() if colon and port.isdecimal() else host.lower()


def refused_origin(request: HTTPConnection) -> Refusal | None:
    """Whether a page of another origin asks, be it one of the same host on another port."""
    origins = request.headers.getlist("origin")
    foreign = Refusal(403, "a page of another origin may not ask Dagster anything")
    if any(urlsplit(origin).netloc != request.headers["host"] for origin in origins):
        return foreign
    site = request.headers.get("sec-fetch-site", "none")
    # A link may lead here, but no page may have this one in a frame.
    is_visit = not origins and (
        request.headers.get("sec-fetch-mode"),
        request.headers.get("sec-fetch-dest"),
    ) == ("navigate", "document")
    return None if site in ("none", "same-origin") or is_visit else foreign


def refused_mutation(request: HTTPConnection) -> Refusal | None:
    """Whether GraphQL would be executed from an address or a form, which any page can send."""
    if not request.scope["path"].endswith("/graphql"):
        return None
    method = request.scope["method"]
    if method in _SAFE_METHODS:
        shows_editor = method == "GET" and "text/html" in request.headers.get("accept", "")
        return None if shows_editor else Refusal(405, "GraphQL is asked by POST")
    content_type = request.headers.get("content-type", "")
    if content_type.startswith(_QUERY_TYPES):
        return None
    return Refusal(415, "GraphQL is asked in application/json")


def _token_shown(request: HTTPConnection) -> str:
    is_visit = request.scope["method"] == "GET"
    return request.query_params.get(TOKEN_PARAMETER, "") if is_visit else ""


def _logged_in(url: URL, door: Door) -> Response:
    here = url.remove_query_params(TOKEN_PARAMETER)
    response = RedirectResponse(
        "/" + here.path.lstrip("/") + (f"?{here.query}" if here.query else ""),
        303,
        {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )
    response.set_cookie(
        door.cookie,
        door.proof,
        path="/",
        secure=url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response
