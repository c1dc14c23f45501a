"""Pages as a provider might send them one day: unknown fields, odd values, other orders."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final, TypeAlias

from resources.providers.reading import Json

UNHEARD_OF: Final = "unheard_of"  # a field that no adapter knows
Place: TypeAlias = "tuple[str, ...]"

HOSTILE: Final[tuple[Json, ...]] = (
    None,
    True,
    -1,
    10**30,
    Decimal("1E+40"),
    Decimal("0.000001"),
    "",
    " \x00\u202e ",
    "\ud800",
    "NaN",
    "-5",
    "9" * 400,
    "x" * 100_000,
    "javascript:alert(1)",
    "//[1",
    "http://user:secret@127.0.0.1/%00",
    "<script>alert(1)</script>",
    "&lt;b&gt;\r\nSet-Cookie: a=b",
    [],
    [None, {}, "x"],
    {},
    {"value": {"value": []}, "from": None, "url": 3},
)
NO_ROWS: Final[tuple[Json, ...]] = (None, {}, [], 7, "text", True)
NO_PAGES: Final[tuple[Json, ...]] = (None, True, 7, "text", {}, [], [[]], {"error": "x"}, [None, 3])


def rows_of(document: Json) -> list[Json]:
    """The rows of a page: its longest list of objects, itself and not a copy."""
    return max(_lists(document), key=len, default=[])


def first_rows(document: Json, most: int) -> Json:
    """A copy of the page with so many rows of objects at most."""
    copied = copy.deepcopy(document)
    rows = rows_of(copied)
    rows[:] = [row for row in rows if isinstance(row, dict)][:most]
    return copied


def changed(document: Json, change: Callable[[list[Json]], None]) -> Json:
    """A copy of the page whose rows were changed."""
    copied = copy.deepcopy(document)
    change(rows_of(copied))
    return copied


def with_unknown_fields(document: Json) -> tuple[Json, int]:
    """A copy with a field that nobody knows in the page and in each row, and how many those are."""
    copied = copy.deepcopy(document)
    objects = [row for row in rows_of(copied) if isinstance(row, dict)]
    if isinstance(copied, dict):
        objects.append(copied)
    for place in objects:
        place[UNHEARD_OF] = "x"
    return copied, len(objects)


def places_in(value: Json, at: Place = ()) -> Iterator[Place]:
    """Every place of a row, or of a listing's page, that holds a value."""
    members = value.items() if isinstance(value, dict) else ()
    for name, inner in members:
        yield (*at, name)
        yield from places_in(inner, (*at, name))


def with_value(document: Json, place: Place, value: Json) -> Json:
    """A copy of the object with another value at the place."""
    copied = copy.deepcopy(document)
    inner = copied
    for part in place[:-1]:
        assert isinstance(inner, dict)  # a place is found in objects alone
        inner = inner[part]
    assert isinstance(inner, dict)
    inner[place[-1]] = value
    return copied


def _lists(value: Json) -> Iterator[list[Json]]:
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            yield value
        return
    for inner in value.values() if isinstance(value, dict) else ():
        yield from _lists(inner)
