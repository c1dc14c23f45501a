"""A listing's price beside the genuine one, in words that a brand manager understands."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from api.pages.languages.figures import money
from api.pages.languages.words import gettext, ngettext
from infringement_dagster.domain.client import PriceFloor
from infringement_dagster.domain.score import NotRecorded, PriceCompared, Score

_SAME_SHARE = Decimal("0.01")  # rounding apart, the same price


@dataclass(frozen=True, slots=True)
class PriceShown:
    """The genuine price that decided, beside the listing's own as it is now."""

    compared: PriceCompared | PriceFloor | NotRecorded | None  # None: there was none
    price_low: Decimal | None
    currency: str | None

    @property
    def share(self) -> float | None:
        """The price as a share of the genuine one; None where they cannot be compared."""
        if isinstance(self.compared, PriceCompared):
            return self.compared.share
        low, floor = self.price_low, self.compared
        if low is None or not isinstance(floor, PriceFloor) or floor.amount <= 0:
            return None
        return float(low / floor.amount) if floor.currency == self.currency else None

    @property
    def asked(self) -> str | None:
        """The price compared where it is not the listing's of now: of one piece, or an earlier."""
        if not isinstance(self.compared, PriceCompared):
            return None
        compared = self.compared.amount * Decimal(self.compared.share)
        low = self.price_low if self.currency == self.compared.currency else None
        if low is not None and abs(compared - low) <= low * _SAME_SHARE:
            return None
        return money(compared, self.compared.currency)

    @property
    def of(self) -> str | None:
        """The price that the share is of, in words; None where the score names none."""
        match self.compared:
            case PriceFloor():
                return _floor(self.compared)
            case PriceCompared(amount=held, currency=currency, against="floor", floor=floor):
                if floor is None or floor.currency == currency:
                    return _floor(PriceFloor(held, currency))
                return f"{_floor(floor)}, {money(held, currency)}"
            case PriceCompared(amount=held, currency=currency, against=against, offers=count):
                return _asked_by(against, money(held, currency), count)
        return None

    @property
    def rates(self) -> list[str]:
        """The exchange rates of the comparison, each with its day, source and doubt."""
        used = self.compared.rates if isinstance(self.compared, PriceCompared) else ()
        return [
            f"1 {rate.given} = {rate.rate.normalize():f} {rate.wanted}, {rate.day}, {rate.source}"
            + (f" ({rate.note})" if rate.note else "")
            for rate in used
        ]

    @property
    def is_recorded(self) -> bool:
        """Whether the score says what the price was held against."""
        return not isinstance(self.compared, NotRecorded)


def _floor(floor: PriceFloor) -> str:
    return gettext("your floor of %(amount)s", amount=money(floor.amount, floor.currency))


def _asked_by(against: str, amount: str, offers: int) -> str:
    if against == "allowed_sellers":
        return ngettext(
            "the %(amount)s that your allowed sellers ask for such a product "
            "(%(offers)s offer in the scan)",
            "the %(amount)s that your allowed sellers ask for such a product "
            "(%(offers)s offers in the scan)",
            offers,
            amount=amount,
            offers=offers,
        )
    return ngettext(
        "the %(amount)s that others ask for such a product (%(offers)s offer in the scan)",
        "the %(amount)s that others ask for such a product (%(offers)s offers in the scan)",
        offers,
        amount=amount,
        offers=offers,
    )


def price_compared(score: Score | None) -> PriceCompared | PriceFloor | NotRecorded | None:
    """The genuine price that the price was held against; None where there was none."""
    basis = NotRecorded() if score is None else score.basis_of("low_price")
    return basis if isinstance(basis, PriceCompared | PriceFloor | NotRecorded) else None
