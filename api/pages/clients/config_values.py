"""Values of a config document, found by their pointer and written as a form shows them; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

TRADEMARK_PARTS: Final = ("name", "number", "office")
FLOOR_PARTS: Final = ("amount", "currency")  # behind the model's name


def written(value: object) -> str:
    """The value as text, one line for each item or member; empty for none and for false."""
    if isinstance(value, list | tuple):
        return "\n".join(_line_of(item) for item in value)
    if isinstance(value, Mapping):
        return "\n".join(_floor_line(name, floor) for name, floor in value.items())
    return "" if value is None or value is False else str(value)


def _line_of(item: object) -> str:
    if not isinstance(item, Mapping):
        return str(item)
    return ", ".join(str(item[name]) for name in TRADEMARK_PARTS if name in item)


def _floor_line(name: object, floor: object) -> str:
    parts = floor if isinstance(floor, Mapping) else {}
    return ", ".join([str(name), *(str(parts[part]) for part in FLOOR_PARTS if part in parts)])


def value_at(document: object, pointer: str) -> object:
    """The value at the JSON pointer; None where nothing is."""
    for part in pointer.strip("/").split("/"):
        if isinstance(document, Mapping):
            document = document.get(part)
        else:
            items = items_of(document)
            document = items[int(part)] if part.isdecimal() and int(part) < len(items) else None
    return document


def names_of(value: object) -> Collection[str]:
    """The names in an object; none of anything else."""
    return [str(name) for name in value] if isinstance(value, Mapping) else ()


def brand_names(config: object) -> list[str]:
    """The names of the config's brands; none before the first was saved."""
    brands = items_of(value_at(config, "/brands"))
    return [str(value_at(brand, "/name")) for brand in brands]


def items_of(value: object) -> Sequence[object]:
    """The items of a list; none of anything else."""
    return value if isinstance(value, list | tuple) else ()
