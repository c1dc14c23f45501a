"""Help for the fields of the config page, from the model that checks them; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from api.pages.cases.signal_wording import words_of
from infringement_dagster.clients.config_reference import FieldReference, field_references

_NO_EFFECT: Final = "none"  # as the model's field says it, with or without a reason
_KEYED: Final = ("brands", "searches")  # whose second part is a place or a name


@dataclass(frozen=True, slots=True)
class FieldHelp:
    """A field's meaning and its effect on the score; an empty effect is none."""

    told: str
    effect: str = ""
    example: str = ""
    title: str = ""  # of a field that people call otherwise than its document does


NO_HELP: Final = FieldHelp("")


def help_of(pointer: str) -> FieldHelp:
    """The help for the field at the JSON pointer; an empty one where the model tells nothing."""
    first, *rest = pointer.strip("/").split("/")
    if first == "weights" and rest:
        words = words_of(rest[0])
        return FieldHelp(f"{words.sure} ({rest[0].replace('_', ' ')})", title=words.name)
    if first in _KEYED and rest:
        suffix = "[]" if first == "brands" else ".*"
        return _known().get(".".join([f"{first}{suffix}", *rest[1:]]), NO_HELP)
    return _known().get(".".join([first, *rest]), NO_HELP)


@cache
def _known() -> Mapping[str, FieldHelp]:
    return {field.path: _help(field) for field in field_references()}


def _help(field: FieldReference) -> FieldHelp:
    said, _, reason = field.score.partition("; ")
    effect = field.score if said.rstrip(".") != _NO_EFFECT and not reason else ""
    return FieldHelp(field.told, effect.rstrip(".").replace("`", ""), field.example.strip('`"'))
