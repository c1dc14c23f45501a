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
    """The lowest price of a genuine article. Score: a price far below it raises."""
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    """Its ISO 4217 code. Score: prices in others are converted before they are compared."""

    def to_floor(self) -> PriceFloor:
        """The same in the domain's words."""
        return PriceFloor(self.amount, self.currency)


class BrandDocument(Part):
    """One brand with the words that copycats use for it."""

    name: Term
    """The brand as its owner writes it. Score: a title that uses it raises, not `fits NAME`."""
    aliases: Few = ()
    """Other names of the brand, such as a product line's. Score: each counts as the name."""
    misspellings: Some = ()
    """Wrong spellings that copycats use. Score: one in a title raises more than the name does."""
    models: Some = ()
    """Names of its articles. Score: they tell what a listing's price is held against."""
    categories: Few = ()
    """Words for kinds of articles. Score: beside one, an everyday word counts as the brand."""
    common_word: bool = False
    """The name is an everyday word too. Score: it counts in context of categories, models."""
    price_floor: PriceFloorDocument | None = None
    """The lowest genuine price of all articles. Score: without it, price says less or nothing."""
    model_floors: dict[Term, PriceFloorDocument] = Field(default={}, max_length=2000)
    """The same for single models, by name. Score: it goes before the brand's own floor."""

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
