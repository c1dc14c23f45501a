"""Fates of flagged listings: gone from the searches, listed again, offered under a new id.

A listing counts as gone when a scan with the same searches as the one that saw it last has read
every page and not found it. It may still be on sale where those searches do not look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from psycopg import Connection

from infringement_dagster.domain.event import (
    CaseGone,
    CaseListed,
    CaseRelisted,
    NewEvent,
    Presence,
    new_event,
)
from infringement_dagster.domain.listing import Provider
from resources.postgres.statements import fetch_all

RelationKind = Literal["same_seller", "same_photo"]


@dataclass(frozen=True, slots=True)
class PresenceRow:
    """When a scan noticed that a case's listing was gone or listed again."""

    presence_no: int
    presence: Presence
    scan_id: UUID
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A later case that shows the seller or a photo of an earlier infringing one."""

    case_id: UUID
    earlier_case_id: UUID
    kind: RelationKind
    scan_id: UUID
    found_at: datetime


@dataclass(frozen=True, slots=True)
class _Change:
    case_id: UUID
    presence: Presence


def note_presence(
    c: Connection, client_id: str, scan_id: UUID, provider: Provider, *, read_every_page: bool
) -> list[NewEvent]:
    """The events of listings that this scan finds gone or listed again, which it notes.

    Without every page read, none counts as gone.
    """
    changes = fetch_all(
        c,
        _Change,
        _NOTE_PRESENCE,
        client_id=client_id,
        scan_id=scan_id,
        provider=provider,
        read_every_page=read_every_page,
    )
    return [
        new_event(
            CaseGone(change.case_id) if change.presence == "gone" else CaseListed(change.case_id),
            scan_id,
        )
        for change in changes
    ]


_NOTE_PRESENCE = """
    INSERT INTO case_presences (client_id, case_id, presence_no, presence, scan_id)
    SELECT %(client_id)s, k.case_id, coalesce(last.presence_no, 0) + 1,
        CASE WHEN seen.listing_id IS NULL THEN 'gone' ELSE 'listed' END, %(scan_id)s
    FROM cases k
    JOIN listings l ON l.client_id = %(client_id)s AND l.provider = k.provider
        AND l.listing_id = k.listing_id
    JOIN scans seen_by ON seen_by.client_id = %(client_id)s AND seen_by.scan_id = l.last_scan_id
    JOIN config_versions past ON past.client_id = %(client_id)s
        AND past.version = seen_by.config_version
    JOIN scans this ON this.client_id = %(client_id)s AND this.scan_id = %(scan_id)s
    JOIN config_versions today ON today.client_id = %(client_id)s
        AND today.version = this.config_version
    LEFT JOIN sightings seen ON seen.client_id = %(client_id)s AND seen.scan_id = %(scan_id)s
        AND seen.provider = k.provider AND seen.listing_id = k.listing_id
    LEFT JOIN LATERAL (
        SELECT presence, presence_no FROM case_presences p
        WHERE p.client_id = %(client_id)s AND p.case_id = k.case_id
        ORDER BY presence_no DESC LIMIT 1
    ) last ON true
    WHERE k.client_id = %(client_id)s AND k.provider = %(provider)s
        AND CASE WHEN seen.listing_id IS NOT NULL THEN last.presence = 'gone'
            ELSE %(read_every_page)s AND last.presence IS DISTINCT FROM 'gone'
                AND past.document #> ARRAY['searches', %(provider)s::text]
                    IS NOT DISTINCT FROM today.document #> ARRAY['searches', %(provider)s::text]
        END
    RETURNING case_id, presence
"""


def relate_cases(
    c: Connection, client_id: str, scan_id: UUID, case_ids: Sequence[UUID]
) -> list[NewEvent]:
    """The events of those cases that turn out to relate to an earlier infringing one.

    By seller at the same provider, or by a photo, byte for byte, that is no reference photo.
    """
    relations = fetch_all(
        c,
        RelationRow,
        _RELATE,
        client_id=client_id,
        scan_id=scan_id,
        case_ids=list(case_ids),
    )
    return [
        new_event(CaseRelisted(relation.case_id, relation.earlier_case_id, relation.kind), scan_id)
        for relation in relations
    ]


_RELATE = """
    WITH infringing AS (
        SELECT case_id, provider, listing_id, first_flagged_at FROM cases
        WHERE client_id = %(client_id)s AND decision = 'infringing'
    ), fresh AS (
        SELECT case_id, provider, listing_id, first_flagged_at FROM cases
        WHERE client_id = %(client_id)s AND case_id = ANY(%(case_ids)s)
    ), found AS (
        SELECT fresh.case_id, infringing.case_id AS earlier_case_id, 'same_seller' AS kind
        FROM fresh JOIN infringing USING (provider)
        JOIN listings l ON l.client_id = %(client_id)s AND l.provider = fresh.provider
            AND l.listing_id = fresh.listing_id
        JOIN listings e ON e.client_id = %(client_id)s AND e.provider = infringing.provider
            AND e.listing_id = infringing.listing_id
        WHERE infringing.first_flagged_at < fresh.first_flagged_at
            AND CASE WHEN l.seller_id IS NOT NULL AND e.seller_id IS NOT NULL
                THEN l.seller_id = e.seller_id
                ELSE lower(l.seller_name) = lower(e.seller_name) END
        UNION
        SELECT fresh.case_id, infringing.case_id, 'same_photo'
        FROM infringing
        JOIN listing_photos e ON e.client_id = %(client_id)s AND e.provider = infringing.provider
            AND e.listing_id = infringing.listing_id
        JOIN listing_photos l ON l.client_id = %(client_id)s AND l.sha256 = e.sha256
        JOIN fresh ON fresh.provider = l.provider AND fresh.listing_id = l.listing_id
        WHERE infringing.first_flagged_at < fresh.first_flagged_at
            AND NOT EXISTS (SELECT FROM reference_photos r
                WHERE r.client_id = %(client_id)s AND r.sha256 = e.sha256)
    )
    INSERT INTO case_relations (client_id, case_id, earlier_case_id, kind, scan_id)
    SELECT %(client_id)s, case_id, earlier_case_id, kind, %(scan_id)s FROM found
    ON CONFLICT DO NOTHING
    RETURNING case_id, earlier_case_id, kind, scan_id, found_at
"""


def presences_of(c: Connection, client_id: str, case_id: UUID) -> list[PresenceRow]:
    """When the case's listing was gone and listed again, the first time first."""
    return fetch_all(
        c,
        PresenceRow,
        """
        SELECT presence_no, presence, scan_id, noticed_at FROM case_presences
        WHERE client_id = %(client_id)s AND case_id = %(case_id)s ORDER BY presence_no
        """,
        client_id=client_id,
        case_id=case_id,
    )


def relations_of(c: Connection, client_id: str, case_id: UUID) -> list[RelationRow]:
    """The relations of the case to earlier and later ones, the oldest first."""
    return fetch_all(
        c,
        RelationRow,
        """
        SELECT case_id, earlier_case_id, kind, scan_id, found_at FROM case_relations
        WHERE client_id = %(client_id)s
            AND (case_id = %(case_id)s OR earlier_case_id = %(case_id)s)
        ORDER BY found_at, case_id, earlier_case_id, kind
        """,
        client_id=client_id,
        case_id=case_id,
    )
