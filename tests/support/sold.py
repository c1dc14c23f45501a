"""A seller of a case and its actor, written without a run, for tests of everything around them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.actors.links import Evidence, Link
from infringement_dagster.domain.actors.sellers import ListingTrace, SellerKey
from resources.postgres.actors.seller_store import (
    NewTrace,
    UntracedCase,
    put_links,
    put_traces,
)


def sell(c: Connection, client_id: str, case_ids: Sequence[UUID]) -> list[SellerKey]:
    """The sellers `name:<case id>` at Amazon, one of each case, linked each to the next.

    The actor of each has the case's id.
    """
    keys = [SellerKey("amazon", f"name:{case_id}") for case_id in case_ids]
    read = ListingTrace(frozenset({"phone:8613912345678"}), "yiwu china")
    for place, (case_id, key) in enumerate(zip(case_ids, keys, strict=True), start=1):
        case = UntracedCase(case_id, "amazon", "B01", "Sly", None, None, None)
        put_traces(c, client_id, [NewTrace(case, key, read)])
        c.execute(
            "INSERT INTO sellers (client_id, provider, seller_key, arrival_no, seller_name,"
            " own_actor_id, actor_id) VALUES (%s, %s, %s, %s, 'Sly', %s, %s)",
            (client_id, key.provider, key.key, place, case_id, case_id),
        )
    said = (Evidence("contact", 9.0, "both give one number"),)
    ends = [sorted(pair) for pair in pairwise(keys)]
    put_links(c, client_id, [Link(first, second, 4.0, said) for first, second in ends])
    return keys
