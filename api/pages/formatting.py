"""Names, amounts, times and percentages as people read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import Final

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from api.pages.languages import figures
from api.pages.languages.catalogues import ENGLISH
from api.pages.languages.figures import count
from api.pages.languages.reader import reader_language
from api.pages.languages.words import gettext, translated
from infringement_dagster.reporting import listing_words
from infringement_dagster.reporting.listing_words import VIOLATIONS, shortened

_ORDINALS: Final = (
    *("first", "second", "third", "fourth", "fifth"),
    *("sixth", "seventh", "eighth", "ninth", "tenth"),
)
RELATIONS: Final = {"same_seller": "the same seller", "same_photo": "the same photo"}
DECISIONS: Final = {
    "infringing": "Infringing",
    "not_infringing": "Not infringing",
    "unsure": "Unsure",
}


def decision_name(decision: str) -> str:
    """The decision."""
    return translated(DECISIONS.get(decision, decision))


def provider_name(provider: str) -> str:
    """The marketplace's name; that of a client's own listings is no name and is translated."""
    return translated(listing_words.provider_name(provider))


def violation_name(violation_type: str | None) -> str:
    """The kind of violation."""
    return translated(VIOLATIONS.get(violation_type or "", violation_type or "Unclassified"))


@pass_context
def reader_day(context: Context, moment: datetime) -> Markup:
    """The day where the reader is; pointed at, it tells the minute in UTC."""
    return _time(moment, figures.day(moment.astimezone(_zone(context))))


@pass_context
def minute(context: Context, moment: datetime) -> str:
    """The minute where the reader is, or in UTC, which it then says, where that is unknown."""
    local = moment.astimezone(_zone(context))
    told = figures.minute(local)
    return f"{told} UTC" if local.tzname() == "UTC" else told


@pass_context
def reader_minute(context: Context, moment: datetime) -> Markup:
    """The minute where the reader is; pointed at, it tells the same in UTC."""
    return _time(moment, minute(context, moment))


def _zone(context: Context) -> tzinfo:
    zone = context["frame"].zone
    assert isinstance(zone, tzinfo)
    return zone


def _time(moment: datetime, told: str) -> Markup:
    exact = moment.astimezone(UTC)
    form = '<time datetime="{}" title="{} UTC">{}</time>'
    pointed_at = figures.second(exact)
    return Markup(form).format(exact.isoformat(), pointed_at, told)  # noqa: S704 - escapes


def ordinal(number: int) -> str:
    """The number as a place in a row: first, second, 11th, 42nd."""
    if reader_language() != ENGLISH:
        return gettext("place %(place)s", place=count(number))
    if number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number:,}{'th' if 11 <= number % 100 <= 13 else ends.get(number % 10, 'th')}"


def iso_day(moment: date) -> str:
    """The day as it stands in forms; as people write it where that is no English."""
    return moment.isoformat() if reader_language() == ENGLISH else figures.day(moment)


def in_sentence(title: str) -> str:
    """The title within a sentence: German keeps the capitals of its nouns."""
    return title.lower() if reader_language() == ENGLISH else title


def web_address(url: str) -> str:
    """The address when a browser may follow it: http or https; empty otherwise."""
    return url if url.lower().startswith(("https://", "http://")) else ""


def json_text(value: object) -> str:
    """The value as it stands in a document; "nothing" for an absent one."""
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def device_name(user_agent: str | None) -> str:
    """The browser and system as people know them, such as "Firefox on Windows"."""
    import ua_parser  # noqa: PLC0415 - 34 ms of a start, for one page

    found = ua_parser.parse(user_agent or "")
    known = [part.family for part in (found.user_agent, found.os) if part is not None]
    if len(known) == 2:
        return gettext("%(browser)s on %(system)s", browser=known[0], system=known[1])
    return known[0] if known else gettext("Unknown device")


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "device_name": device_name,
    "provider_name": provider_name,
    "violation_name": violation_name,
    "decision_name": decision_name,
    "price": figures.price,
    "money": figures.money,
    "percent": figures.percent,
    "date": figures.day,
    "decimal": figures.decimal,
    "significant": figures.significant,
    "day": reader_day,
    "minute": reader_minute,
    "plain_minute": minute,
    "count": count,
    "translated": translated,
    "iso_day": iso_day,
    "in_sentence": in_sentence,
    "ordinal": ordinal,
    "shortened": shortened,
    "web_address": web_address,
}
