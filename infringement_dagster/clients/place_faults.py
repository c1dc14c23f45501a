"""The wrong places of a document as its model found them, each once; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from infringement_dagster.clients.config_words import in_words, missing_in_words

NAME_CHARS_MAX = 100  # of a member in a pointer: a name may be as long as the document
_FAULTS_READ = 200  # whoever has more wrong mends these first
Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """One wrong place of a document."""

    pointer: str
    message: str


def faults_of(error: ValidationError, model: type[BaseModel]) -> Iterator[ConfigFault]:
    """Each wrong place once, and not what holds it; several missing fields are one place."""
    told = error.errors(include_url=False)[:_FAULTS_READ]
    found: dict[str, str] = {}
    for location, missing in _missing(told).items():
        place = location if len(missing) > 1 else (*location, missing[0])
        found[pointer_to(place)] = missing_in_words(location, missing)
    for fault in told:
        if fault["type"] != "missing":
            found.setdefault(
                pointer_to(fault["loc"]), in_words(fault, lambda at: _members(model, at))
            )
    # A list whose only item is wrong is called too short as well: the item's fault says it all.
    explained = {above for pointer in found for above in _above(pointer)}
    for pointer, message in found.items():
        if pointer not in explained:
            yield ConfigFault(pointer, message)


def _missing(told: Sequence[Any]) -> dict[Location, list[str]]:
    """By object the fields that it lacks."""
    found: dict[Location, list[str]] = defaultdict(list)
    for fault in told:
        if fault["type"] == "missing":
            found[fault["loc"][:-1]].append(str(fault["loc"][-1]))
    return found


def _members(model: Any, location: Sequence[int | str]) -> list[str]:
    """The fields of the object at a place."""
    for part in location:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        model = _model_in(field.annotation) or model if field else model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(item) for item in getattr(annotation, "__args__", ()))
    return next((model for model in inner if model is not None), None)


def _above(pointer: str) -> Iterator[str]:
    """The pointers of all that holds this place."""
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def pointer_to(location: Sequence[int | str]) -> str:
    """The JSON pointer of a place; of a long name its beginning."""
    parts = [str(part)[:NAME_CHARS_MAX] for part in location if part != "[key]"]
    escaped = [part.replace("~", "~0").replace("/", "~1") for part in parts]
    return "".join(f"/{part}" for part in escaped).encode("utf-8", "replace").decode()
