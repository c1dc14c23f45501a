"""The brands of a config document, with their price floors."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from infringement_dagster.clients.config_part import Few, Part, Some, Term
from infringement_dagster.domain.client import Brand, PriceFloor

NUMBER_CHARS_MAX = 20


def _short_number(given: object) -> object:
    if isinstance(given, str) and len(given) > NUMBER_CHARS_MAX:
        raise ValueError(f"a number has at most {NUMBER_CHARS_MAX} characters")
    return given


Amount = Annotated[
    Decimal,
    BeforeValidator(_short_number),
    Field(gt=0, max_digits=12, decimal_places=2, json_schema_extra={"maxLength": NUMBER_CHARS_MAX}),
]


class PriceFloorDocument(Part):
    """The lowest genuine price, such as `{"amount": "29.00", "currency": "USD"}`."""

    amount: Amount
    """The lowest price of a genuine product. Score: an offer far below it is suspicious."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    """Its three letters, as banks write it. Score: other currencies are converted first."""

    def to_floor(self) -> PriceFloor:
        """The same in the domain's words."""
        return PriceFloor(self.amount, self.currency)


class BrandDocument(Part):
    """One brand with the words that copycats use for it."""

    name: Term
    """The brand as you write it. Score: a title that uses it as its own counts."""
    aliases: Few = ()
    """Other names of the brand, such as a product line's. Score: each counts as the name does."""
    misspellings: Some = ()
    """Wrong spellings that copycats use. Score: one in a title counts more than the name."""
    models: Some = ()
    """Names of your products. Score: they tell which price a listing is compared with."""
    categories: Few = ()
    """Words for what you sell. Score: beside one of them, an everyday word counts as your brand."""
    common_word: bool = False
    """Tick it for a name such as Apple. Score: the name alone then counts for nothing."""
    price_floor: PriceFloorDocument | None = None
    """The lowest genuine price of all products. Score: without it, prices say little or nothing."""
    model_floors: dict[Term, PriceFloorDocument] = Field(default={}, max_length=2000)
    """Lowest prices of single products. Score: one goes before the price of the whole brand."""

    @model_validator(mode="after")
    def _known_models(self) -> BrandDocument:
        unknown = sorted(set(self.model_floors) - set(self.models))
        if unknown:
            raise ValueError(f"model_floors has {', '.join(unknown)}: not among the models")
        return self

    def to_brand(self) -> Brand:
        """The same in the domain's words."""
        return Brand(
            name=self.name,
            aliases=self.aliases,
            misspellings=self.misspellings,
            models=self.models,
            categories=self.categories,
            common_word=self.common_word,
            price_floor=self.price_floor.to_floor() if self.price_floor else None,
            model_floors={model: floor.to_floor() for model, floor in self.model_floors.items()},
        )
