"""Reading a vendor's JSON: each field is taken once, and what nobody took is reported."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias, cast
from urllib.parse import parse_qs, urlsplit

from infringement_dagster.domain.listing import Condition, Listing, Price
from resources.text import URL_MAX_CHARS, clean_markup, clean_text, clean_url

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"

SkipReason = Literal["no_listing_id", "no_title", "malformed", "repeated", "another_listing"]

TITLE_MAX_CHARS = 1000
NAME_MAX_CHARS = 200
FIELD_NAME_MAX_CHARS = 80
PAGES_LISTED_MAX = 100  # a page that claims more is not believed
NUMBER_MAX = Decimal(10**12)  # more than any price
COUNT_MAX = 2**31 - 1  # what an integer column holds
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that holds no listing we can keep; `detail` is for people."""

    item_key: str
    reason: SkipReason
    detail: str


ReadRow: TypeAlias = Listing | Skipped


@dataclass(frozen=True, slots=True)
class Page:
    """One page of results; `later_pages` are the pages that it says, or lets us expect, follow."""

    rows: tuple[ReadRow, ...]
    later_pages: tuple[int, ...] = ()
    unread_fields: Counter[str] = field(default_factory=Counter)  # by path, with occurrences


class NotAPage(ValueError):
    """An answer without a list of results where the provider's adapter looks for one."""


class Fields:
    """One JSON object that is emptied while it is read; anything else reads as an empty object."""

    def __init__(self, value: Json, path: str = "") -> None:
        self._fields = dict(value) if isinstance(value, dict) else {}
        self._path = path

    def __bool__(self) -> bool:
        return bool(self._fields)

    def names(self) -> tuple[str, ...]:
        """The names that nobody has taken yet."""
        return tuple(self._fields)

    def pop(self, name: str) -> Json:
        """The field's value, or None where it is missing."""
        return self._fields.pop(name, None)

    def ignore(self, names: Iterable[str]) -> None:
        """Takes fields that are known and not used."""
        for name in names:
            self._fields.pop(name, None)

    def pop_text(self, name: str, max_chars: int = NAME_MAX_CHARS) -> str | None:
        """The field as clean text, or None where nothing readable stands in it."""
        value = self.pop(name)
        if isinstance(value, bool) or not isinstance(value, str | int):
            return None
        return clean_markup(str(value), max_chars) or None

    def pop_url(self, name: str) -> str | None:
        """The field as an absolute http(s) address, or None."""
        value = self.pop(name)
        return clean_url(value) if isinstance(value, str) else None

    def pop_number(self, name: str) -> Decimal | None:
        """The field as a number, see `read_number`."""
        return read_number(self.pop(name))

    def pop_count(self, name: str) -> int | None:
        """The field as a whole number of things below 2^31, or None."""
        number = self.pop_number(name)
        return None if number is None or number > COUNT_MAX else int(number)

    def pop_rating(self, name: str) -> float | None:
        """The field as a rating from 0 to 5, or None."""
        number = self.pop_number(name)
        return None if number is None or number > 5 else float(number)

    def pop_currency(self, name: str) -> str | None:
        """The field as the ISO 4217 code of a currency, see `read_currency`."""
        return read_currency(self.pop(name))

    def pop_fields(self, name: str) -> Fields:
        """The object in the field, to be read (and audited) on its own."""
        return Fields(self.pop(name), f"{self._path}{name}.")

    def pop_list(self, name: str) -> list[Json]:
        """The list in the field; anything else is an empty list."""
        value = self.pop(name)
        return value if isinstance(value, list) else []

    def unread(self) -> Counter[str]:
        """The names that nobody took, with the path to this object."""
        names = (clean_text(name, FIELD_NAME_MAX_CHARS) for name in self._fields)
        return Counter(f"{self._path}{name}" for name in names)


def results_of(document: Json, *names: str) -> tuple[list[Json], Fields]:
    """The rows of a page, under the first of `names` that holds them, and the page's other fields.

    A bare list is taken for the rows. Raises `NotAPage`.
    """
    if isinstance(document, list):
        return document, Fields(None)
    body = Fields(document)
    lists = [value for name in names if isinstance(value := body.pop(name), list)]
    if not lists:
        raise NotAPage(f"none of the fields {', '.join(names)} holds a list")
    return next(filter(None, lists), []), body


def read_rows(
    rows: list[Json], read_row: Callable[[Fields, str], tuple[ReadRow, Counter[str]]]
) -> tuple[tuple[ReadRow, ...], Counter[str]]:
    """Every row as a listing or the reason why not, and the fields that nobody read."""
    unread: Counter[str] = Counter()
    read: list[ReadRow] = []
    for row_no, row in enumerate(rows, start=1):
        key = f"row {row_no}"
        if not isinstance(row, dict) or not row:
            what = type(row).__name__
            read.append(
                Skipped(key, "malformed", f"an object with fields was expected, got {what}")
            )
            continue
        outcome, row_unread = read_row(Fields(row), key)
        read.append(outcome)
        unread += row_unread
    return tuple(read), unread


def parse_document(content: bytes) -> Json:
    """The JSON in an answer, decimals kept exact.

    Raises ValueError where it is not JSON, is nested too deeply, or is empty.
    """
    try:
        document = json.loads(
            decode(content),
            parse_float=_exact_number,
            parse_int=_exact_number,
            parse_constant=lambda _name: None,  # NaN and the infinities say nothing
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return cast("Json", document)


def decode(content: bytes) -> str:
    """The text of an answer in UTF-8 or, as three of four saved answers are, in cp1252."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        repaired = content.decode("utf-8", errors="replace")
    broken = repaired.count("\ufffd")
    intact = sum(map("\x7f".__lt__, repaired)) - broken
    # One damaged byte must not turn a page of good UTF-8 into mojibake.
    return repaired if intact > broken else content.decode("cp1252", errors="replace")


def _exact_number(digits: str) -> int | Decimal | None:
    if digits.lstrip("-").isdigit() and len(digits) < 19:
        return int(digits)
    try:
        return Decimal(digits)
    except InvalidOperation:
        return None


_WRITTEN_NUMBER = re.compile(r"-?\d[\d.,\u00a0\u202f' ]{0,30}")
_CENTS = re.compile(r"[.,](\d{1,2})$")


def read_number(value: Json) -> Decimal | None:
    """A number from 0 to 10^12, also where it is written as text ("$1,299.00", "1.299,00 €").

    Of several numbers ("$39.99$39.99") it is the first; None for anything else.
    """
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return None
    number = _written_number(value) if isinstance(value, str) else Decimal(value)
    if number is None or not number.is_finite() or not 0 <= number <= NUMBER_MAX:
        return None
    return number


def _written_number(text: str) -> Decimal | None:
    found = _WRITTEN_NUMBER.search(text[:200])
    if found is None:
        return None
    written = found.group().rstrip(" .,'\u00a0\u202f")
    if re.fullmatch(r"-?\d+\.\d+", written) and not re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", written):
        return Decimal(written)
    # Three digits after the last separator group thousands; one or two are the fraction.
    cents = _CENTS.search(written)
    whole = re.sub(r"[^\d-]", "", written[: cents.start()] if cents else written)
    return Decimal(f"{whole}.{cents.group(1)}" if cents else whole)


# As eBay writes them; a "$" alone may be any of a dozen.
_CURRENCY_SIGNS = {
    "US $": "USD",
    "C $": "CAD",
    "CA $": "CAD",
    "AU $": "AUD",
    "NZ $": "NZD",
    "HK $": "HKD",
    "S $": "SGD",
    "MX $": "MXN",
    "R$": "BRL",
    "\u00a3": "GBP",
    "\u20ac": "EUR",
}


def read_currency(value: Json) -> str | None:
    """The code that a text begins with, also as a sign ("US $or Best Offer"); None for others."""
    text = clean_text(value, NAME_MAX_CHARS).upper() if isinstance(value, str) else ""
    code = re.match(r"[A-Z]{3}(?![A-Z])", text)
    if code is not None:
        return code.group()
    signs = (code for sign, code in _CURRENCY_SIGNS.items() if text.startswith(sign))
    return next(signs, None)


def make_price(low: Decimal | None, high: Decimal | None, currency: str) -> Price | None:
    """The price between two bounds in either order; below a cent, a provider says nothing."""
    bounds = sorted(bound.quantize(_CENT) for bound in (low, high) if bound and bound >= _CENT)
    return Price(bounds[0], bounds[-1], currency) if bounds else None


def pages_in_urls(urls: Iterable[Json], parameter: str) -> tuple[int, ...]:
    """The page numbers that links to further pages carry in `parameter`, ascending."""
    numbers = {_page_in_url(url, parameter) for url in urls if isinstance(url, str)}
    return tuple(sorted(number for number in numbers if 1 < number <= PAGES_LISTED_MAX))


def _page_in_url(url: str, parameter: str) -> int:
    try:
        written = parse_qs(urlsplit(url[:URL_MAX_CHARS]).query).get(parameter, [""])[0]
    except ValueError:  # an address that is none
        return 0
    return int(written) if re.fullmatch(r"[0-9]{1,3}", written) else 0


_CONDITION_WORDS: tuple[tuple[Condition, tuple[str, ...]], ...] = (
    ("parts", ("for parts", "parts only", "not working")),
    ("refurbished", ("refurb", "renewed")),
    ("used", ("used", "pre-owned", "preowned", "like new", "very good", "good", "acceptable")),
    ("new", ("new", "open box", "factory sealed")),
)


def read_condition(text: str | None) -> Condition | None:
    """The condition that a provider's words mean, or None where they mean none we know."""
    words = (text or "").lower()
    for condition, markers in _CONDITION_WORDS:
        if any(marker in words for marker in markers):
            return condition
    return None
