"""Versions of a client's config, compared place by place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two versions differ; `pointer` is a JSON pointer, None is nothing there."""

    pointer: str
    before: object
    after: object


def differences(before: object, after: object, pointer: str = "") -> Iterator[Difference]:
    """The smallest parts of two JSON values that differ; lists are compared as a whole."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            escaped = str(name).replace("~", "~0").replace("/", "~1")
            yield from differences(before.get(name), after.get(name), f"{pointer}/{escaped}")
    else:
        yield Difference(pointer, before, after)
