"""What sightings tell about a listing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from infringement_dagster.domain.listing_history import Look, turns_of


def look(
    day: int, low: str | None = "9.90", *, seen: bool = True, added: int = 0, left: int = 0
) -> Look:
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day)
    price = Decimal(low) if seen and low else None
    return Look(UUID(int=day), at, seen, price, price, "EUR" if price else None, added, left)


def kinds(*looks: Look) -> list[tuple[str, int]]:
    """Each turn and the day of its look."""
    return [(turn.kind, turn.look.scan_id.int) for turn in turns_of(looks)]


def test_a_listing_goes_once_and_comes_back_once() -> None:
    unseen = [look(day, seen=False) for day in (1, 2, 3)]
    assert kinds(look(0), *unseen, look(4), look(5)) == [
        ("first_seen", 0),
        ("gone", 1),
        ("back", 4),
    ]


def test_a_listing_not_seen_yet_is_not_gone() -> None:
    assert kinds(look(0, seen=False), look(1)) == [("first_seen", 1)]


def test_a_price_is_compared_across_the_time_it_was_gone() -> None:
    found = kinds(look(0, "9.90"), look(1, seen=False), look(2, "7.50"), look(3, None))
    assert found == [
        ("first_seen", 0),
        ("gone", 1),
        ("back", 2),
        ("price_changed", 2),
        ("price_changed", 3),
    ]


def test_photos_that_no_later_scan_saw_were_removed_when_the_next_one_looked() -> None:
    found = kinds(look(0, added=3, left=2), look(1, added=1), look(2, left=2))
    assert found == [("first_seen", 0), ("photos_added", 1), ("photos_removed", 1)]


def test_a_scan_without_any_photo_removes_none() -> None:
    assert kinds(look(0, added=2, left=2), look(1)) == [("first_seen", 0)]


def test_the_photos_of_the_newest_look_are_still_there() -> None:
    assert kinds(look(0, added=2), look(1, left=2), look(2, seen=False)) == [
        ("first_seen", 0),
        ("gone", 2),
    ]
