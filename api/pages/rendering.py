"""Templates rendered to answers, with the headers that every page has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from api.access import ClientScope
from api.callers import SESSION_COOKIE, Principal
from api.pages.cases.list_filter import SORTS
from api.pages.formatting import DECISIONS, FILTERS
from api.pages.languages.catalogues import LANGUAGES
from api.pages.languages.reader import reader_language
from api.pages.languages.words import (
    translated,
    translated_for,
    translated_within,
    translated_within_for,
)
from api.pages.scans.scan_view import TONES
from api.pages.static_files import static_url
from infringement_dagster.domain.permissions import Permission
from infringement_dagster.notices.channels import RULES, channels_of
from infringement_dagster.reporting.listing_words import VIOLATIONS
from resources.identity.credentials import csrf_token
from resources.postgres.clients.client_store import get_client
from resources.providers.registry import installed

# Nothing but our own files, no inline script or style: a title that slips through as markup is
# still no code.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Under no-referrer, browsers send `Origin: null` with forms, which no origin check accepts.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "HX-Request, Accept-Language, Cookie",
}


def photo_url(client_id: str, sha256: str | None, side_px: int) -> str:
    """Where the photo is shown, re-encoded by us; empty where there is none."""
    return f"/v1/clients/{client_id}/photos/{sha256}?side_px={side_px}" if sha256 else ""


TEMPLATES = Path(__file__).parent / "templates"
_templates = Environment(
    loader=FileSystemLoader(TEMPLATES),
    extensions=["jinja2.ext.i18n"],
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.install_gettext_callables(  # type: ignore[attr-defined] # the extension's
    translated,
    translated_for,
    newstyle=True,
    pgettext=translated_within,
    npgettext=translated_within_for,
)
_templates.globals |= {
    "language": reader_language,
    "languages": LANGUAGES,
    "static": static_url,
    "photo_url": photo_url,
    "installed": installed,
    "violations": VIOLATIONS,
    "sorts": SORTS,
    "tones": TONES,
    "decisions": DECISIONS,
    "channel_rules": RULES,
    "channels_of": channels_of,
}
_templates.filters |= FILTERS


@dataclass(frozen=True, slots=True)
class NavLink:
    """A page of a client that the head of every page links to."""

    label: str
    path: str  # below /clients/{client_id}/
    need: Permission


NAV = (
    NavLink("Home", "home", "results:read"),
    NavLink("Queue", "cases", "results:read"),
    NavLink("Notices", "notices", "results:read"),
    NavLink("Scans", "scans", "scans:read"),
    NavLink("Reports", "reports", "results:read"),
    NavLink("Client", "overview", "config:read"),
    NavLink("Config", "config", "config:read"),
    NavLink("Lists", "lists", "results:read"),
    NavLink("Rules", "rules", "config:read"),
    NavLink("Settings", "people", "access:manage"),
)
# Tabs of one entry of the head, which with an entry for each would take two rows at 1440 px.
SETTINGS = (
    NavLink("People", "people", "access:manage"),
    NavLink("API keys", "keys", "access:manage"),
    NavLink("Web-hooks", "webhooks", "webhooks:manage"),
    NavLink("Limits", "limits", "clients:read"),
    NavLink("Audit trail", "audit", "access:manage"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The head of every page."""

    person: str  # empty before log-in
    csrf_token: str
    permissions: frozenset[Permission] = frozenset()
    is_operator: bool = False
    client_id: str = ""
    client_name: str = ""
    zone: tzinfo = UTC  # the reader's
    is_dense: bool = False  # lists show more rows and less of each
    here: str = ""  # the path of the link in `NAV` or `SETTINGS` that the page belongs to

    @property
    def nav(self) -> list[NavLink]:
        """The links that the person may follow; none before a client is chosen."""
        return [entry for entry in NAV if self.client_id and entry.need in self.permissions]

    @property
    def nav_place(self) -> str:
        """The path of the link in `NAV` that stands for the page."""
        is_tab = any(self.here == tab.path for tab in SETTINGS)
        return SETTINGS[0].path if is_tab else self.here

    @property
    def settings(self) -> list[NavLink]:
        """The tabs of the settings that the person may open."""
        return [tab for tab in SETTINGS if tab.need in self.permissions]


NOBODY = Frame(person="", csrf_token="")


def frame_of(request: Request, principal: Principal) -> Frame:
    """The frame of a page about no client in particular."""
    token = request.cookies.get(SESSION_COOKIE) if principal.session_hash else None
    return Frame(
        person=principal.name,
        csrf_token=csrf_token(token) if token else "",
        permissions=principal.permissions,
        is_operator=principal.client_id is None,
        zone=_zone_of(request),
        is_dense=request.cookies.get("density") == "dense",
    )


def _zone_of(request: Request) -> tzinfo:
    """The time zone of the reader's browser, which the pages' script tells in a cookie."""
    try:
        return ZoneInfo(unquote(request.cookies.get("zone", "")))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def client_frame(request: Request, scope: ClientScope, here: str) -> Frame:
    """The frame of a page about the client; `here` is the path of its link."""
    plain = frame_of(request, scope.principal)
    client = get_client(scope.connection, scope.client_id)
    return replace(plain, client_id=client.client_id, client_name=client.display_name, here=here)


def render(template: str, frame: Frame, *, status: int = 200, **shown: object) -> HTMLResponse:
    """The page."""
    text = _templates.get_template(template).render(frame=frame, **shown)
    # A lone surrogate would have no bytes; what people typed comes back as far as it can be shown.
    return HTMLResponse(text.encode("utf-8", "replace"), status, dict(_HEADERS))


def render_part(template: str, **shown: object) -> HTMLResponse:
    """A part of a page, for the script to put in place."""
    return render(template, NOBODY, status=200, **shown)


def go_to(address: str) -> Response:
    """The answer to a form after which the browser shows another page."""
    return Response(status_code=204, headers={"HX-Redirect": address})
