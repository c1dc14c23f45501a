"""The page of a client's config: edit, see what it would change, save.

What is saved is what was previewed: the preview carries its draft and the version it is based on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from api.access import Allowed, ClientAccess, ClientScope, InClient
from api.backend import Backed, Backend
from api.http.bodies import RawBody, body_limit, read_json
from api.http.config_checks import check_config
from api.http.operation_route import OperationRoute
from api.http.problems import INVALID, Problem
from api.http.schemas import Text
from api.jobs.asking import previewed
from api.pages.clients.config_form import ConfigForm, document_of, form_of
from api.pages.rendering import client_frame, go_to, render
from infringement_dagster.clients.config_checks import CHECKS_AT_ONCE
from infringement_dagster.clients.configs import Difference, differences
from infringement_dagster.scans.request import rescored_where_stored
from infringement_dagster.scoring.preview import Change, ProviderPreview
from resources.postgres.clients import client_store, config_store
from resources.postgres.clients.principals import principal_names
from resources.postgres.listings import image_store
from resources.postgres.listings.records import StoredPicture

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
VERSION_MAX = 2**31 - 1
FIELDS_MAX = 5000
TILES = 24
VERSIONS_SHOWN = 10
_KEYS = [
    ("p", "see what the draft would change"),
    ("s", "save what is previewed"),
    ("?", "show and hide this list"),
]


def filled_form(content: RawBody) -> dict[str, str]:
    """The fields as sent; which there are depends on the config."""
    try:
        text = content.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX))
    except ValueError:
        raise Problem(INVALID, f"a form holds at most {FIELDS_MAX} fields") from None


Filled = Annotated[dict[str, str], Depends(filled_form)]


class SaveForm(BaseModel):
    """A previewed draft and the version that it was made from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int = Field(ge=0, le=VERSION_MAX)
    document: str
    comment: Text = ""
    apply: bool = False


def saved_form(backend: Backed, filled: Filled) -> tuple[SaveForm, dict[str, object]]:
    """The form and its document, valid; read in a thread, because a form's text may be long."""
    try:
        form = SaveForm.model_validate(filled)
    except ValidationError as error:
        raise Problem(INVALID, f"the form is not valid: {error.errors()[0]['msg']}") from None
    document = _read(form.document)
    check_config(backend.config_checks, document)
    return form, document


Saved = Annotated[
    tuple[SaveForm, dict[str, object]], Depends(saved_form, max_concurrency=CHECKS_AT_ONCE)
]


@dataclass(frozen=True, slots=True)
class Tile:
    """A listing that would be flagged or dropped, with its picture."""

    change: Change
    sha256: str | None


@dataclass(frozen=True, slots=True)
class ShownPreview:
    """Changes that the draft would make at one provider."""

    found: ProviderPreview
    newly_flagged: list[Tile]
    dropped: list[Tile]


@dataclass(frozen=True, slots=True)
class Draft:
    """A valid draft: what differs in it, and what that would do."""

    document: str
    differences: list[Difference]
    previews: list[ShownPreview]


@router.get("/clients/{client_id}/config")
def show_config(
    request: Request, scope: InClient, backend: Backed, saved: int | None = None
) -> Response:
    """The newest config as fields; `saved` is the version that was saved just before."""
    backend.jobs.make_ready()  # most who look at a config preview a draft of it
    version, document = _newest(scope)
    versions = config_store.versions_before(
        scope.connection, scope.client_id, version + 1, VERSIONS_SHOWN
    )
    signed = [one.created_by for one in versions]
    return render(
        "config.html",
        client_frame(request, scope, "config"),
        form=form_of(document),
        version=version,
        draft=None,
        versions=versions,
        names=principal_names(scope.connection, scope.client_id, signed),
        saved=saved,
        keys=_KEYS,
    )


@router.post("/clients/{client_id}/config/preview")
def preview_on_page(request: Request, access: Allowed, backend: Backed, filled: Filled) -> Response:
    """The form as filled in, with its errors or with what it would change."""
    number = filled.pop("version", "0")
    version = int(number[:10]) if number.isdecimal() and number.isascii() else 0
    with backend.database.client(access.client_id) as c:
        scope = ClientScope(access.client_id, access.principal, c)
        frame, base = client_frame(request, scope, "config"), _document_at(scope, version)
    document = document_of(base, filled)
    form, draft = _tried(access, backend, base, document)
    return render("config_form.html", frame, form=form, version=version, draft=draft)


@router.post("/clients/{client_id}/config/save")
def save_on_page(saved_form: Saved, scope: InClient) -> Response:
    """Saves the draft as the next version, or says that somebody has saved meanwhile."""
    c, client_id, actor = scope.connection, scope.client_id, scope.principal.actor
    form, document = saved_form
    version = config_store.save_config_after(
        c, client_id, form.version, document, actor, form.comment or None
    )
    scan_id = rescored_where_stored(c, client_id, actor) if form.apply else None
    home = f"/clients/{client_id}"
    address = f"{home}/scans/{scan_id}" if scan_id else f"{home}/config?saved={version}"
    return go_to(address)


def _newest(scope: ClientScope) -> tuple[int, Mapping[str, object]]:
    version = config_store.newest_version(scope.connection, scope.client_id)
    return version, _document_at(scope, version)


def _document_at(scope: ClientScope, version: int) -> Mapping[str, object]:
    if not version:
        return {}
    return client_store.load_config(scope.connection, scope.client_id, version).document


def _tried(
    access: ClientAccess, backend: Backend, base: Mapping[str, object], document: dict[str, object]
) -> tuple[ConfigForm, Draft | None]:
    try:
        found = previewed(backend, access, document)
    except Problem as problem:
        if not problem.errors:
            raise
        return form_of(document, problem.errors, base=base), None
    shown = [_shown(access, backend, one) for one in found]
    written = json.dumps(document, sort_keys=True)
    return form_of(document, base=base), Draft(written, [*differences(base, document)], shown)


def _shown(access: ClientAccess, backend: Backend, found: ProviderPreview) -> ShownPreview:
    flagged, dropped = found.newly_flagged[:TILES], found.dropped[:TILES]
    with backend.database.client(access.client_id) as c:
        listing_ids = [one.listing_id for one in (*flagged, *dropped)]
        rows = image_store.listing_images(c, access.client_id, found.provider, listing_ids)
    pictures: dict[str, str] = {}
    for row in rows:
        if isinstance(row.picture, StoredPicture):
            pictures.setdefault(row.listing_id, row.picture.sha256)

    def tiles(changes: list[Change]) -> list[Tile]:
        return [Tile(one, pictures.get(one.listing_id)) for one in changes]

    return ShownPreview(found, tiles(flagged), tiles(dropped))


def _read(document: str) -> dict[str, object]:
    read = read_json(document.encode("utf-8", "replace"), body_limit("put_config").values_max)
    if not isinstance(read, dict):
        raise Problem(INVALID, "the draft is no JSON object; preview it again")
    return read
