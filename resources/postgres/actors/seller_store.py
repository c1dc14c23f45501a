"""Which listing shows which seller, which actor is behind a seller, and what links two.

Whoever writes holds `lock_actors` first, so that runs and people change actors one after another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from psycopg import Connection
from psycopg.types.json import Jsonb

from infringement_dagster.domain.actors.links import Evidence, EvidenceKind, Link
from infringement_dagster.domain.actors.sellers import ListingTrace, SellerKey, Trace
from infringement_dagster.domain.groups.likeness import PhotoPrint
from infringement_dagster.domain.listing import Provider
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_count, hold_lock


@dataclass(frozen=True, slots=True)
class UntracedCase:
    """A grouped case whose seller is named and not kept yet."""

    case_id: UUID
    provider: Provider
    listing_id: str
    seller_name: str
    seller_id: str | None
    price: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class NewTrace:
    """A case's seller as it is kept; `read` is what its listing's own page told."""

    case: UntracedCase
    seller: SellerKey
    read: ListingTrace


@dataclass(frozen=True, slots=True)
class SellerRow:
    """A seller with its actor; an actor bears the id of its first seller, or of the pin."""

    seller: SellerKey
    name: str
    arrival_no: int
    own_actor_id: UUID
    actor_id: UUID
    pinned_to: UUID | None


def lock_actors(c: Connection, client_id: str) -> None:
    """Guarantees that nobody else changes the client's actors until the transaction ends."""
    hold_lock(c, f"{client_id}/actors")


def untraced_cases(c: Connection, client_id: str, limit: int) -> list[UntracedCase]:
    """At most `limit` grouped cases with a named seller and no trace, in order of arrival."""
    return fetch_all(
        c,
        UntracedCase,
        """
        SELECT case_id, cases.provider, cases.listing_id, seller_name, listings.seller_id,
            price_low AS price, currency
        FROM grouped_cases JOIN cases USING (client_id, case_id)
        JOIN listings USING (client_id, provider, listing_id)
        WHERE client_id = %(client_id)s AND seller_name IS NOT NULL AND NOT EXISTS (
            SELECT FROM seller_traces AS known
            WHERE known.client_id = %(client_id)s AND known.case_id = cases.case_id)
        ORDER BY arrival_no LIMIT %(limit)s
        """,
        client_id=client_id,
        limit=limit,
    )


def put_traces(c: Connection, client_id: str, new: Sequence[NewTrace]) -> None:
    """Guarantees that these cases' sellers are kept."""
    execute_many(
        c,
        """
        INSERT INTO seller_traces (client_id, case_id, provider, seller_key, seller_name, contacts,
            ships_from, price, currency)
        VALUES (%(client_id)s, %(case_id)s, %(provider)s, %(key)s, %(name)s, %(contacts)s,
            %(ships_from)s, %(price)s, %(currency)s)
        """,
        [
            {
                "client_id": client_id,
                "case_id": item.case.case_id,
                "provider": item.seller.provider,
                "key": item.seller.key,
                "name": item.case.seller_name,
                "contacts": None if item.read.contacts is None else sorted(item.read.contacts),
                "ships_from": item.read.ships_from,
                "price": item.case.price,
                "currency": item.case.currency,
            }
            for item in new
        ],
    )


def fill_traces(
    c: Connection, client_id: str, provider: Provider, read: Mapping[str, ListingTrace]
) -> int:
    """How many known traces learned what their listing's page tells, by listing id.

    What is known already stays as it is.
    """
    return execute_many(
        c,
        """
        UPDATE seller_traces AS known SET contacts = coalesce(known.contacts, %(contacts)s),
            ships_from = coalesce(known.ships_from, %(ships_from)s)
        FROM cases
        WHERE known.client_id = %(client_id)s AND cases.client_id = %(client_id)s
            AND cases.case_id = known.case_id AND cases.provider = %(provider)s
            AND cases.listing_id = %(listing_id)s
            AND ((known.contacts IS NULL AND %(contacts)s::text[] IS NOT NULL)
                OR (known.ships_from IS NULL AND %(ships_from)s::text IS NOT NULL))
        """,
        [
            {
                "client_id": client_id,
                "provider": provider,
                "listing_id": listing_id,
                "contacts": None if told.contacts is None else sorted(told.contacts),
                "ships_from": told.ships_from,
            }
            for listing_id, told in read.items()
            if told.contacts is not None or told.ships_from is not None
        ],
    )


def traces(c: Connection, client_id: str, limit: int) -> list[Trace]:
    """The client's traces with titles and photos as they were grouped; the last `limit`."""
    return fetch_all(
        c,
        _trace,
        """
        SELECT t.provider, t.seller_key, seller_name, contacts, ships_from, price, currency, words,
            photo_sha256, photo_plain, photo_mirrored, is_reference
        FROM seller_traces AS t JOIN grouped_cases USING (client_id, case_id)
        WHERE client_id = %(client_id)s ORDER BY arrival_no DESC LIMIT %(limit)s
        """,
        client_id=client_id,
        limit=limit,
    )


def sellers(c: Connection, client_id: str) -> list[SellerRow]:
    """All sellers of the client's cases in order of arrival."""
    return fetch_all(
        c,
        _seller,
        """
        SELECT provider, seller_key, seller_name, arrival_no, own_actor_id, actor_id, pinned_to
        FROM sellers WHERE client_id = %(client_id)s ORDER BY arrival_no
        """,
        client_id=client_id,
    )


def add_sellers(c: Connection, client_id: str, new: Mapping[SellerKey, str]) -> int:
    """How many of these sellers, with their names, were not known; each is an actor by itself."""
    return execute(
        c,
        """
        INSERT INTO sellers (client_id, provider, seller_key, arrival_no, seller_name,
            own_actor_id, actor_id)
        SELECT %(client_id)s, provider, seller_key, last_no + row_number() OVER (ORDER BY place),
            seller_name, made_id, made_id
        FROM (
            SELECT *, gen_random_uuid() AS made_id FROM unnest(%(providers)s::text[],
                %(keys)s::text[], %(names)s::text[])
                WITH ORDINALITY AS new (provider, seller_key, seller_name, place)
            WHERE NOT EXISTS (
                SELECT FROM sellers AS known WHERE known.client_id = %(client_id)s
                    AND known.provider = new.provider AND known.seller_key = new.seller_key)
            OFFSET 0
        ) AS missing, (
            SELECT coalesce(max(arrival_no), 0) AS last_no FROM sellers
            WHERE client_id = %(client_id)s
        ) AS latest
        """,
        client_id=client_id,
        providers=[seller.provider for seller in new],
        keys=[seller.key for seller in new],
        names=list(new.values()),
    )


def move_sellers(c: Connection, client_id: str, actors: Mapping[SellerKey, UUID]) -> None:
    """Guarantees that each of these sellers belongs to the actor named for it."""
    execute(
        c,
        """
        UPDATE sellers SET actor_id = moved.to_id
        FROM unnest(%(providers)s::text[], %(keys)s::text[], %(ids)s::uuid[])
            AS moved (provider, seller_key, to_id)
        WHERE client_id = %(client_id)s AND sellers.provider = moved.provider
            AND sellers.seller_key = moved.seller_key
        """,
        client_id=client_id,
        providers=[seller.provider for seller in actors],
        keys=[seller.key for seller in actors],
        ids=list(actors.values()),
    )


def pin_sellers(
    c: Connection, client_id: str, pinned: Sequence[SellerKey], actor_id: UUID, pinned_by: str
) -> None:
    """Guarantees that the sellers are together in this actor, by a person's word."""
    execute(
        c,
        """
        UPDATE sellers SET (actor_id, pinned_to, pinned_by, pinned_at)
            = (%(actor_id)s, %(actor_id)s, %(pinned_by)s, now())
        FROM unnest(%(providers)s::text[], %(keys)s::text[]) AS named (provider, seller_key)
        WHERE client_id = %(client_id)s AND sellers.provider = named.provider
            AND sellers.seller_key = named.seller_key
        """,
        client_id=client_id,
        providers=[seller.provider for seller in pinned],
        keys=[seller.key for seller in pinned],
        actor_id=actor_id,
        pinned_by=pinned_by,
    )


def put_links(c: Connection, client_id: str, links: Sequence[Link]) -> None:
    """Guarantees that exactly these links are kept; both sellers of each must be known."""
    known = {(link.first, link.second): link for link in all_links(c, client_id)}
    wanted = {(link.first, link.second): link for link in links}
    execute_many(c, _DELETE_LINK, [_ends(client_id, *key) for key in known.keys() - wanted.keys()])
    changed = [link for key, link in wanted.items() if known.get(key) != link]
    execute_many(
        c,
        _PUT_LINK,
        [
            _ends(client_id, link.first, link.second)
            | {"weight": link.weight, "evidence": Jsonb([_document(e) for e in link.evidence])}
            for link in changed
        ],
    )


def all_links(c: Connection, client_id: str) -> list[Link]:
    """Every link of the client's sellers."""
    return fetch_all(
        c,
        link_row,
        """
        SELECT provider, seller_key, other_provider, other_seller_key, weight, evidence
        FROM seller_links WHERE client_id = %(client_id)s
        """,
        client_id=client_id,
    )


def count_traces(c: Connection, client_id: str) -> int:
    """How many cases have a seller that is kept."""
    return fetch_count(
        c, "SELECT count(*) FROM seller_traces WHERE client_id = %(client_id)s", client_id=client_id
    )


def count_actors(c: Connection, client_id: str) -> int:
    """How many actors are behind several sellers."""
    return fetch_count(
        c,
        """
        SELECT count(*) FROM (
            SELECT FROM sellers WHERE client_id = %(client_id)s
            GROUP BY actor_id HAVING count(*) > 1) AS several
        """,
        client_id=client_id,
    )


_DELETE_LINK = """
    DELETE FROM seller_links WHERE client_id = %(client_id)s AND provider = %(provider)s
        AND seller_key = %(key)s AND other_provider = %(other_provider)s
        AND other_seller_key = %(other_key)s
"""
_PUT_LINK = """
    INSERT INTO seller_links (client_id, provider, seller_key, other_provider, other_seller_key,
        weight, evidence)
    VALUES (%(client_id)s, %(provider)s, %(key)s, %(other_provider)s, %(other_key)s, %(weight)s,
        %(evidence)s)
    ON CONFLICT (client_id, provider, seller_key, other_provider, other_seller_key)
        DO UPDATE SET weight = excluded.weight, evidence = excluded.evidence
"""


def _ends(client_id: str, first: SellerKey, second: SellerKey) -> dict[str, object]:
    return {
        "client_id": client_id,
        "provider": first.provider,
        "key": first.key,
        "other_provider": second.provider,
        "other_key": second.key,
    }


def _document(evidence: Evidence) -> dict[str, object]:
    return {"kind": evidence.kind, "weight": evidence.weight, "said": evidence.said}


def link_row(
    *,
    provider: Provider,
    seller_key: str,
    other_provider: Provider,
    other_seller_key: str,
    weight: float,
    evidence: Sequence[Mapping[str, object]],
) -> Link:
    """The link of a row."""
    first, second = SellerKey(provider, seller_key), SellerKey(other_provider, other_seller_key)
    return Link(first, second, weight, tuple(map(_evidence, evidence)))


def _evidence(document: Mapping[str, object]) -> Evidence:
    kind: EvidenceKind = document["kind"]  # type: ignore[assignment]
    weight = document["weight"]
    assert isinstance(weight, (int, float))
    return Evidence(kind, float(weight), str(document["said"]))


def _trace(
    *,
    provider: Provider,
    seller_key: str,
    seller_name: str,
    contacts: list[str] | None,
    ships_from: str | None,
    price: Decimal | None,
    currency: str | None,
    words: list[str],
    photo_sha256: str | None,
    photo_plain: list[str],
    photo_mirrored: list[str],
    is_reference: bool,
) -> Trace:
    photo = None
    if photo_sha256 is not None:
        photo = PhotoPrint(photo_sha256, _ints(photo_plain), _ints(photo_mirrored), is_reference)
    return Trace(
        SellerKey(provider, seller_key),
        seller_name,
        frozenset(words),
        photo,
        frozenset(contacts or ()),
        ships_from,
        price,
        currency,
    )


def _ints(hexes: Sequence[str]) -> tuple[int, ...]:
    return tuple(int(value, 16) for value in hexes)


def _seller(
    *,
    provider: Provider,
    seller_key: str,
    seller_name: str,
    arrival_no: int,
    own_actor_id: UUID,
    actor_id: UUID,
    pinned_to: UUID | None,
) -> SellerRow:
    seller = SellerKey(provider, seller_key)
    return SellerRow(seller, seller_name, arrival_no, own_actor_id, actor_id, pinned_to)
