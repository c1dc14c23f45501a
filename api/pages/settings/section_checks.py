"""Checks of one section of the config page as soon as somebody leaves a field of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.access import Allowed
from api.backend import Backed
from api.http.config_checks import config_errors
from api.http.operation_route import OperationRoute
from api.pages.clients.config_drafts import base_of
from api.pages.clients.config_form import ConfigForm, Document, document_of, form_of
from api.pages.clients.config_input import Filled
from api.pages.rendering import render_part
from api.pages.settings.schedule_words import schedule_plan
from api.pages.settings.search_cost import search_cost
from infringement_dagster.clients.config_checks import CHECKS_AT_ONCE

router = APIRouter(include_in_schema=False, route_class=OperationRoute)


def checked_form(access: Allowed, backend: Backed, filled: Filled) -> tuple[ConfigForm, Document]:
    """The form as filled in with its errors, and the document that it makes."""
    with backend.database.client(access.client_id) as c:
        _, base = base_of(c, access.client_id, filled.pop("version", None))
    document = document_of(base, filled)
    errors = config_errors(backend.config_checks, document)
    return form_of(document, errors, base=base), document


Checked = Annotated[
    tuple[ConfigForm, Document], Depends(checked_form, max_concurrency=CHECKS_AT_ONCE)
]


@router.post("/clients/{client_id}/config/check/{section}")
def check_section_on_page(
    access: Allowed, backend: Backed, section: str, checked: Checked
) -> Response:
    """The errors of the section's fields, each for its own place; empty fields are let be."""
    form, document = checked
    with backend.database.client(access.client_id) as c:
        cost = search_cost(c, access.client_id, document)
    return render_part(
        "config_check.html",
        section=form.section(section),
        cost=cost,
        plan=schedule_plan(document, access.client_id, datetime.now(UTC)),
    )
