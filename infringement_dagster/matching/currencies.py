"""Money of one currency in another, by a dated table of rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from infringement_dagster.domain.score import RateUsed

STALE_AFTER_DAYS = 30  # the dollar has moved by 2 to 3% against the euro in most months
_SHOWN = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """The price of one euro in each currency on a day, and its source.

    A currency that the table lacks is looked up in the one `behind` it.
    """

    day: date
    source: str
    per_euro: Mapping[str, Decimal]  # by ISO 4217 code; EUR itself is 1
    is_built_in: bool = False  # came with the software: nobody imported one
    used_on: date | None = None  # the day of the scan that it is used in
    behind: ExchangeRates | None = None

    def convert(self, amount: Decimal, given: str, wanted: str) -> Decimal | None:
        """The amount in the wanted currency; None where the table lacks one of the two."""
        if given == wanted:
            return amount
        ours, theirs = self._rate(given), self._rate(wanted)
        return None if ours is None or theirs is None else amount / ours * theirs

    def used(self, given: str, wanted: str) -> RateUsed | None:
        """The rate by which amounts are converted; None for the same currency or a lacking one.

        Where two tables were needed both sources are named, and the day and doubt of the older.
        """
        rate = None if given == wanted else self.convert(Decimal(1), given, wanted)
        if rate is None:
            return None
        asked = [table for code in (given, wanted) if (table := self.table_of(code)) is not None]
        oldest = min(asked, key=lambda table: table.day)
        sources = " and ".join(dict.fromkeys(table.source for table in asked))
        shown = rate.quantize(_SHOWN)
        return RateUsed(given, wanted, shown, oldest.day, sources, oldest.age_note)

    @property
    def tables(self) -> tuple[ExchangeRates, ...]:
        """This table and those behind it."""
        return (self, *(() if self.behind is None else self.behind.tables))

    def table_of(self, currency: str) -> ExchangeRates | None:
        """The first table that quotes the currency; None for the euro, which none has to."""
        if currency == "EUR":
            return None
        return next((table for table in self.tables if currency in table.per_euro), None)

    def used_today(self, day: date) -> ExchangeRates:
        """The same tables as a scan of that day uses them."""
        return replace(self, used_on=day, behind=self.behind and self.behind.used_today(day))

    @property
    def age_days(self) -> int | None:
        """How old the table was on the day of its use."""
        return None if self.used_on is None else max(0, (self.used_on - self.day).days)

    @property
    def is_stale(self) -> bool:
        """Whether it was older on the day of its use than prices bear."""
        return self.age_days is not None and self.age_days > STALE_AFTER_DAYS

    @property
    def age_note(self) -> str:
        """The reasons to doubt the table, for people; empty for a fresh one that was imported."""
        notes = ("built in" if self.is_built_in else "", f"{self.age_days} days old")
        return ", ".join(note for note in (notes if self.is_stale else notes[:1]) if note)

    def _rate(self, currency: str) -> Decimal | None:
        if currency == "EUR":
            return Decimal(1)
        table = self.table_of(currency)
        return None if table is None else table.per_euro[currency]


def newest_first(tables: Sequence[ExchangeRates]) -> ExchangeRates | None:
    """The tables as one, in which the newest that quotes a currency counts; None of none."""
    known: ExchangeRates | None = None
    for table in sorted(tables, key=lambda table: table.day):
        known = replace(table, behind=known)
    return known


# Rounded to two or three digits, which is nearer than any price floor is known. An installation
# that needs better imports its own table.
BUILT_IN = ExchangeRates(
    date(2025, 7, 1),
    "built-in table, euro rates of mid-2025, rounded",
    {
        code: Decimal(rate)
        for code, rate in {
            "USD": "1.17", "GBP": "0.86", "JPY": "170", "CNY": "8.4", "KRW": "1600", "INR": "100",
            "CAD": "1.60", "AUD": "1.79", "NZD": "1.94", "CHF": "0.935", "SEK": "11.1",
            "NOK": "11.8", "DKK": "7.46", "PLN": "4.25", "CZK": "24.7", "HUF": "400", "RON": "5.06",
            "TRY": "46.7", "BRL": "6.4", "MXN": "22", "SGD": "1.50", "HKD": "9.2", "TWD": "34.3",
            "THB": "38", "MYR": "4.95", "IDR": "19100", "PHP": "66", "VND": "30700", "AED": "4.3",
            "SAR": "4.4", "EGP": "58", "ILS": "3.96", "ZAR": "20.8", "RUB": "92", "UAH": "49",
        }.items()
    },
    is_built_in=True,
)  # fmt: skip
