"""Money of one currency in another, by a dated table of rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from infringement_dagster.domain.score import RateUsed

STALE_AFTER_DAYS = 30  # the dollar has moved by 2 to 3% against the euro in most months
_SHOWN = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """The price of one euro in each currency on a day, and its source."""

    day: date
    source: str
    per_euro: Mapping[str, Decimal]  # by ISO 4217 code; EUR itself is 1
    is_built_in: bool = False  # came with the software: nobody imported one
    used_on: date | None = None  # the day of the scan that it is used in

    def convert(self, amount: Decimal, given: str, wanted: str) -> Decimal | None:
        """The amount in the wanted currency; None where the table lacks one of the two."""
        if given == wanted:
            return amount
        ours, theirs = self._rate(given), self._rate(wanted)
        return None if ours is None or theirs is None else amount / ours * theirs

    def used(self, given: str, wanted: str) -> RateUsed | None:
        """The rate by which amounts are converted; None for the same currency or a lacking one."""
        rate = None if given == wanted else self.convert(Decimal(1), given, wanted)
        if rate is None:
            return None
        return RateUsed(given, wanted, rate.quantize(_SHOWN), self.day, self.source, self.age_note)

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
        return Decimal(1) if currency == "EUR" else self.per_euro.get(currency)


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
