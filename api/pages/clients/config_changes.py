"""Differences of two versions of a config, in the words of its form; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from api.pages.clients.config_fields import BRAND, FieldRule
from api.pages.clients.config_values import items_of, names_of, value_at, written
from api.pages.formatting import json_text
from api.pages.languages.words import gettext
from api.pages.settings.config_sections import section_rules
from infringement_dagster.clients.configs import differences

_LISTS: Final = ("lines", "trademarks", "floors")


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """A change of one field; `where` is its section, `what` its label."""

    where: str
    what: str
    said: str


def changes_in_words(
    before: Mapping[str, object], after: Mapping[str, object]
) -> list[ConfigChange]:
    """The changes, section by section; an empty list instead of none is no change."""
    return [*_of_brands(before, after), *_of_sections(before, after), *_of_rest(before, after)]


def _of_brands(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[ConfigChange]:
    """Brands are told apart by their names, not by their places."""
    old, new = _brands(before), _brands(after)
    for name in dict.fromkeys([*new, *old]):
        where = gettext("Brand %(name)s", name=name)
        if name not in new:
            yield ConfigChange(where, "", gettext("removed"))
            continue
        if name not in old:
            yield ConfigChange(where, "", gettext("added"))
        was, now = old.get(name, {"name": name}), new[name]
        found = [*_of_fields(where, "", BRAND, was, now)]
        yield from found
        if not found and was != now and name in old:
            yield ConfigChange(where, "", gettext("changed in parts that no field shows"))


def _brands(document: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    brands = (brand for brand in items_of(document.get("brands")) if isinstance(brand, Mapping))
    return {str(brand.get("name")): brand for brand in brands}


def _of_sections(
    before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[ConfigChange]:
    searched = [*names_of(before.get("searches")), *names_of(after.get("searches"))]
    for section in section_rules(0, searched):
        yield from _of_fields(section.title, section.at, section.fields, before, after)


def _of_fields(
    where: str,
    at: str,
    fields: tuple[FieldRule, ...],
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> Iterator[ConfigChange]:
    for field in fields:
        was, now = (written(value_at(document, at + field.path)) for document in (before, after))
        if was != now:
            yield ConfigChange(where, field.label, _said(field, was, now))


def _said(field: FieldRule, was: str, now: str) -> str:
    if field.kind == "flag":
        return gettext("yes") if now else gettext("no")
    if field.kind in _LISTS:
        return _lines_said(was.splitlines(), now.splitlines())
    if not was:
        return gettext("set to %(now)s", now=now)
    return f"{was} → {now}" if now else gettext("no longer set, was %(was)s", was=was)


def _lines_said(was: list[str], now: list[str]) -> str:
    added = [line for line in now if line not in was]
    removed = [line for line in was if line not in now]
    said = [gettext("added %(items)s", items=", ".join(added))] if added else []
    said += [gettext("removed %(items)s", items=", ".join(removed))] if removed else []
    return "; ".join(said) or gettext("in another order")


def _of_rest(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[ConfigChange]:
    """Parts that no field shows, by their place in the document."""
    searched = [*names_of(before.get("searches")), *names_of(after.get("searches"))]
    shown = ["/brands"] + [
        section.at + field.path
        for section in section_rules(0, searched)
        for field in section.fields
    ]
    for found in differences(before, after):
        is_shown = any(
            found.pointer == field
            or found.pointer.startswith(f"{field}/")
            or field.startswith(f"{found.pointer}/")
            for field in shown
        )
        if not is_shown and (found.before or found.after):
            said = f"{json_text(found.before)} → {json_text(found.after)}"
            yield ConfigChange(gettext("Other settings"), found.pointer.strip("/"), said)
