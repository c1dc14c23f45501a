"""Evidence of cases: where the frozen copies are and what their bytes were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.listing import Provider
from infringement_dagster.evidence.manifest import EvidenceKind
from resources.postgres.cases.records import EvidenceRow
from resources.postgres.statements import execute, fetch_all


@dataclass(frozen=True, slots=True)
class KnownEvidence:
    """The evidence that a listing's case has frozen already."""

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
    """The frozen evidence of those listings that have a case, by listing id."""
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
