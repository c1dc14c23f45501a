"""A score's signals as the API answers with them, each with what it compared."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from infringement_dagster.domain.client import PriceFloor
from infringement_dagster.domain.score import (
    BrandRead,
    NotRecorded,
    PhotoRead,
    PriceAgainst,
    PriceCompared,
    ReadField,
    Region,
    Shown,
    Signal,
    Unavailable,
)

# Four items of one kind: told as a tuple they would be a list of anything to most generators.
Sides = Annotated[
    tuple[float, float, float, float],
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}),
]


class PhotoBasis(BaseModel):
    """A photo of the listing and the reference that it was compared with."""

    kind: Literal["photo"] = "photo"
    photo_id: str = Field(description="SHA-256 of the listing's photo; its URL if it has none.")
    reference_id: str
    reference_sha256: str | None = Field(description="null where it was not recorded.")
    region: Sides | None = Field(
        description="Left, top, right, bottom as shares of the photo; null as a whole."
    )
    is_match: bool = Field(description="If false, the reference is only the nearest one.")


class WordsBasis(BaseModel):
    """The words of the listing that were read as a brand."""

    kind: Literal["words"] = "words"
    brand: str
    spelling: str = Field(examples=["exact", "misspelt", "look_alike"])
    text: str = Field(description="As the listing writes them.")
    start: int = Field(description="The character of the field at which they begin, from 0.")
    field: ReadField


class PhotoWordsBasis(BaseModel):
    """The words in a photo of the listing that were read as a brand."""

    kind: Literal["photo_words"] = "photo_words"
    brand: str
    spelling: str = Field(examples=["exact", "misspelt"])
    text: str = Field(description="As it was read.")
    confidence: float = Field(description="Of the recognition, 0 to 1.")
    photo_id: str = Field(description="SHA-256 of the listing's photo.")
    region: Sides = Field(description="Left, top, right, bottom as shares of the photo.")
    read_sha256: str = Field(description="SHA-256 of the file read: the photo or a larger size.")


class PriceFloorBasis(BaseModel):
    """The price floor that the price was held against."""

    kind: Literal["price_floor"] = "price_floor"
    amount: str
    currency: str


class RateDocument(BaseModel):
    """The exchange rate by which an amount was converted."""

    given: str = Field(description="Currency of the amount, ISO 4217.")
    wanted: str
    rate: str = Field(description="Units of `wanted` for one of `given`.")
    day: date
    source: str
    note: str = Field(description="What makes it doubtful, such as its age; empty if nothing.")


class PriceComparedBasis(BaseModel):
    """The genuine price that the price was held against, in the listing's currency."""

    kind: Literal["price_compared"] = "price_compared"
    amount: str
    currency: str
    against: PriceAgainst = Field(description="The floor, or what others in the scan ask.")
    share: float = Field(description="The listing's price as a share of it.")
    offers: int = Field(description="How many others ask it; 0 for a floor.")
    floor: PriceFloorBasis | None = Field(description="The floor as it was configured.")
    rates: list[RateDocument]


class NothingRecorded(BaseModel):
    """The score was stored before what signals compared was kept with it."""

    kind: Literal["not_recorded"] = "not_recorded"


BasisDocument = Annotated[
    PhotoBasis
    | WordsBasis
    | PhotoWordsBasis
    | PriceFloorBasis
    | PriceComparedBasis
    | NothingRecorded,
    Field(discriminator="kind"),
]


class SignalDocument(BaseModel):
    """One explained comparison."""

    name: str
    value: float | None = Field(description="0 to 1; null where it could not be computed.")
    unavailable: str | None = Field(description="Why there is no value.")
    explanation: str
    contribution: float = Field(description="Log-odds that it added to the score.")
    basis: BasisDocument | None = Field(description="What it compared, where it can be named.")


def signal_document(signal: Signal) -> SignalDocument:
    """The document of a signal."""
    missing = isinstance(signal.value, Unavailable)
    return SignalDocument(
        name=signal.name,
        value=None if isinstance(signal.value, Unavailable) else signal.value,
        unavailable=signal.value.reason if isinstance(signal.value, Unavailable) else None,
        explanation=signal.explanation,
        contribution=0.0 if missing else signal.contribution,
        basis=_basis(signal),
    )


def _basis(signal: Signal) -> BasisDocument | None:
    match signal.basis:
        case None:
            return None
        case NotRecorded():
            return NothingRecorded()
        case Shown():
            return _photo(signal.basis, is_match=signal.is_match)
        case BrandRead(brand, kind, text, start, field):
            return WordsBasis(brand=brand, spelling=kind, text=text, start=start, field=field)
        case PhotoRead(brand, kind, text, confidence, photo_id, region, read_sha256):
            return PhotoWordsBasis(
                brand=brand,
                spelling=kind,
                text=text,
                confidence=confidence,
                photo_id=photo_id,
                region=_sides(region),
                read_sha256=read_sha256,
            )
        case PriceFloor() | PriceCompared():
            return _money(signal.basis)


def _money(basis: PriceFloor | PriceCompared) -> PriceFloorBasis | PriceComparedBasis:
    return _floor(basis) if isinstance(basis, PriceFloor) else _price(basis)


def _floor(floor: PriceFloor) -> PriceFloorBasis:
    return PriceFloorBasis(amount=str(floor.amount), currency=floor.currency)


def _price(price: PriceCompared) -> PriceComparedBasis:
    return PriceComparedBasis(
        amount=str(price.amount),
        currency=price.currency,
        against=price.against,
        share=price.share,
        offers=price.offers,
        floor=None if price.floor is None else _floor(price.floor),
        rates=[RateDocument(**asdict(used) | {"rate": str(used.rate)}) for used in price.rates],
    )


def _photo(shown: Shown, *, is_match: bool) -> PhotoBasis:
    sha256 = shown.reference_sha256
    return PhotoBasis(
        photo_id=shown.photo_id,
        reference_id=shown.reference_id,
        reference_sha256=None if isinstance(sha256, NotRecorded) else sha256,
        region=None if shown.region is None else _sides(shown.region),
        is_match=is_match,
    )


def _sides(region: Region) -> tuple[float, float, float, float]:
    return region.left, region.top, region.right, region.bottom
