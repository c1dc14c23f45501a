"""Evidence of cases: the frozen copies and the chain over their manifests.

Belongs here: SQL of `evidence`, `evidence_links` and `evidence_chains`. Not here: the copies
themselves (`resources/object_store.py`), what a link says (`infringement_dagster/evidence`).

Locks are taken in the order chain, cases, event counter: lock the chain before anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection

from infringement_dagster.evidence.chain import (
    NOTHING_BEFORE,
    ChainEnd,
    Link,
    NewManifest,
    linked,
)
from infringement_dagster.matching.listing import Provider
from resources.postgres.records import EvidenceKind, EvidenceRow
from resources.postgres.statements import execute, execute_many, fetch_all, fetch_one


@dataclass(frozen=True, slots=True)
class KeptLink:
    """A link with the SHA-256 that was kept for it."""

    link: Link
    sha256: str


@dataclass(frozen=True, slots=True)
class KnownEvidence:
    """What a listing's case has frozen already."""

    listing_id: str
    sha256s: frozenset[str]
    is_linked: bool


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A frozen object, whichever cases it belongs to."""

    kind: EvidenceKind
    object_key: str
    sha256: str


def known_evidence(
    c: Connection, client_id: str, provider: Provider, listing_ids: Iterable[str]
) -> dict[str, KnownEvidence]:
    """What is frozen of those of the listings that have a case, by listing id."""
    rows = fetch_all(
        c,
        _known,
        """
        SELECT listing_id,
            array(SELECT sha256 FROM evidence WHERE client_id = %(client_id)s
                AND evidence.case_id = cases.case_id) AS sha256s,
            EXISTS (SELECT FROM evidence_links l WHERE l.client_id = %(client_id)s
                AND l.case_id = cases.case_id) AS is_linked
        FROM cases WHERE client_id = %(client_id)s AND provider = %(provider)s
            AND listing_id = ANY(%(listing_ids)s)
        """,
        client_id=client_id,
        provider=provider,
        listing_ids=list(listing_ids),
    )
    return {row.listing_id: row for row in rows}


def _known(*, listing_id: str, sha256s: list[str], is_linked: bool) -> KnownEvidence:
    return KnownEvidence(listing_id, frozenset(sha256s), is_linked)


def put_evidence(c: Connection, client_id: str, rows: Iterable[EvidenceRow]) -> int:
    """How many of the frozen copies are added; a case keeps the same bytes of a kind once.

    Write evidence of cases that the same transaction has flagged, or before it writes any event.
    Raises RefusedRow for an unknown case or scan.
    """
    distinct = {(row.case_id, row.kind, row.sha256): row for row in rows}
    ordered = [distinct[key] for key in sorted(distinct)]
    execute(
        c,
        """
        SELECT FROM cases WHERE client_id = %(client_id)s AND case_id = ANY(%(case_ids)s)
        ORDER BY case_id FOR NO KEY UPDATE
        """,
        client_id=client_id,
        case_ids=[row.case_id for row in ordered],
    )
    return execute(
        c,
        """
        INSERT INTO evidence (client_id, case_id, evidence_no, kind, object_key, sha256, size_bytes,
            media_type, scan_id, captured_at)
        SELECT %(client_id)s, case_id, row_number() OVER (PARTITION BY case_id ORDER BY place) + (
                SELECT count(*) FROM evidence known
                WHERE known.client_id = %(client_id)s AND known.case_id = fresh.case_id
            ), kind, object_key, sha256, size_bytes, media_type, scan_id, captured_at
        FROM unnest(%(case_ids)s::uuid[], %(kinds)s::text[], %(object_keys)s::text[],
            %(sha256s)s::text[], %(sizes_bytes)s::bigint[], %(media_types)s::text[],
            %(scan_ids)s::uuid[], %(captured_ats)s::timestamptz[]) WITH ORDINALITY
            AS fresh (case_id, kind, object_key, sha256, size_bytes, media_type, scan_id,
                captured_at, place)
        WHERE NOT EXISTS (
            SELECT FROM evidence known
            WHERE known.client_id = %(client_id)s AND known.case_id = fresh.case_id
                AND known.kind = fresh.kind AND known.sha256 = fresh.sha256
        )
        """,
        client_id=client_id,
        case_ids=[row.case_id for row in ordered],
        kinds=[row.kind for row in ordered],
        object_keys=[row.object_key for row in ordered],
        sha256s=[row.sha256 for row in ordered],
        sizes_bytes=[row.size_bytes for row in ordered],
        media_types=[row.media_type for row in ordered],
        scan_ids=[row.scan_id for row in ordered],
        captured_ats=[row.captured_at for row in ordered],
    )


def evidence_of(c: Connection, client_id: str, case_id: UUID) -> list[EvidenceRow]:
    """The frozen copies of the case, in the order in which they were added."""
    return fetch_all(
        c,
        EvidenceRow,
        """
        SELECT case_id, kind, object_key, sha256, size_bytes, media_type, scan_id, captured_at
        FROM evidence
        WHERE client_id = %(client_id)s AND case_id = %(case_id)s ORDER BY evidence_no
        """,
        client_id=client_id,
        case_id=case_id,
    )


def every_copy(c: Connection, client_id: str) -> list[CopyRow]:
    """Each frozen object of the client once, in order of key."""
    return fetch_all(
        c,
        CopyRow,
        """
        SELECT DISTINCT kind, object_key, sha256 FROM evidence
        WHERE client_id = %(client_id)s ORDER BY object_key
        """,
        client_id=client_id,
    )


def lock_chain(c: Connection, client_id: str) -> ChainEnd:
    """The end of the client's chain, which nobody else moves before this transaction ends."""
    execute(
        c,
        """
        INSERT INTO evidence_chains (client_id, chain_no, sha256)
        VALUES (%(client_id)s, 0, %(nothing)s) ON CONFLICT DO NOTHING
        """,
        client_id=client_id,
        nothing=NOTHING_BEFORE,
    )
    end = fetch_one(
        c,
        ChainEnd,
        """
        SELECT chain_no, sha256 FROM evidence_chains WHERE client_id = %(client_id)s FOR UPDATE
        """,
        client_id=client_id,
    )
    assert end is not None  # inserted above unless it was there
    return end


def chain_end(c: Connection, client_id: str) -> ChainEnd:
    """The number and SHA-256 of the client's newest link."""
    end = fetch_one(
        c,
        ChainEnd,
        "SELECT chain_no, sha256 FROM evidence_chains WHERE client_id = %(client_id)s",
        client_id=client_id,
    )
    return end or ChainEnd()


def append_links(
    c: Connection,
    client_id: str,
    end: ChainEnd,
    manifests: Sequence[NewManifest],
    linked_at: datetime,
) -> list[Link]:
    """The new links; `end` is what `lock_chain` gave in this transaction."""
    links = list(linked(client_id, end, manifests, linked_at))
    if not links:
        return []
    execute_many(
        c,
        """
        INSERT INTO evidence_links (client_id, chain_no, case_id, scan_id, manifest_sha256,
            previous_sha256, sha256, linked_at)
        VALUES (%(client_id)s, %(chain_no)s, %(case_id)s, %(scan_id)s, %(manifest_sha256)s,
            %(previous_sha256)s, %(sha256)s, %(linked_at)s)
        """,
        [asdict(link) | {"sha256": link.sha256} for link in links],
    )
    execute(
        c,
        """
        UPDATE evidence_chains SET (chain_no, sha256) = (%(chain_no)s, %(sha256)s)
        WHERE client_id = %(client_id)s
        """,
        client_id=client_id,
        chain_no=links[-1].chain_no,
        sha256=links[-1].sha256,
    )
    return links


def links_after(c: Connection, client_id: str, chain_no: int, limit: int) -> list[KeptLink]:
    """At most `limit` links with a greater number, in their order."""
    return fetch_all(
        c,
        _kept_link,
        _SELECT_LINK + _AFTER,
        client_id=client_id,
        chain_no=chain_no,
        limit=limit,
    )


def links_of_case(c: Connection, client_id: str, case_id: UUID) -> list[KeptLink]:
    """The case's links, each with the one before it in the chain, in order of number."""
    return fetch_all(
        c,
        _kept_link,
        _SELECT_LINK + _OF_CASE,
        client_id=client_id,
        case_id=case_id,
    )


def unsealed_links(c: Connection, client_id: str) -> list[KeptLink]:
    """The links whose copies are not known to be in the object store, in order of number."""
    return fetch_all(
        c,
        _kept_link,
        _SELECT_LINK + _UNSEALED,
        client_id=client_id,
    )


def note_sealed(c: Connection, client_id: str, chain_no: int) -> None:
    """Guarantees that links up to this number count as kept in the object store."""
    execute(
        c,
        """
        UPDATE evidence_chains SET sealed_no = %(chain_no)s
        WHERE client_id = %(client_id)s AND sealed_no < %(chain_no)s
        """,
        client_id=client_id,
        chain_no=chain_no,
    )


_SELECT_LINK: LiteralString = """
    SELECT client_id, chain_no, case_id, scan_id, manifest_sha256, previous_sha256, sha256,
        linked_at
    FROM evidence_links
"""
_AFTER: LiteralString = """
    WHERE client_id = %(client_id)s AND chain_no > %(chain_no)s ORDER BY chain_no LIMIT %(limit)s
"""
_OF_CASE: LiteralString = """
    WHERE client_id = %(client_id)s AND chain_no IN (
        SELECT unnest(ARRAY[chain_no - 1, chain_no]) FROM evidence_links
        WHERE client_id = %(client_id)s AND case_id = %(case_id)s)
    ORDER BY chain_no
"""
_UNSEALED: LiteralString = """
    WHERE client_id = %(client_id)s AND chain_no > (
        SELECT sealed_no FROM evidence_chains WHERE client_id = %(client_id)s)
    ORDER BY chain_no
"""


def _kept_link(
    *,
    client_id: str,
    chain_no: int,
    case_id: UUID,
    scan_id: UUID,
    manifest_sha256: str,
    previous_sha256: str,
    sha256: str,
    linked_at: datetime,
) -> KeptLink:
    link = Link(client_id, chain_no, case_id, scan_id, manifest_sha256, previous_sha256, linked_at)
    return KeptLink(link, sha256)
