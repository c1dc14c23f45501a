"""A listing's history from its sightings: when it came, changed, went and came back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

TurnKind = Literal["first_seen", "price_changed", "photos_added", "photos_removed", "gone", "back"]


@dataclass(frozen=True, slots=True)
class Look:
    """A listing as one scan saw it; without price where it was not seen or had none."""

    scan_id: UUID
    at: datetime
    seen: bool
    price_low: Decimal | None
    price_high: Decimal | None
    currency: str | None
    photos_added: int
    photos_left: int  # kept photos that no later scan saw


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that changed between one look and the next."""

    kind: TurnKind
    look: Look
    before: Look | None = None  # the look that it is compared with


def turns_of(looks: Sequence[Look]) -> list[Turn]:
    """The changes, oldest first; a listing counts as gone when a scan does not see it."""
    return list(_turns(looks))


def _turns(looks: Sequence[Look]) -> Iterator[Turn]:
    last_seen: Look | None = None
    gone = False
    newest = max((number for number, look in enumerate(looks) if look.seen), default=-1)
    for number, look in enumerate(looks):
        if not look.seen:
            if last_seen is not None and not gone:
                yield Turn("gone", look, last_seen)
            gone = last_seen is not None
            continue
        if last_seen is None:
            yield Turn("first_seen", look)
        else:
            yield from _changes(last_seen, look, gone=gone)
            # The newest look is also that of a scan whose photos all failed, or are still to come.
            if last_seen.photos_left and (number < newest or look.photos_left):
                yield Turn("photos_removed", look, last_seen)
        last_seen, gone = look, False


def _changes(before: Look, look: Look, *, gone: bool) -> Iterator[Turn]:
    if gone:
        yield Turn("back", look, before)
    if (before.price_low, before.price_high, before.currency) != (
        look.price_low,
        look.price_high,
        look.currency,
    ):
        yield Turn("price_changed", look, before)
    if look.photos_added:
        yield Turn("photos_added", look, before)
