"""The language of whoever reads the answer to a request.

It is their own choice where they made one, else what their browser asks for, else English. The
choice is a cookie like the time zone and the density of lists: it holds before log-in, too, and
for operators, who are no client's. Programs are always answered in English.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.pages.languages.catalogues import ENGLISH, LANGUAGES

LANGUAGE_COOKIE: Final = "language"
PROGRAM_PATHS: Final = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")
_ASKED_MAX: Final = 20  # languages that a browser may name; people name up to five
_current: ContextVar[str] = ContextVar("language", default=ENGLISH)


def reader_language() -> str:
    """The language of the reader of the request at hand; English outside of any."""
    return _current.get()


def speak(language: str) -> None:
    """Guarantees that what follows in this context is said in the language."""
    _current.set(language)


class InReadersLanguage:
    """The app, which serves each request in its reader's language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        # It stays set afterwards: the page for an unexpected error is made outside of here.
        if scope["type"] == "http":
            speak(_language_of(HTTPConnection(scope)))
        await self._app(scope, receive, send)


def _language_of(request: HTTPConnection) -> str:
    if request.scope["path"].startswith(PROGRAM_PATHS):
        return ENGLISH
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else asked_for(request.headers.get("accept-language", ""))


def asked_for(header: str) -> str:
    """Of our languages the one that Accept-Language ranks first; English where it names none."""
    asked = [_ranked(item) for item in header.split(",")[:_ASKED_MAX]]
    ours = [(rank, name) for rank, name in asked if rank > 0 and name in LANGUAGES]
    return max(ours, key=lambda item: item[0])[1] if ours else ENGLISH


def _ranked(item: str) -> tuple[float, str]:
    """How much a language is wanted, and its name without the country."""
    tag, _, rank = item.partition(";")
    name = tag.strip().partition("-")[0].lower()
    try:
        return (float(rank.strip().removeprefix("q=")) if rank else 1.0), name
    except ValueError:
        return 0.0, name
