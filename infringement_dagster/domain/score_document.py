"""The signals of a score as one JSON document: the same in Postgres, Parquet, evidence and API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple
from datetime import date
from decimal import Decimal
from typing import Literal, NotRequired, TypedDict

from infringement_dagster.domain.client import PriceFloor
from infringement_dagster.domain.score import (
    Basis,
    BrandRead,
    NotRecorded,
    OtherType,
    PhotoRead,
    PriceAgainst,
    PriceCompared,
    RateUsed,
    ReadField,
    Region,
    Shown,
    Signal,
    Unavailable,
    ViolationType,
)


class ShownDocument(TypedDict):
    """Which photo shows which reference; `region` is left, top, right, bottom in shares."""

    kind: Literal["photo"]
    photo_id: str
    reference_id: str
    reference_sha256: str | None
    region: list[float] | None


class BrandReadDocument(TypedDict):
    """Which words of which field were read as a brand."""

    kind: Literal["words"]
    brand: str
    spelling: str
    text: str
    start: int
    field: ReadField


class PhotoReadDocument(TypedDict):
    """Which words in which photo were read as a brand, and where."""

    kind: Literal["photo_words"]
    brand: str
    spelling: str
    text: str
    confidence: float
    photo_id: str
    region: list[float]
    read_sha256: str


class FloorDocument(TypedDict):
    """The price floor that was used; the amount is decimal text."""

    kind: Literal["price_floor"]
    amount: str
    currency: str


class RateDocument(TypedDict):
    """An exchange rate that was used; `day` is an ISO date, the rate decimal text."""

    given: str
    wanted: str
    rate: str
    day: str
    source: str
    note: str


class PriceComparedDocument(TypedDict):
    """The genuine price that the price was held against; amounts are decimal text."""

    kind: Literal["price_compared"]
    amount: str
    currency: str
    against: PriceAgainst
    share: float
    offers: int
    floor: FloorDocument | None
    rates: list[RateDocument]


BasisDocument = (
    ShownDocument | BrandReadDocument | PhotoReadDocument | FloorDocument | PriceComparedDocument
)


class OldShownDocument(TypedDict):
    """The photo and reference that older photo signals named."""

    photo_id: str
    reference_id: str
    region: list[float] | None


class SignalDocument(TypedDict):
    """A signal; `unavailable` is why there is no `value`, without `basis` it was not recorded."""

    name: str
    explanation: str
    contribution: float
    value: NotRequired[float]
    unavailable: NotRequired[str]
    basis: NotRequired[BasisDocument | None]
    shown: NotRequired[OldShownDocument]


class OtherTypeDocument(TypedDict):
    """A kind of violation that comes close, and what else would have to be true for it."""

    violation_type: ViolationType
    would_need: str


def other_type_documents(others: Iterable[OtherType]) -> list[OtherTypeDocument]:
    """The documents of the kinds that come close, in their order."""
    return [
        OtherTypeDocument(violation_type=other.violation_type, would_need=other.would_need)
        for other in others
    ]


def other_types_from(documents: Iterable[OtherTypeDocument]) -> tuple[OtherType, ...]:
    """The kinds of the documents, in their order."""
    return tuple(
        OtherType(document["violation_type"], document["would_need"]) for document in documents
    )


def signal_documents(signals: Iterable[Signal]) -> list[SignalDocument]:
    """The documents of the signals, in their order."""
    return [_signal_document(signal) for signal in signals]


def signals_from(documents: Iterable[SignalDocument]) -> tuple[Signal, ...]:
    """The signals of documents of this version or an earlier one."""
    return tuple(
        Signal(
            name=document["name"],
            value=document["value"]
            if "value" in document
            else Unavailable(document["unavailable"]),
            explanation=document["explanation"],
            contribution=document["contribution"],
            basis=_basis_of(document),
        )
        for document in documents
    )


def basis_document(basis: Basis) -> BasisDocument:
    """The document of what a signal compared."""
    match basis:
        case Shown():
            return _shown_document(basis)
        case BrandRead():
            return BrandReadDocument(
                kind="words",
                brand=basis.brand,
                spelling=basis.kind,
                text=basis.text,
                start=basis.start,
                field=basis.field,
            )
        case PhotoRead():
            return PhotoReadDocument(
                kind="photo_words",
                brand=basis.brand,
                spelling=basis.kind,
                text=basis.text,
                confidence=basis.confidence,
                photo_id=basis.photo_id,
                region=list(astuple(basis.region)),
                read_sha256=basis.read_sha256,
            )
        case PriceFloor():
            return _floor_document(basis)
        case PriceCompared():
            return _price_document(basis)


def _floor_document(floor: PriceFloor) -> FloorDocument:
    return FloorDocument(kind="price_floor", amount=str(floor.amount), currency=floor.currency)


def _price_document(price: PriceCompared) -> PriceComparedDocument:
    return PriceComparedDocument(
        kind="price_compared",
        amount=str(price.amount),
        currency=price.currency,
        against=price.against,
        share=price.share,
        offers=price.offers,
        floor=None if price.floor is None else _floor_document(price.floor),
        rates=[
            RateDocument(
                given=used.given,
                wanted=used.wanted,
                rate=str(used.rate),
                day=used.day.isoformat(),
                source=used.source,
                note=used.note,
            )
            for used in price.rates
        ],
    )


def _signal_document(signal: Signal) -> SignalDocument:
    document = SignalDocument(
        name=signal.name, explanation=signal.explanation, contribution=signal.contribution
    )
    if isinstance(signal.value, Unavailable):
        document["unavailable"] = signal.value.reason
    else:
        document["value"] = signal.value
    if not isinstance(signal.basis, NotRecorded):
        document["basis"] = None if signal.basis is None else basis_document(signal.basis)
    return document


def _shown_document(shown: Shown) -> ShownDocument:
    sha256 = shown.reference_sha256
    return ShownDocument(
        kind="photo",
        photo_id=shown.photo_id,
        reference_id=shown.reference_id,
        reference_sha256=None if isinstance(sha256, NotRecorded) else sha256,
        region=None if shown.region is None else list(astuple(shown.region)),
    )


def _basis_of(document: SignalDocument) -> Basis | NotRecorded | None:
    if "basis" in document:
        return None if document["basis"] is None else _basis(document["basis"])
    return _shown(document["shown"]) if "shown" in document else NotRecorded()


def _basis(document: BasisDocument) -> Basis:
    match document["kind"]:
        case "photo":
            return _shown(document)
        case "words":
            return BrandRead(
                document["brand"],
                document["spelling"],
                document["text"],
                document["start"],
                document["field"],
            )
        case "photo_words":
            return PhotoRead(
                document["brand"],
                document["spelling"],
                document["text"],
                document["confidence"],
                document["photo_id"],
                Region(*document["region"]),
                document["read_sha256"],
            )
        case "price_floor":
            return _floor(document)
        case "price_compared":
            return _price(document)


def _floor(document: FloorDocument) -> PriceFloor:
    return PriceFloor(Decimal(document["amount"]), document["currency"])


def _price(document: PriceComparedDocument) -> PriceCompared:
    return PriceCompared(
        Decimal(document["amount"]),
        document["currency"],
        document["against"],
        document["share"],
        document["offers"],
        None if document["floor"] is None else _floor(document["floor"]),
        tuple(map(_rate, document["rates"])),
    )


def _rate(document: RateDocument) -> RateUsed:
    return RateUsed(
        document["given"],
        document["wanted"],
        Decimal(document["rate"]),
        date.fromisoformat(document["day"]),
        document["source"],
        document["note"],
    )


def _shown(document: ShownDocument | OldShownDocument) -> Shown:
    region = None if document["region"] is None else Region(*document["region"])
    sha256 = _reference_sha256(document)
    return Shown(document["photo_id"], document["reference_id"], region, sha256)


def _reference_sha256(document: Mapping[str, object]) -> str | NotRecorded:
    sha256 = document.get("reference_sha256")
    return sha256 if isinstance(sha256, str) else NotRecorded()
