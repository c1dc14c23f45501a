"""Choosing the language of the pages, before log-in and after."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from pydantic import AfterValidator, BaseModel, ConfigDict
from starlette.responses import RedirectResponse, Response

from api.callers import check_origin
from api.http.operation_route import OperationRoute
from api.pages.languages.catalogues import LANGUAGES
from api.pages.languages.reader import LANGUAGE_COOKIE
from api.pages.ways_back import BackTo, own_path

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
_KEPT_SECONDS = 365 * 24 * 3600


def _known(language: str) -> str:
    if language not in LANGUAGES:
        raise ValueError("there is no such language")
    return language


class LanguageForm(BaseModel):
    """The language that a person wants to read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Annotated[str, AfterValidator(_known)]
    back_to: BackTo = "/"


@router.post("/language")
def choose_language(request: Request, form: Annotated[LanguageForm, Form()]) -> Response:
    """Keeps the choice in the browser and shows the page again."""
    check_origin(request)
    response = RedirectResponse(own_path(form.back_to), 303)
    response.set_cookie(
        LANGUAGE_COOKIE,
        form.language,
        max_age=_KEPT_SECONDS,
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return response
