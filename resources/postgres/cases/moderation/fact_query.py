"""The cases that rules may act on, each with what is known of it.

Those that their score flagged and on which no person has ever decided: open ones, and those that a
rule has decided. Sampled cases stay people's, as recall is estimated from what people say of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Provider, Seller
from infringement_dagster.domain.moderation.changes import Candidate
from infringement_dagster.domain.moderation.judging import Fact, Known, Unknown
from infringement_dagster.domain.moderation.lists import ListEntry, Lists
from infringement_dagster.domain.moderation.rules import FactName, Verdict
from infringement_dagster.domain.score import PriceCompared, Signal, Unavailable, ViolationType
from infringement_dagster.domain.score_document import SignalDocument, signals_from
from infringement_dagster.matching.photos.hashes.hashing import ALGORITHMS
from resources.postgres.cases.moderation.list_store import all_lists
from resources.postgres.statements import fetch_all

_PRICE: Final = "low_price"
_FIRST: Final = UUID(int=0)
# By which a photo is the very same, whatever file it comes in: all 256 bits of its PDQ.
_EXACT: Final = next(f"pdq/{known.version}/raw" for known in ALGORITHMS if known.name == "pdq")


@dataclass(frozen=True, slots=True)
class _Row:
    case_id: UUID
    version: int
    provider: Provider
    listing_id: str
    title: str
    decision: Verdict | None
    decided_by_rule: str | None
    priority_rule: str | None
    probability: float
    violation_type: ViolationType | None
    seller_name: str | None
    seller_id: str | None
    signals: list[SignalDocument] | None
    is_own_photo: bool | None  # None: no photo is kept
    is_decided_photo: bool | None  # None: in no group, or no photo is kept
    is_exception: bool
    infringing: int
    lawful: int


def candidates_after(
    c: Connection, client_id: str, limit: int, after: UUID = _FIRST
) -> list[Candidate]:
    """At most `limit` cases behind the id `after`, in order of their ids."""
    lists = all_lists(c, client_id)
    own = fetch_all(c, _OwnPhoto, _OWN_PHOTOS, client_id=client_id, exact=_EXACT)
    rows = fetch_all(
        c,
        _Row,
        _CANDIDATES,
        client_id=client_id,
        after=after,
        limit=limit,
        price=_PRICE,
        exact=_EXACT,
        own_photos=[photo.sha256 for photo in own],
        own_hashes=[photo.hash_hex for photo in own if photo.hash_hex is not None],
    )
    return [_candidate(row, lists) for row in rows]


@dataclass(frozen=True, slots=True)
class _OwnPhoto:
    sha256: str
    hash_hex: str | None


_OWN_PHOTOS = """
    SELECT sha256, hashes ->> %(exact)s AS hash_hex
    FROM reference_photos LEFT JOIN photos USING (client_id, sha256)
    WHERE client_id = %(client_id)s AND removed_at IS NULL AND reference_photos.kind = 'photo'
"""
# Of the signals the price alone is read: all of 20,000 cases would be 200 MB of JSON. A group's
# decisions are people's: were a rule's among them, rules would confirm themselves.
_CANDIDATES = """
    WITH wanted AS (
        SELECT case_id FROM cases
        WHERE client_id = %(client_id)s AND case_id > %(after)s
            AND sampled_chance IS NULL AND flagged_by IS NULL
            AND ((state = 'open' AND NOT set_aside) OR decided_by_rule IS NOT NULL)
            AND NOT EXISTS (
                SELECT FROM decisions WHERE decisions.client_id = %(client_id)s
                    AND decisions.case_id = cases.case_id
                    AND NOT starts_with(decided_by, 'rule:'))
        ORDER BY case_id LIMIT %(limit)s
    ), groups AS (
        SELECT DISTINCT group_id FROM grouped_cases JOIN wanted USING (case_id)
        WHERE client_id = %(client_id)s
    ), decided AS (
        SELECT group_id, decision, photo_sha256, photo_plain
        FROM groups JOIN grouped_cases USING (group_id) JOIN cases USING (client_id, case_id)
        WHERE client_id = %(client_id)s AND state = 'decided' AND decided_by_rule IS NULL
    ), spoken AS (
        SELECT group_id, count(*) FILTER (WHERE decision = 'infringing') AS infringing,
            count(*) FILTER (WHERE decision = 'not_infringing') AS lawful
        FROM decided GROUP BY group_id
    )
    SELECT cases.case_id, version, cases.provider, cases.listing_id, title, cases.decision,
        decided_by_rule, priority_rule, cases.probability, cases.violation_type, seller_name,
        listings.seller_id, priced.signals, main.is_own_photo,
        CASE WHEN member.photo_sha256 IS NOT NULL THEN EXISTS (
            SELECT FROM decided WHERE decided.group_id = member.group_id
                AND (decided.photo_sha256 = member.photo_sha256
                    OR decided.photo_plain && member.photo_plain)) END AS is_decided_photo,
        coalesce(member.is_exception, false) AS is_exception,
        coalesce(spoken.infringing, 0) AS infringing, coalesce(spoken.lawful, 0) AS lawful
    FROM wanted JOIN cases ON cases.client_id = %(client_id)s AND cases.case_id = wanted.case_id
    JOIN listings ON listings.client_id = %(client_id)s AND listings.provider = cases.provider
        AND listings.listing_id = cases.listing_id
    LEFT JOIN LATERAL (
        SELECT jsonb_agg(signal) AS signals
        FROM scores CROSS JOIN LATERAL jsonb_array_elements(scores.signals) AS signal
        WHERE scores.client_id = %(client_id)s AND scores.scan_id = cases.scan_id
            AND scores.provider = cases.provider AND scores.listing_id = cases.listing_id
            AND signal ->> 'name' = %(price)s
    ) AS priced ON true
    LEFT JOIN LATERAL (
        SELECT bool_or(shown.sha256 = ANY(%(own_photos)s)
            OR coalesce(hashed.hashes ->> %(exact)s = ANY(%(own_hashes)s), false)) AS is_own_photo
        FROM listing_photos AS shown
        JOIN photos AS hashed ON hashed.client_id = %(client_id)s
            AND hashed.sha256 = shown.sha256
        WHERE shown.client_id = %(client_id)s AND shown.provider = cases.provider
            AND shown.listing_id = cases.listing_id AND shown.sha256 IS NOT NULL
    ) AS main ON true
    LEFT JOIN grouped_cases AS member ON member.client_id = %(client_id)s
        AND member.case_id = cases.case_id
    LEFT JOIN spoken ON spoken.group_id = member.group_id
    ORDER BY cases.case_id
"""


def _candidate(row: _Row, lists: Lists) -> Candidate:
    seller = None if row.seller_name is None else Seller(row.seller_name, row.seller_id)
    return Candidate(
        row.case_id,
        row.version,
        row.provider,
        row.listing_id,
        row.title,
        seller,
        row.decision,
        row.decided_by_rule,
        row.priority_rule,
        _facts(row, seller, lists),
    )


def _facts(row: _Row, seller: Seller | None, lists: Lists) -> Mapping[FactName, Fact]:
    return {
        "provider": Known(row.provider),
        "violation_type": _kind(row.violation_type),
        "probability": Known(row.probability),
        "price_of_floor": _price(signals_from(row.signals or ())),
        "seller_list": Unknown("the marketplace did not name the seller")
        if seller is None
        else _listed(lists.of_seller(row.provider, seller)),
        "listing_list": _listed(lists.of_listing(row.provider, row.listing_id)),
        "photo_exact": _photo(row),
        "group_decision": _group(row),
        "actor_risk": Unknown("no actor is known for the seller"),
    }


def _kind(violation_type: ViolationType | None) -> Fact:
    return Unknown("its score names none") if violation_type is None else Known(violation_type)


def _listed(entry: ListEntry | None) -> Fact:
    return Known("none") if entry is None else Known(entry.list_name, entry.said)


def _price(signals: tuple[Signal, ...]) -> Fact:
    for signal in signals:
        if isinstance(signal.value, Unavailable):
            return Unknown(signal.value.reason)
        compared = signal.basis
        if isinstance(compared, PriceCompared) and compared.against == "floor":
            return Known(compared.share, signal.explanation)
        return Unknown("it was held against other offers, not against your floor")
    return Unknown("its score is no longer kept")


def _photo(row: _Row) -> Fact:
    if row.is_own_photo:
        return Known("yes", "one of your own photos")
    if row.is_decided_photo:
        return Known("yes", "the photo of a decided case of its group")
    if row.is_own_photo is None:
        return Unknown("no photo of it is kept")
    return Known("no")


def _group(row: _Row) -> Fact:
    if row.is_exception:
        return Unknown("a person left it out of its group's decision")
    if row.infringing and row.lawful:
        return Unknown("people's decisions in its group differ")
    if row.infringing:
        return Known("infringing", _decided_so(row.infringing))
    if row.lawful:
        return Known("not_infringing", _decided_so(row.lawful))
    return Unknown("nobody has decided in its group")


def _decided_so(cases: int) -> str:
    return "1 case decided so" if cases == 1 else f"{cases:,} cases decided so"
