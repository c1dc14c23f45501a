"""Documents of rows that name who did it, with the name beside the id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from api.http.schemas import Document
from resources.postgres.clients.principals import principal_names

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from api.access import ClientScope

Named = TypeVar("Named", bound=Document)


def named_documents(
    kind: type[Named], scope: ClientScope, rows: Sequence[DataclassInstance], signed: str
) -> list[Named]:
    """The rows' documents; beside the id in field `signed` they hold its name in `signed`_name."""
    ids = [str(getattr(row, signed)) for row in rows]
    names = principal_names(scope.connection, scope.client_id, ids)
    return [
        kind.model_validate(asdict(row) | {f"{signed}_name": names[principal]})
        for row, principal in zip(rows, ids, strict=True)
    ]


def named_document(
    kind: type[Named], scope: ClientScope, row: DataclassInstance, signed: str
) -> Named:
    """The row's document, likewise."""
    return named_documents(kind, scope, [row], signed)[0]
