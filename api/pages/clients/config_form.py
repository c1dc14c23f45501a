"""A config document as fields to fill in, and what was filled in as a document; pure.

A field is named by the JSON pointer of its value, as errors are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from api.http.problems import FieldError
from api.pages.clients.config_fields import (
    GROUPS,
    FieldRule,
    GroupRule,
    SectionRule,
)
from api.pages.clients.config_values import (
    FLOOR_PARTS,
    TRADEMARK_PARTS,
    items_of,
    names_of,
    value_at,
    written,
)
from api.pages.languages.words import gettext, translated
from api.pages.settings.config_sections import section_rules
from api.pages.settings.field_help import FieldHelp, help_of
from infringement_dagster.domain.listing import Provider
from resources.providers.registry import installed

Document = dict[str, object]
_OWN_WORDS = {
    "/brands": "enter the name of your brand",
    "/searches": "enter at least one search at one of the marketplaces",
}
_JSON_EXAMPLE = re.compile(r", for example [\[{].*", re.DOTALL)  # programs write it, people do not


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field with what stands in it and what is wrong with that."""

    rule: FieldRule
    pointer: str
    text: str
    errors: tuple[str, ...]

    @property
    def help(self) -> FieldHelp:
        """The field's meaning, and its effect on the score."""
        return help_of(self.pointer)


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under one title; `is_open` ones are not folded away."""

    title: str
    fields: tuple[ShownField, ...]
    is_open: bool
    rule: SectionRule

    @property
    def brief(self) -> str:
        """The section at a glance, for whoever has it folded away."""
        filled = [field for field in self.fields if field.text]
        if self.rule.group == "brands":
            return ""
        if self.rule.key and filled:
            return ", ".join(self.fields[0].text.splitlines())
        if self.rule.group == "searches":
            return gettext("not searched")
        if not filled:
            return gettext("as usual")
        return gettext("%(filled)s of %(all)s set", filled=len(filled), all=len(self.fields))

    @property
    def searched(self) -> Provider | None:
        """The provider of which one search can be tried; None for other sections."""
        name = self.rule.at.removeprefix("/searches/")
        known = installed()
        is_search = self.rule.group == "searches" and name in known
        return name if is_search and not known.description(name).reads_whole else None


@dataclass(frozen=True, slots=True)
class SectionGroup:
    """The sections under one entry of the page's navigation."""

    rule: GroupRule
    sections: tuple[Section, ...]

    @property
    def errors(self) -> int:
        """How many of its fields are wrong."""
        return sum(bool(field.errors) for section in self.sections for field in section.fields)


@dataclass(frozen=True, slots=True)
class ConfigForm:
    """The whole form and the errors that belong to no field."""

    sections: tuple[Section, ...]
    errors: tuple[str, ...]

    @property
    def groups(self) -> list[SectionGroup]:
        """The sections as the page's navigation orders them."""
        return [
            SectionGroup(
                group,
                tuple(section for section in self.sections if section.rule.group == group.name),
            )
            for group in GROUPS
        ]

    def section(self, slug: str) -> Section | None:
        """The section of this name; None where the config has none."""
        return next((section for section in self.sections if section.rule.slug == slug), None)


def form_of(
    document: Mapping[str, object],
    errors: Sequence[FieldError] = (),
    *,
    base: Mapping[str, object] | None = None,
) -> ConfigForm:
    """The document as fields, each error beside its field; open where it differs from the base."""
    brands = items_of(document.get("brands"))
    rules = [*section_rules(len(brands) + 1, names_of(document.get("searches")))]
    pointers = [rule.at + field.path for rule in rules for field in rule.fields]
    placed = [(_place(error.pointer, pointers), error) for error in errors]
    sections = tuple(
        _section(rule, document, base or document, placed, len(brands)) for rule in rules
    )
    return ConfigForm(sections, tuple(_told(item, "") for place, item in placed if not place))


def document_of(base: Mapping[str, object], filled: Mapping[str, str]) -> Document:
    """The form as filled in over the base; parts that no field shows stay.

    Empty fields are left out; the checks then say which of them are required.
    """
    brands = len(items_of(base.get("brands")))
    last = next(at for at in count(brands) if f"/brands/{at}/name" not in filled)
    built: Document = {}
    shown: set[str] = set()
    for rule in section_rules(last, names_of(base.get("searches"))):
        read = {
            field.path: _read(field, filled.get(rule.at + field.path, "")) for field in rule.fields
        }
        shown |= {(rule.at + path).split("/")[1] for path in read}
        is_new = rule.at in {f"/brands/{at}" for at in range(brands, last)}
        if not rule.key or read[rule.key] or (is_new and any(read.values())):
            for path, value in read.items():
                _put(built, rule.at + path, value)
    built["brands"] = _list_of(built.get("brands"))
    _keep_hash_weights(base.get("weights"), built)
    return {name: value for name, value in base.items() if name not in shown} | built


def _keep_hash_weights(before: object, built: Document) -> None:
    """Weights of further hashes stand in no field, and stay as long as their hash does."""
    hashes = items_of(built.get("further_hashes"))
    weights = before if isinstance(before, Mapping) else {}
    for name in (name for name in weights if name in hashes):
        _put(built, f"/weights/{name}", weights[name])


def _section(
    rule: SectionRule,
    document: Mapping[str, object],
    base: Mapping[str, object],
    placed: Iterable[tuple[str, FieldError]],
    brands: int,
) -> Section:
    at_brand = rule.at == f"/brands/{brands}"
    fields = tuple(
        ShownField(
            field,
            rule.at + field.path,
            written(value_at(document, rule.at + field.path)),
            tuple(_told(error, place) for place, error in placed if place == rule.at + field.path),
        )
        for field in rule.fields
    )
    name = fields[0].text
    is_brand = rule.at.startswith("/brands/")
    title = gettext("Brand %(name)s", name=name) if is_brand and name else translated(rule.title)
    title = gettext("Another brand") if at_brand else title
    touched = any(
        field.errors or field.text != written(value_at(base, field.pointer)) for field in fields
    )
    is_open = touched or rule.is_open or (is_brand and brands <= 1 and not at_brand)
    return Section(title, fields, is_open, rule)


def _place(pointer: str, fields: Sequence[str]) -> str:
    """The field that the error is in, else the first one within what it is about."""
    holding = [field for field in fields if pointer == field or pointer.startswith(f"{field}/")]
    within = [field for field in fields if pointer and field.startswith(f"{pointer}/")]
    return next(iter(sorted(holding, key=len, reverse=True) or within), "")


def _told(error: FieldError, place: str) -> str:
    rest = error.pointer.removeprefix(place).strip("/") if place else ""
    message = _OWN_WORDS.get(error.pointer) or _JSON_EXAMPLE.sub("", error.message)
    if rest.isdecimal():
        return gettext("line %(line)s: %(message)s", line=int(rest) + 1, message=message)
    if place.endswith("/model_floors") and rest:
        return f"{rest.split('/')[0]}: {message}"
    return message if place else f"{error.pointer or 'the config'}: {message}"


def _read(rule: FieldRule, text: str) -> object:
    if rule.kind == "lines":
        return _lines(text)
    if rule.kind == "trademarks":
        return [_trademark(line) for line in _lines(text)]
    if rule.kind == "floors":
        return dict(_floor(line) for line in _lines(text))
    if rule.kind == "flag":
        return bool(text)
    is_number = rule.kind in ("number", "importance")
    return _number(text.strip()) if is_number else text.strip()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _trademark(line: str) -> dict[str, str]:
    """The mark of a line; the name may hold commas, number and office hold none."""
    parts = [part.strip() for part in line.rsplit(",", len(TRADEMARK_PARTS) - 1)]
    return {name: part for name, part in zip(TRADEMARK_PARTS, parts, strict=False) if part}


def _floor(line: str) -> tuple[str, dict[str, str]]:
    """The model of a line with its lowest price; the name may hold commas, the price holds none."""
    name, *parts = [part.strip() for part in line.rsplit(",", len(FLOOR_PARTS))]
    return name, dict(zip(FLOOR_PARTS, parts, strict=False))


def _number(text: str) -> object:
    """The number; what is none stays a text, which the checks refuse with its place."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _put(document: Document, pointer: str, value: object) -> None:
    if value is False or value in ("", [], {}):
        return
    *parts, last = pointer.strip("/").split("/")
    place = document
    for part in parts:
        inner = place.setdefault(part, {})
        assert isinstance(inner, dict)  # built here
        place = inner
    place[last] = value


def _list_of(by_number: object) -> list[object]:
    if not isinstance(by_number, dict):
        return []
    return [by_number[at] for at in sorted(by_number, key=int)]
