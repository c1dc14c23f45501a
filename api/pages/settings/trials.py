"""Trying one search of the config page: first its price, then one page of what it finds."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.access import Allowed
from api.backend import Backed, Backend
from api.http.bodies import FORM, read_json
from api.http.config_checks import check_config
from api.http.operation_route import OperationRoute
from api.http.photo_headers import PHOTO_HEADERS
from api.http.problems import INVALID, UNKNOWN_ITEM, Problem
from api.jobs.orders import TrialOrder
from api.jobs.trials import kept_result, tried
from api.pages.clients.config_drafts import base_of
from api.pages.clients.config_form import document_of
from api.pages.clients.config_input import Filled
from api.pages.rendering import render_part
from api.pages.scans.scan_question import credits_left
from infringement_dagster.clients.config_searches import InstalledProvider, SearchDocument
from infringement_dagster.domain.listing import Provider
from infringement_dagster.photos.previews import MEDIA_TYPE
from infringement_dagster.scans.trial_credits import page_credits

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_KEPT = ("marketplace", "options", "vendor")  # of the search; one page of it is tried
_CREDITS_MAX = 1_000_000


class TrialForm(BaseModel):
    """A trial whose price was named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    provider: InstalledProvider
    search: str = Field(max_length=10_000)
    credits_most: int = Field(ge=0, le=_CREDITS_MAX)


@router.post("/clients/{client_id}/trials/question/{provider}")
def ask_trial_on_page(
    access: Allowed, backend: Backed, provider: InstalledProvider, filled: Filled
) -> Response:
    """The question before a search is tried: what it costs and what is left."""
    search = _trial_of(access.client_id, backend, provider, filled)
    _check(backend, provider, search)
    read = SearchDocument.model_validate(search).to_search()
    with backend.database.client(access.client_id) as c:
        return render_part(
            "trial_question.html",
            client_id=access.client_id,
            provider=provider,
            read=read,
            search=json.dumps(search, sort_keys=True),
            credits=page_credits(c, provider, read),
            left=credits_left(c, access.client_id),
        )


@router.post("/clients/{client_id}/trials")
def try_search_on_page(
    access: Allowed, backend: Backed, form: Annotated[TrialForm, Form()]
) -> Response:
    """One page of what the search finds, as a list with photos."""
    search = read_json(form.search.encode("utf-8", "replace"), FORM.values_max)
    _check(backend, form.provider, search)
    order = TrialOrder(provider=form.provider, search=search, credits_most=form.credits_most)
    trial_id, found = tried(backend, access, order)
    return render_part("trial.html", client_id=access.client_id, trial_id=trial_id, found=found)


@router.get("/clients/{client_id}/trials/{trial_id}/photos/{place}")
def get_trial_photo(
    access: Allowed, backend: Backed, trial_id: UUID, place: Annotated[int, Path(ge=0, le=100)]
) -> Response:
    """The photo of the listing at this place of the list, kept for a day."""
    listings = kept_result(backend, access.client_id, trial_id).listings
    photo = listings[place].photo_base64 if place < len(listings) else None
    if photo is None:
        raise Problem(UNKNOWN_ITEM, f"trial {trial_id} shows no photo at place {place}")
    return Response(b64decode(photo), media_type=MEDIA_TYPE, headers=PHOTO_HEADERS)


def _trial_of(
    client_id: str, backend: Backend, provider: Provider, filled: dict[str, str]
) -> dict[str, object]:
    """One page of the query that was typed, else of the first one, under the draft's search.

    Who may not edit sends no fields of the config; then the saved search is tried.
    """
    with backend.database.client(client_id) as c:
        _, base = base_of(c, client_id, filled.pop("version", None))
    is_draft = f"/searches/{provider}/queries" in filled
    searches = (document_of(base, filled) if is_draft else base).get("searches")
    search = searches.get(provider) if isinstance(searches, Mapping) else None
    search = search if isinstance(search, Mapping) else {}
    queries = search.get("queries")
    first = str(queries[0]) if isinstance(queries, list) and queries else ""
    query = filled.get(f"trial/{provider}", "").strip() or first
    if not query:
        raise Problem(INVALID, "enter what to search for, then try it")
    kept = {name: search[name] for name in _KEPT if name in search}
    return {**kept, "queries": [query], "pages_max": 1, "details_max": 0}


def _check(backend: Backend, provider: Provider, search: object) -> None:
    """Returns for a search of one page that is valid; raises Problem."""
    check_config(backend.config_checks, {"brands": [{"name": "-"}], "searches": {provider: search}})
    assert isinstance(search, dict)  # checked above
    read = SearchDocument.model_validate(search)
    if (len(read.queries), read.pages_max, read.photos_max) != (1, 1, 0):
        raise Problem(INVALID, "a trial is one page of one search; ask for its price again")
