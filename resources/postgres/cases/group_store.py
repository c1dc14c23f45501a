"""Which case is in which group, why, and what a person has put together or apart.

Whoever writes holds `lock_groups` first, so that runs and people change groups one after another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.groups.likeness import Edge, Member, PhotoPrint, Print
from infringement_dagster.domain.listing import Listing, Provider, Seller
from infringement_dagster.domain.photo import PerceptualHash
from infringement_dagster.matching.photos.hashes.hash_document import hashes_from
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_count, hold_lock


@dataclass(frozen=True, slots=True)
class UngroupedCase:
    """A case that is in no group yet; without photo where none of its listing is kept."""

    case_id: UUID
    listing: Listing
    photo_sha256: str | None
    hashes: tuple[PerceptualHash, ...]


def lock_groups(c: Connection, client_id: str) -> None:
    """Guarantees that nobody else changes the client's groups until the transaction ends."""
    hold_lock(c, f"{client_id}/groups")


def ungrouped_cases(c: Connection, client_id: str, limit: int) -> list[UngroupedCase]:
    """At most `limit` cases without a group, the first flagged first."""
    return fetch_all(
        c,
        _ungrouped,
        """
        SELECT case_id, cases.provider, cases.listing_id, title, url, seller_name, seller_id,
            main.sha256, photos.hashes
        FROM cases JOIN listings USING (client_id, provider, listing_id)
        LEFT JOIN LATERAL (
            SELECT sha256 FROM listing_photos AS shown
            WHERE shown.client_id = %(client_id)s AND shown.provider = cases.provider
                AND shown.listing_id = cases.listing_id AND shown.sha256 IS NOT NULL
            ORDER BY position, url_sha256 LIMIT 1
        ) AS main ON true
        LEFT JOIN photos ON photos.client_id = %(client_id)s AND photos.sha256 = main.sha256
        WHERE cases.client_id = %(client_id)s AND NOT EXISTS (
            SELECT FROM grouped_cases AS known
            WHERE known.client_id = %(client_id)s AND known.case_id = cases.case_id)
        ORDER BY first_flagged_at, cases.provider, cases.listing_id LIMIT %(limit)s
        """,
        client_id=client_id,
        limit=limit,
    )


def members(c: Connection, client_id: str) -> list[Member]:
    """Every grouped case of the client, in order of arrival."""
    return fetch_all(
        c,
        _member,
        """
        SELECT case_id, provider, group_id, pinned_to, words, seller, seller_id, photo_sha256,
            photo_plain, photo_mirrored, is_reference
        FROM grouped_cases JOIN cases USING (client_id, case_id)
        WHERE client_id = %(client_id)s ORDER BY arrival_no
        """,
        client_id=client_id,
    )


def put_members(c: Connection, client_id: str, new: Sequence[Member]) -> None:
    """Guarantees that these cases are grouped, in this order of arrival after all known ones."""
    last = fetch_count(
        c,
        "SELECT coalesce(max(arrival_no), 0) FROM grouped_cases WHERE client_id = %(client_id)s",
        client_id=client_id,
    )
    execute_many(
        c,
        """
        INSERT INTO grouped_cases (client_id, case_id, arrival_no, group_id, words, seller,
            seller_id, photo_sha256, photo_plain, photo_mirrored, is_reference)
        VALUES (%(client_id)s, %(case_id)s, %(arrival_no)s, %(group_id)s, %(words)s, %(seller)s,
            %(seller_id)s, %(photo_sha256)s, %(photo_plain)s, %(photo_mirrored)s,
            %(is_reference)s)
        """,
        [
            {"client_id": client_id, "arrival_no": number} | _columns(member)
            for number, member in enumerate(new, start=last + 1)
        ],
    )


def put_edges(c: Connection, client_id: str, edges: Sequence[Edge]) -> None:
    """Guarantees that the edges are kept; both cases of each must be grouped."""
    execute_many(
        c,
        """
        INSERT INTO group_edges (client_id, case_id, earlier_case_id, photo_bits, title_share,
            is_same_seller, is_same_provider)
        VALUES (%(client_id)s, %(case_id)s, %(earlier_case_id)s, %(photo_bits)s, %(title_share)s,
            %(is_same_seller)s, %(is_same_provider)s)
        """,
        [
            {
                "client_id": client_id,
                "case_id": edge.case_id,
                "earlier_case_id": edge.earlier_case_id,
                "photo_bits": edge.likeness.photo_bits,
                "title_share": edge.likeness.title_share,
                "is_same_seller": edge.likeness.is_same_seller,
                "is_same_provider": edge.likeness.is_same_provider,
            }
            for edge in edges
        ],
    )


def unite(c: Connection, client_id: str, groups: Mapping[UUID, UUID]) -> None:
    """Guarantees that the cases of each group that is no more are in the group it names."""
    execute(
        c,
        """
        UPDATE grouped_cases SET group_id = united.into_id
        FROM unnest(%(gone)s::uuid[], %(into)s::uuid[]) AS united (group_id, into_id)
        WHERE client_id = %(client_id)s AND grouped_cases.group_id = united.group_id
        """,
        client_id=client_id,
        gone=list(groups),
        into=list(groups.values()),
    )


def cases_of_groups(c: Connection, client_id: str, group_ids: Sequence[UUID]) -> list[UUID]:
    """All cases of these groups in order of arrival."""
    return fetch_all(
        c,
        _case_id,
        """
        SELECT case_id FROM grouped_cases
        WHERE client_id = %(client_id)s AND group_id = ANY(%(group_ids)s) ORDER BY arrival_no
        """,
        client_id=client_id,
        group_ids=list(group_ids),
    )


def pin(
    c: Connection, client_id: str, case_ids: Sequence[UUID], group_id: UUID, pinned_by: str
) -> None:
    """Guarantees that the cases are together in this group, by a person's word."""
    execute(
        c,
        """
        UPDATE grouped_cases SET (group_id, pinned_to, pinned_by, pinned_at, is_exception)
            = (%(group_id)s, %(group_id)s, %(pinned_by)s, now(),
                is_exception AND group_id = %(group_id)s)
        WHERE client_id = %(client_id)s AND case_id = ANY(%(case_ids)s)
        """,
        client_id=client_id,
        case_ids=list(case_ids),
        group_id=group_id,
        pinned_by=pinned_by,
    )


def except_cases(c: Connection, client_id: str, group_id: UUID, exceptions: Sequence[UUID]) -> None:
    """Guarantees that of the group exactly these cases were taken out of its last decision."""
    execute(
        c,
        """
        UPDATE grouped_cases SET is_exception = case_id = ANY(%(exceptions)s)
        WHERE client_id = %(client_id)s AND group_id = %(group_id)s
            AND is_exception <> (case_id = ANY(%(exceptions)s))
        """,
        client_id=client_id,
        group_id=group_id,
        exceptions=list(exceptions),
    )


def except_further(c: Connection, client_id: str, exceptions: Sequence[UUID]) -> None:
    """Guarantees that these cases are left out of what their groups propose, as all so far are."""
    execute(
        c,
        """
        UPDATE grouped_cases SET is_exception = true
        WHERE client_id = %(client_id)s AND case_id = ANY(%(exceptions)s) AND NOT is_exception
        """,
        client_id=client_id,
        exceptions=list(exceptions),
    )


def _case_id(*, case_id: UUID) -> UUID:
    return case_id


def _ungrouped(
    *,
    case_id: UUID,
    provider: Provider,
    listing_id: str,
    title: str,
    url: str,
    seller_name: str | None,
    seller_id: str | None,
    sha256: str | None,
    hashes: dict[str, str] | None,
) -> UngroupedCase:
    seller = None if seller_name is None else Seller(seller_name, seller_id)
    listing = Listing(provider, listing_id, title, url, seller=seller)
    return UngroupedCase(case_id, listing, sha256, hashes_from(hashes or {}))


def _member(
    *,
    case_id: UUID,
    provider: Provider,
    group_id: UUID,
    pinned_to: UUID | None,
    words: list[str],
    seller: str | None,
    seller_id: str | None,
    photo_sha256: str | None,
    photo_plain: list[str],
    photo_mirrored: list[str],
    is_reference: bool,
) -> Member:
    photo = None
    if photo_sha256 is not None:
        photo = PhotoPrint(photo_sha256, _ints(photo_plain), _ints(photo_mirrored), is_reference)
    seen = Print(case_id, provider, frozenset(words), seller, seller_id, photo)
    return Member(seen, group_id, pinned_to)


def _columns(member: Member) -> dict[str, object]:
    seen, photo = member.seen, member.seen.photo
    return {
        "case_id": seen.case_id,
        "group_id": member.group_id,
        "words": sorted(seen.words),
        "seller": seen.seller,
        "seller_id": seen.seller_id,
        "photo_sha256": None if photo is None else photo.sha256,
        "photo_plain": [] if photo is None else _hexes(photo.plain),
        "photo_mirrored": [] if photo is None else _hexes(photo.mirrored),
        "is_reference": photo is not None and photo.is_reference,
    }


def _ints(hexes: Sequence[str]) -> tuple[int, ...]:
    return tuple(int(value, 16) for value in hexes)


def _hexes(hashes: Sequence[int]) -> list[str]:
    return [f"{value:064x}" for value in hashes]
