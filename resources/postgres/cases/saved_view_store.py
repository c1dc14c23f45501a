"""The views of the queue that each person keeps."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg import Connection

from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.statements import execute, fetch_all

VIEWS_MAX = 30  # more than a row of tabs can show


class UnknownView(PermanentError):
    """The person keeps no view of this name."""

    problem = ProblemKind(404, "unknown-view", "No such view", "Open the list of views again.")


class ViewExists(PermanentError):
    """The person keeps another view of this name."""

    problem = ProblemKind(409, "view-exists", "The name is taken", "Choose another name.")


class TooManyViews(PermanentError):
    """The person keeps as many views as one may."""

    problem = ProblemKind(409, "too-many-views", "No room for a view", "Delete one first.")


@dataclass(frozen=True, slots=True)
class ViewRow:
    """The query of a queue's address under the name that a person gave it."""

    name: str
    address: str


def views_of(c: Connection, client_id: str, actor: str) -> list[ViewRow]:
    """The person's views in order of name."""
    return fetch_all(
        c,
        ViewRow,
        """
        SELECT name, address FROM saved_views
        WHERE client_id = %(client_id)s AND actor = %(actor)s ORDER BY name
        """,
        client_id=client_id,
        actor=actor,
    )


def save_view(c: Connection, client_id: str, actor: str, view: ViewRow) -> None:
    """Guarantees that the person's view of this name is this one.

    Raises TooManyViews.
    """
    written = execute(
        c,
        """
        INSERT INTO saved_views (client_id, actor, name, address)
        SELECT %(client_id)s, %(actor)s, %(name)s, %(address)s
        WHERE (SELECT count(*) FROM saved_views WHERE client_id = %(client_id)s
            AND actor = %(actor)s AND name <> %(name)s) < %(views_max)s
        ON CONFLICT (client_id, actor, name) DO UPDATE SET address = excluded.address
        """,
        client_id=client_id,
        actor=actor,
        name=view.name,
        address=view.address,
        views_max=VIEWS_MAX,
    )
    if not written:
        raise TooManyViews(
            f"client {client_id}: {actor} keeps {VIEWS_MAX} views already; delete one first"
        )


def rename_view(c: Connection, client_id: str, actor: str, name: str, new_name: str) -> None:
    """Guarantees that the person's view has the other name.

    Raises UnknownView, or ViewExists when another view has it.
    """
    kept = {view.name for view in views_of(c, client_id, actor)}
    if new_name != name and new_name in kept:
        raise ViewExists(f"client {client_id}: {actor} keeps another view named {new_name}")
    renamed = execute(
        c,
        """
        UPDATE saved_views SET name = %(new_name)s
        WHERE client_id = %(client_id)s AND actor = %(actor)s AND name = %(name)s
        """,
        client_id=client_id,
        actor=actor,
        name=name,
        new_name=new_name,
    )
    if not renamed:
        raise _unknown_view(client_id, actor, name)


def delete_view(c: Connection, client_id: str, actor: str, name: str) -> None:
    """Guarantees that the person keeps no view of this name; raises UnknownView."""
    deleted = execute(
        c,
        """
        DELETE FROM saved_views
        WHERE client_id = %(client_id)s AND actor = %(actor)s AND name = %(name)s
        """,
        client_id=client_id,
        actor=actor,
        name=name,
    )
    if not deleted:
        raise _unknown_view(client_id, actor, name)


def _unknown_view(client_id: str, actor: str, name: str) -> UnknownView:
    return UnknownView(f"client {client_id}: {actor} keeps no view named {name}")
