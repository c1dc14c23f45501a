"""A score's signals as the API answers with them, each with what it compared."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field, TypeAdapter, WithJsonSchema

from infringement_dagster.domain.score import (
    NotRecorded,
    PriceAgainst,
    ReadField,
    Shown,
    Signal,
    Unavailable,
)
from infringement_dagster.domain.score_document import basis_document

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

_BASIS: Final[TypeAdapter[BasisDocument]] = TypeAdapter(BasisDocument)


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
    """The document that is stored, with what a photo's number means."""
    if signal.basis is None:
        return None
    if isinstance(signal.basis, NotRecorded):
        return NothingRecorded()
    told: dict[str, object] = {**basis_document(signal.basis)}
    if isinstance(signal.basis, Shown):
        told["is_match"] = signal.is_match
    return _BASIS.validate_python(told)
