"""Faults of a config in the words of configs, with the value found and a good one; pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from infringement_dagster.clients.config_example import LEAST, example_at
from infringement_dagster.domain.errors import did_you_mean

_SHOWN_CHARS_MAX = 60
_LISTED_MAX = 12
_KINDS: Final = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
}

Fault = Mapping[str, Any]  # as pydantic tells it
Members = Callable[[Sequence[int | str]], Sequence[str]]  # the fields of the object at a place


def in_words(fault: Fault, members: Members) -> str:
    """The fault with the value found and an example of a good one."""
    location = [part for part in fault["loc"] if part != "[key]"]
    kind, given, bounds = str(fault["type"]), fault.get("input"), fault.get("ctx") or {}
    if kind == "extra_forbidden":
        return unknown(str(location[-1]), members(location[:-1]), "field")
    if kind == "literal_error":
        return f"{shown(given)} is none of {', '.join(_choices(bounds))}"
    if kind == "not_offered":
        return str(fault["msg"])
    if kind == "value_error":
        return str(fault["msg"]).removeprefix("Value error, ")
    example = example_at(location)
    if kind == "string_pattern_mismatch":
        return f"{shown(given)} is not written as it should be: like {shown(example)}"
    reason = _reason(kind, given, bounds)
    return reason if example is None else f"{reason}, for example {shown(example)}"


def missing_in_words(location: Sequence[int | str], missing: Sequence[str]) -> str:
    """The fields that an object lacks, with an example of a whole one."""
    parts = [str(part) for part in location if isinstance(part, str)]
    name = parts[-1] if parts else "the config"
    if location and isinstance(location[-1], int):
        name = f"entry {location[-1] + 1} of {name}"
    return f"{name} needs {' and '.join(missing)}, for example {_whole(location, missing)}"


def _whole(location: Sequence[int | str], missing: Sequence[str]) -> str:
    if not location:
        return shown(LEAST)
    whole = shown(example_at(location))
    if not whole.endswith("…"):
        return whole
    return shown({part: example_at([*location, part]) for part in missing})


def shown(value: object) -> str:
    """The value as JSON, cut where it is long."""
    if isinstance(value, str):
        value = value[: _SHOWN_CHARS_MAX + 1]
    elif isinstance(value, Mapping):
        value = dict(islice(value.items(), _LISTED_MAX))
    elif isinstance(value, list):
        value = value[:_LISTED_MAX]
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 2 * _SHOWN_CHARS_MAX else f"{text[: 2 * _SHOWN_CHARS_MAX]}…"


def _reason(kind: str, given: object, bounds: Mapping[str, Any]) -> str:
    if kind.endswith("_type"):
        return f"{shown(given)} is {_kind_of(given)}, it should be {_wanted(kind)}"
    if kind in {"string_too_short", "string_too_long", "too_short", "too_long"}:
        return _size(kind, given, bounds)
    words = {
        "greater_than": f"above {bounds.get('gt')}",
        "greater_than_equal": f"at least {bounds.get('ge')}",
        "less_than": f"below {bounds.get('lt')}",
        "less_than_equal": f"at most {bounds.get('le')}",
        "decimal_max_places": f"an amount of {bounds.get('decimal_places')} decimals at most",
    }
    return f"{shown(given)} cannot be used: it should be {words.get(kind, 'a number')}"


def _size(kind: str, given: object, bounds: Mapping[str, Any]) -> str:
    if kind == "string_too_short":
        return "must not be empty"
    if kind == "string_too_long":
        return f"{shown(given)} is too long: at most {bounds.get('max_length')} characters"
    if kind == "too_short":
        return "needs at least one entry"
    return f"has too many entries: at most {bounds.get('max_length')}"


def unknown(name: str, known: Sequence[str], what: str) -> str:
    """That there is no such field, provider or signal, and which there are."""
    return f"there is no such {what}{did_you_mean(name, known)} ({what}s: {', '.join(known)})"


def _choices(bounds: Mapping[str, Any]) -> list[str]:
    return [part.strip("' ") for part in str(bounds["expected"]).replace(" or ", ", ").split(",")]


def _kind_of(given: object) -> str:
    if given is None:
        return "nothing"
    return next((words for kind, words in _KINDS.items() if isinstance(given, kind)), "a number")


def _wanted(kind: str) -> str:
    of = {
        "tuple_type": "a list",
        "dict_type": "an object",
        "model_type": "an object",
        "model_attributes_type": "an object",
        "string_type": "text",
        "bool_type": "true or false",
        "int_type": "a whole number",
    }
    return of.get(kind, "a number")
