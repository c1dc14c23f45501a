"""Names of people and keys where history shows their ids."""

from __future__ import annotations

from collections.abc import Iterable

from psycopg import Connection

from resources.postgres.statements import fetch_all


def principal_names(c: Connection, client_id: str, principals: Iterable[str]) -> dict[str, str]:
    """The name of each: a person's address, a key's name and id, else what history says."""
    asked = sorted(set(principals))
    if not asked:
        return {}
    return dict(
        fetch_all(
            c,
            _named,
            """
            SELECT principal, principal_name(%(client_id)s, principal) AS name
            FROM unnest(%(principals)s::text[]) principal
            """,
            client_id=client_id,
            principals=asked,
        )
    )


def _named(*, principal: str, name: str) -> tuple[str, str]:
    return principal, name
