"""How risky it is who stands behind sellers, as rules ask it."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import Connection

from infringement_dagster.domain.actors.sellers import SellerKey
from infringement_dagster.matching.actors.risk import Risk
from resources.postgres.actors import actor_lists, seller_lists


def risks_of_sellers(
    c: Connection, client_id: str, sellers: Sequence[SellerKey]
) -> dict[SellerKey, Risk]:
    """The risk of the actor behind each of these sellers that has one, read in two questions."""
    known = seller_lists.sellers_of_keys(c, client_id, sellers)
    actors = actor_lists.actors_of_ids(c, client_id, {row.actor_id for row in known.values()})
    risks = {row.actor_id: row.risk for row in actors}
    return {seller: risks[row.actor_id] for seller, row in known.items() if row.actor_id in risks}
