"""Faults of a config document, field by field, in words that teach; pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from pydantic import ValidationError

from infringement_dagster.clients.config_document import ClientConfigDocument
from infringement_dagster.matching.signals import SIGNALS

FAULTS_MAX = 20
NAME_CHARS_MAX = 100  # of a member in a pointer: a name may be as long as the document
_HINTS = {
    "Extra inputs are not permitted": "there is no such field; check its spelling",
    "Field required": "this field is required",
}


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One wrong place of a document."""

    pointer: str
    message: str


def config_faults(document: Mapping[str, object]) -> list[ConfigFault]:
    """The first faults of the document, none when it is valid; takes time linear in its size."""
    return list(islice(_faults(document), FAULTS_MAX))


def _faults(document: Mapping[str, object]) -> Iterator[ConfigFault]:
    yield from _shape_faults(document)
    yield from _weight_faults(document)


def _shape_faults(document: Mapping[str, object]) -> Iterator[ConfigFault]:
    try:
        ClientConfigDocument.model_validate(document)
    except ValidationError as error:
        found = {
            _pointer(item["loc"]): _taught(item["msg"])
            for item in error.errors(include_input=False, include_url=False)
        }
        # A list whose only item is wrong is called too short as well: the item's fault says it all.
        explained = {above for pointer in found for above in _above(pointer)}
        for pointer, message in found.items():
            if pointer not in explained:
                yield ConfigFault(pointer, message)


def _above(pointer: str) -> Iterator[str]:
    """The pointers of all that holds this place."""
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _weight_faults(document: Mapping[str, object]) -> Iterator[ConfigFault]:
    """A weight of a signal that does not exist would be ignored in silence."""
    weights = document.get("weights")
    names = [rule.name for rule in SIGNALS]
    for signal in weights if isinstance(weights, dict) else ():
        if signal not in names:
            yield ConfigFault(_pointer(("weights", signal)), _meant(signal, names))


def _meant(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name[:NAME_CHARS_MAX], names, n=1)
    guess = f"; did you mean {close[0]}?" if close else ""
    return f"there is no signal of this name{guess} (signals: {', '.join(names)})"


def _taught(message: str) -> str:
    return _HINTS.get(message, message.removeprefix("Value error, "))


def _pointer(location: tuple[int | str, ...]) -> str:
    parts = [str(part)[:NAME_CHARS_MAX] for part in location if part != "[key]"]
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in parts]
    return "".join(f"/{part}" for part in escaped).encode("utf-8", "replace").decode()
