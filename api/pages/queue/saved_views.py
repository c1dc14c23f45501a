"""The views of the queue that a person keeps: saved, renamed, replaced, deleted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from pydantic import BaseModel, ConfigDict, StringConstraints
from starlette.responses import Response

from api.access import ClientScope, InClient
from api.http.operation_route import OperationRoute
from api.pages.cases.list_filter import Wanted, wanted_cases
from api.pages.rendering import go_to, render_part
from resources.postgres.cases import saved_view_store
from resources.postgres.cases.saved_view_store import ViewRow

router = APIRouter(include_in_schema=False, route_class=OperationRoute)
InList = Annotated[Wanted, Depends(wanted_cases)]
ViewName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]*$"
    ),
]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SaveForm(_Form):
    """The name under which the list on show is kept."""

    name: ViewName


class RenameForm(_Form):
    """A kept view and what it shall be called."""

    name: ViewName
    new_name: ViewName


@router.get("/clients/{client_id}/views")
def edit_views(scope: InClient, wanted: InList) -> Response:
    """The dialog in which the list on show is saved and the kept views are changed."""
    return render_part(
        "views.html", client_id=scope.client_id, wanted=wanted, views=views_of(scope)
    )


@router.post("/clients/{client_id}/views")
def save_view_on_page(
    scope: InClient, wanted: InList, form: Annotated[SaveForm, Form()]
) -> Response:
    """Keeps the list on show under the name, in place of what had it."""
    view = ViewRow(form.name, wanted.address)
    saved_view_store.save_view(scope.connection, scope.client_id, scope.principal.actor, view)
    return _back_to(scope, wanted)


@router.post("/clients/{client_id}/views/rename")
def rename_view_on_page(
    scope: InClient, wanted: InList, form: Annotated[RenameForm, Form()]
) -> Response:
    """Gives a kept view another name."""
    actor = scope.principal.actor
    saved_view_store.rename_view(scope.connection, scope.client_id, actor, form.name, form.new_name)
    return _back_to(scope, wanted)


@router.post("/clients/{client_id}/views/delete")
def delete_view_on_page(
    scope: InClient, wanted: InList, form: Annotated[SaveForm, Form()]
) -> Response:
    """Forgets a kept view; its cases stay as they are."""
    saved_view_store.delete_view(
        scope.connection, scope.client_id, scope.principal.actor, form.name
    )
    return _back_to(scope, wanted)


def views_of(scope: ClientScope) -> list[ViewRow]:
    """The views that the caller keeps of the client's queue."""
    return saved_view_store.views_of(scope.connection, scope.client_id, scope.principal.actor)


def _back_to(scope: ClientScope, wanted: Wanted) -> Response:
    address = f"/clients/{scope.client_id}/cases?{wanted.address}"
    return go_to(address)
