"""The cases that rules may act on, with all that is known of them: who stands behind them, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.actors.sellers import SellerKey
from infringement_dagster.domain.moderation.changes import Candidate
from infringement_dagster.domain.moderation.judging import Known
from infringement_dagster.matching.actors.risk import Risk
from infringement_dagster.matching.actors.traces import seller_key
from resources.postgres.actors.risk_query import risks_of_sellers
from resources.postgres.cases.moderation import fact_query


def candidates_after(c: Connection, client_id: str, limit: int, after: UUID) -> list[Candidate]:
    """At most `limit` cases behind the id `after`, in order of their ids."""
    found = fact_query.candidates_after(c, client_id, limit, after)
    keys = {
        candidate.case_id: seller_key(candidate.provider, candidate.seller)
        for candidate in found
        if candidate.seller is not None
    }
    risks = risks_of_sellers(c, client_id, sorted(set(keys.values())))
    return [_with_risk(candidate, keys, risks) for candidate in found]


def _with_risk(
    candidate: Candidate, keys: Mapping[UUID, SellerKey], risks: Mapping[SellerKey, Risk]
) -> Candidate:
    key = keys.get(candidate.case_id)
    risk = None if key is None else risks.get(key)
    if risk is None:
        return candidate
    strongest = max(risk.parts, key=lambda part: part.value * part.share, default=None)
    told = strongest.said if strongest else ""
    return replace(candidate, facts={**candidate.facts, "actor_risk": Known(risk.value, told)})
