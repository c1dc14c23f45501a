"""Actors as people read them: a row each, and what links the sellers of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.actors.links import Link
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from resources.postgres.actors.records import COUNTS, FACTS, ActorPosition, Counted
from resources.postgres.actors.seller_store import link_row
from resources.postgres.statements import fetch_all, fetch_one


class UnknownActor(PermanentError):
    """The client has no such actor."""

    problem = ProblemKind(404, "unknown-actor", "No such actor", "List the client's actors.")

    def __init__(self, client_id: str, actor_id: UUID) -> None:
        super().__init__(
            f"client {client_id} has no actor {actor_id}; list its actors for their ids"
        )


@dataclass(frozen=True, slots=True)
class ActorRow(Counted):
    """An actor as a list shows it, named as its first seller is."""

    actor_id: UUID
    name: str


def actor_page(
    c: Connection,
    client_id: str,
    limit: int,
    *,
    sellers_min: int = 2,
    after: ActorPosition | None = None,
) -> list[ActorRow]:
    """At most `limit` actors of at least so many sellers, those with most open cases first.

    Reads all sellers' cases of the client.
    """
    query = _GROUPED + " HAVING count(DISTINCT (provider, seller_key)) >= %(sellers_min)s"
    if after is not None:
        query += _BEHIND
    return fetch_all(
        c,
        ActorRow,
        "WITH" + FACTS + ")" + query + " ORDER BY open_cases DESC, actor_id LIMIT %(limit)s",
        client_id=client_id,
        sellers_min=sellers_min,
        after_open=None if after is None else after.open_cases,
        after_id=None if after is None else after.actor_id,
        limit=limit,
    )


def get_actor(c: Connection, client_id: str, actor_id: UUID) -> ActorRow:
    """The actor; raises UnknownActor."""
    found = actors_of_ids(c, client_id, [actor_id])
    if not found:
        raise UnknownActor(client_id, actor_id)
    return found[0]


def actors_of_ids(c: Connection, client_id: str, actor_ids: Collection[UUID]) -> list[ActorRow]:
    """Those of the actors that the client has, each with what is counted over its cases."""
    return fetch_all(
        c,
        ActorRow,
        "WITH" + FACTS + " AND s.actor_id = ANY(%(actor_ids)s))" + _GROUPED + " ORDER BY actor_id",
        client_id=client_id,
        actor_ids=list(actor_ids),
    )


def links_of_actor(c: Connection, client_id: str, actor_id: UUID) -> list[Link]:
    """The links of the actor's sellers to each other and to others, the surest first."""
    return fetch_all(
        c,
        link_row,
        """
        SELECT provider, seller_key, other_provider, other_seller_key, weight, evidence
        FROM seller_links
        WHERE client_id = %(client_id)s AND EXISTS (
            SELECT FROM sellers AS s
            WHERE s.client_id = %(client_id)s AND s.actor_id = %(actor_id)s
                AND (s.provider, s.seller_key) IN (
                    (seller_links.provider, seller_links.seller_key),
                    (other_provider, other_seller_key)))
        ORDER BY weight DESC, provider, seller_key, other_provider, other_seller_key
        """,
        client_id=client_id,
        actor_id=actor_id,
    )


@dataclass(frozen=True, slots=True)
class Pin:
    """A person's word on which actor a seller belongs to."""

    pinned_by: str
    pinned_at: datetime


_GROUPED: LiteralString = f"""
    SELECT actor_id, (
            SELECT seller_name FROM sellers AS named
            WHERE named.client_id = %(client_id)s AND named.actor_id = facts.actor_id
            ORDER BY arrival_no LIMIT 1) AS name,{COUNTS}
    FROM (SELECT *, min(found_at) OVER (PARTITION BY actor_id) AS first_found_at FROM facts)
        AS facts
    GROUP BY actor_id"""  # noqa: S608 - of literals
_BEHIND: LiteralString = """
    AND (count(*) FILTER (WHERE state = 'open') < %(after_open)s
        OR (count(*) FILTER (WHERE state = 'open') = %(after_open)s AND actor_id > %(after_id)s))"""


def actor_named(c: Connection, client_id: str, actor_id: UUID) -> str | None:
    """The name of the actor's first seller; None where the client has no such actor."""
    return fetch_one(
        c,
        _name,
        """
        SELECT seller_name FROM sellers
        WHERE client_id = %(client_id)s AND actor_id = %(actor_id)s ORDER BY arrival_no LIMIT 1
        """,
        client_id=client_id,
        actor_id=actor_id,
    )


def _name(*, seller_name: str) -> str:
    return seller_name
