"""Cursors: where a page ended, as an opaque text that only the same list understands."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from api.http.problems import BAD_CURSOR, Problem
from infringement_dagster.domain.actors.sellers import SellerKey
from resources.postgres.actors.actor_lists import ActorRow
from resources.postgres.actors.records import ActorPosition, SellerPosition
from resources.postgres.actors.seller_lists import SellerSummaryRow
from resources.postgres.cases.case_lists import (
    NO_PLACE,
    CasePosition,
    CaseSummaryRow,
    position_of_case,
)
from resources.postgres.cases.group_lists import GroupPosition, GroupRow
from resources.postgres.cases.notice_store import NoticePosition, NoticeRow
from resources.postgres.clients.audit import AuditEntry, AuditPosition
from resources.postgres.scans.records import ScanRow
from resources.postgres.scans.scan_store import ScanPosition

CURSOR_CHARS_MAX = 1000
CASE_PARTS = 5  # of the place of a case


def list_tag(client_id: str, name: str, *filters: object) -> str:
    """A short digest of what the list is: cursors of other clients, lists and filters differ."""
    named = json.dumps([client_id, name, *map(str, filters)])
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def write_cursor(tag: str, position: Sequence[str]) -> str:
    """The cursor after this position."""
    return base64.urlsafe_b64encode(json.dumps([tag, *position]).encode()).decode().rstrip("=")


def read_cursor(tag: str, cursor: str, parts: int) -> list[str]:
    """The position's parts; raises Problem for anything but a cursor of this very list."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        read = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        read = None
    if not isinstance(read, list) or len(read) != parts + 1 or read[0] != tag:
        raise bad_cursor()
    if not all(isinstance(part, str) for part in read):
        raise bad_cursor()
    return read[1:]


def bad_cursor() -> Problem:
    """The problem with a cursor that is not one of this list."""
    return Problem(BAD_CURSOR, "the cursor was not made by this list with these filters")


def scan_position_parts(last: ScanRow) -> list[str]:
    """The place of a page's last scan, as a cursor keeps it."""
    return [last.requested_at.isoformat(), str(last.scan_id)]


def scan_position(parts: list[str]) -> ScanPosition:
    """The place that a cursor kept; raises Problem."""
    return ScanPosition(*moment_and_id(parts))


def moment_and_id(parts: list[str]) -> tuple[datetime, UUID]:
    """The place in a list that goes by moments and ids; raises Problem."""
    try:
        return datetime.fromisoformat(parts[0]), UUID(parts[1])
    except ValueError:
        raise bad_cursor() from None


def case_position_parts(row: CaseSummaryRow) -> list[str]:
    """The place of a page's last case in any order, as a cursor keeps it."""
    at = position_of_case(row)
    return [
        at.first_flagged_at.isoformat(),
        repr(at.probability),
        str(at.case_id),
        str(at.price),
        str(at.search_place),
    ]


def case_position(parts: list[str]) -> CasePosition:
    """The place that a cursor kept; raises Problem."""
    try:
        at, price = datetime.fromisoformat(parts[0]), Decimal(parts[3])
        shown = int(parts[4])
        place = CasePosition(at, float(parts[1]), UUID(parts[2]), price, shown)
    except (ValueError, InvalidOperation):
        raise bad_cursor() from None
    if price.is_nan() or not 0 <= shown <= NO_PLACE:
        raise bad_cursor()
    return place


def group_position_parts(row: GroupRow) -> list[str]:
    """The place of a page's last group, as a cursor keeps it."""
    return [str(row.open_cases), str(row.group_id)]


def group_position(parts: list[str]) -> GroupPosition:
    """The place that a cursor kept; raises Problem."""
    try:
        return GroupPosition(int(parts[0]), UUID(parts[1]))
    except ValueError:
        raise bad_cursor() from None


def notice_position_parts(row: NoticeRow) -> list[str]:
    """The place of a page's last notice, as a cursor keeps it."""
    return [row.changed_at.isoformat(), str(row.notice_id)]


def audit_position_parts(entry: AuditEntry) -> list[str]:
    """The place of a page's last entry of a trail, as a cursor keeps it."""
    return [entry.recorded_at.isoformat(), str(entry.entry_id)]


def audit_position(tag: str, cursor: str | None) -> AuditPosition | None:
    """The place of the trail before which the cursor reads on; raises Problem."""
    return AuditPosition(*moment_and_id(read_cursor(tag, cursor, 2))) if cursor else None


def notice_position(parts: list[str]) -> NoticePosition:
    """The place that a cursor kept; raises Problem."""
    return NoticePosition(*moment_and_id(parts))


def actor_position_parts(row: ActorRow) -> list[str]:
    """The place of a page's last actor, as a cursor keeps it."""
    return [str(row.open_cases), str(row.actor_id)]


def actor_position(parts: list[str]) -> ActorPosition:
    """The place that a cursor kept; raises Problem."""
    try:
        return ActorPosition(int(parts[0]), UUID(parts[1]))
    except ValueError:
        raise bad_cursor() from None


def seller_position_parts(row: SellerSummaryRow) -> list[str]:
    """The place of a page's last seller, as a cursor keeps it."""
    return [str(row.cases), row.provider, row.seller_key]


def seller_position(parts: list[str]) -> SellerPosition:
    """The place that a cursor kept; raises Problem."""
    try:
        return SellerPosition(int(parts[0]), SellerKey(parts[1], parts[2]))
    except ValueError:
        raise bad_cursor() from None
