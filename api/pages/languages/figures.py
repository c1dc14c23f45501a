"""Numbers, money and days as people write them in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from api.pages.languages.catalogues import ENGLISH
from api.pages.languages.reader import reader_language
from api.pages.languages.words import gettext
from infringement_dagster.reporting import listing_words
from infringement_dagster.reporting.listing_words import Priced


def count(number: int) -> str:
    """A number with its thousands apart: 1,234 or 1.234."""
    return f"{number:,}" if _is_english() else _decimal(number)


def decimal(number: float, places: int = 1) -> str:
    """A number with so many places: 1.5 or 1,5."""
    shown = f"{number:.{places}f}"
    return shown if _is_english() else _decimal(Decimal(shown), f"#,##0.{'0' * places}")


def significant(number: float) -> str:
    """A number with the three digits that count: 0.125 or 0,125."""
    shown = f"{number:.3g}"
    return shown if _is_english() else _decimal(Decimal(shown))


def percent(share: float) -> str:
    """A share as whole per cent, never rounded to a certainty that it is not: 45% or 45 %."""
    return listing_words.percent(share, whole_percent)


def whole_percent(share: float) -> str:
    """A share as whole per cent, rounded."""
    if _is_english():
        return listing_words.whole_percent(share)
    from babel.numbers import format_percent  # noqa: PLC0415 - for no reader of English

    return format_percent(share, locale=reader_language())


def money(value: Decimal, currency: str | None) -> str:
    """Money: €9.90 or 9,90 €; what no shop asks for as powers of ten."""
    return listing_words.money(value, currency, reader_language())


def price(priced: Priced) -> str:
    """The price or price range; "no price" where the provider gave none."""
    return listing_words.price_given(priced, reader_language()) or gettext("no price")


def day(moment: date) -> str:
    """The day, as it is given: 3 Dec 2026 or 03.12.2026."""
    if _is_english():
        return f"{moment:%-d %b %Y}"
    from babel.dates import format_date  # noqa: PLC0415 - for no reader of English

    return format_date(moment, "medium", locale=reader_language())


def minute(moment: datetime) -> str:
    """The day and minute, as they are given."""
    return f"{day(moment)}, {moment:%H:%M}"


def second(moment: datetime) -> str:
    """The day and second, as they are given."""
    return f"{day(moment)}, {moment:%H:%M:%S}"


def _is_english() -> bool:
    return reader_language() == ENGLISH


def _decimal(number: Decimal | int, pattern: str | None = None) -> str:
    from babel.numbers import format_decimal  # noqa: PLC0415 - for no reader of English

    language = reader_language()
    return format_decimal(number, pattern, locale=language, decimal_quantization=False)
