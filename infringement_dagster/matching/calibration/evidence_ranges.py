"""The ranges that one or two pieces of plain evidence may take, before and after any fit.

A calibration that takes a case out of its range is refused: decisions refine the score, they do not
teach it that an exact stolen photo is harmless or that a full-price offer of a dealer is a copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from infringement_dagster.matching.calibration.plain_cases import PlainCase
from infringement_dagster.matching.combination import NoisyOr, Values
from infringement_dagster.matching.signals.comparison import SellerRecord


@dataclass(frozen=True, slots=True)
class EvidenceRange:
    """A plain case, and the least and greatest probability that it may have."""

    meaning: str
    case: PlainCase
    low: float
    high: float

    def holds(self, probability: float) -> bool:
        """Whether the case may have this probability."""
        return self.low <= probability <= self.high


_ACCUSES_FROM = 0.4
_NO_NAME = "stainless steel trail flask 32 oz"
_PLAIN = "Veldoran trail bottle 32 oz"
_BAD, _GOOD = SellerRecord(infringing_count=6), SellerRecord(lawful_count=6)
_MASKED = "V*ldoran trail bottle 32 oz"
_REPLICA = "Veldoran trail bottle replica"

RANGES: tuple[EvidenceRange, ...] = (
    # nothing, or nothing but lawful
    EvidenceRange("nothing of the client's", PlainCase("garden hose 20 m"), 0, 0.10),
    EvidenceRange(
        "genuine, its name in the photo", PlainCase(_PLAIN, photo_reads="VELDORAN"), 0, 0.25
    ),
    EvidenceRange("genuine, its logo in the photo", PlainCase(_PLAIN, shows_logo=True), 0, 0.25),
    EvidenceRange(
        "another name in the photo", PlainCase(_NO_NAME, photo_reads="Maplewood"), 0, 0.10
    ),
    EvidenceRange("the same kind, no name", PlainCase(_NO_NAME), 0, 0.10),
    EvidenceRange("genuine at full price", PlainCase(_PLAIN), 0, 0.25),
    EvidenceRange("genuine, own photo of it", PlainCase(_PLAIN, shows_client_photo=True), 0, 0.25),
    EvidenceRange("genuine, no photo", PlainCase(_PLAIN, has_photo=False), 0, 0.25),
    EvidenceRange("genuine, no price", PlainCase(_PLAIN, None), 0, 0.25),
    EvidenceRange(
        "genuine, nothing else is told",
        PlainCase(_PLAIN, None, condition=None, seller=None),
        0,
        0.25,
    ),
    EvidenceRange("genuine, priced in euro", PlainCase(_PLAIN, currency="EUR"), 0, 0.25),
    EvidenceRange("genuine at 95% of the floor", PlainCase(_PLAIN, 0.95), 0, 0.25),
    EvidenceRange("used, at a third", PlainCase(_PLAIN, 0.33, condition="used"), 0, 0.40),
    EvidenceRange("used in words", PlainCase(f"used {_PLAIN}", 0.4, condition=None), 0, 0.40),
    EvidenceRange(
        "broken, for parts", PlainCase(f"{_PLAIN} for parts", 0.2, condition="parts"), 0, 0.40
    ),
    EvidenceRange("fits it, cheap", PlainCase("lid compatible with Veldoran bottle", 0.1), 0, 0.25),
    EvidenceRange("a book about it", PlainCase("The Veldoran bottle: a book", 0.1), 0, 0.25),
    EvidenceRange("allowed, cheap", PlainCase(_PLAIN, 0.3, seller="Veldoran Official"), 0, 0.05),
    EvidenceRange(
        "allowed, client's photo, no name",
        PlainCase(_NO_NAME, shows_client_photo=True, seller="Veldoran Official"),
        0,
        0.05,
    ),
    EvidenceRange("6 of 6 lawful, full price", PlainCase(_PLAIN, record=_GOOD), 0, 0.15),
    EvidenceRange("6 of 6 lawful, at 60%", PlainCase(_PLAIN, 0.6, record=_GOOD), 0, 0.50),
    EvidenceRange(
        "a series at full price",
        PlainCase(_PLAIN, record=SellerRecord(alike_count=20)),
        0,
        0.25,
    ),
    EvidenceRange(
        "at 60%, from a fair dealer",
        PlainCase(_PLAIN, 0.6, record=SellerRecord(fair_count=5)),
        0,
        0.5,
    ),
    EvidenceRange(
        "its own photo, with five dealers",
        PlainCase(_PLAIN, shows_client_photo=True, other_sellers_with_photo=5),
        0,
        0.25,
    ),
    # one piece that leaves both readings open
    EvidenceRange(
        "one photo, five other sellers", PlainCase(_PLAIN, other_sellers_with_photo=5), 0.05, 0.60
    ),
    EvidenceRange(
        "the photo of another's listing found infringing",
        PlainCase(_PLAIN, repeats="photo of another"),
        0.10,
        0.75,
    ),
    EvidenceRange("at 60% of the floor", PlainCase(_PLAIN, 0.6), 0.15, 0.75),
    EvidenceRange("only the brand field", PlainCase(_NO_NAME, brand_field="Veldoran"), 0.05, 0.50),
    EvidenceRange("'style' beside it", PlainCase("Veldoran style bottle"), 0.10, 0.60),
    EvidenceRange("a parallel import", PlainCase(f"{_PLAIN} parallel import"), 0.10, 0.60),
    EvidenceRange(
        "its photo on an accessory",
        PlainCase("lid compatible with Veldoran bottle", 0.1, shows_client_photo=True),
        0.02,
        0.75,
    ),
    EvidenceRange(
        "its name in the photo only", PlainCase(_NO_NAME, photo_reads="VELDORAN"), 0.20, 0.70
    ),
    EvidenceRange(
        "its name in the photo only, used",
        PlainCase(_NO_NAME, photo_reads="VELDORAN", condition="used"),
        0.05,
        0.50,
    ),
    EvidenceRange("its logo in the photo only", PlainCase(_NO_NAME, shows_logo=True), 0.20, 0.70),
    EvidenceRange("no invoice", PlainCase(_PLAIN, description="no invoice"), 0.25, 0.85),
    # one strong piece
    EvidenceRange("stolen photo", PlainCase(_NO_NAME, shows_client_photo=True), 0.60, 0.97),
    EvidenceRange(
        "stolen photo, dear", PlainCase(_NO_NAME, 2.0, shows_client_photo=True), 0.60, 0.97
    ),
    EvidenceRange(
        "stolen photo, no price", PlainCase(_NO_NAME, None, shows_client_photo=True), 0.60, 0.97
    ),
    EvidenceRange("at 29% of the floor", PlainCase(_PLAIN, 0.29), 0.60, 0.97),
    EvidenceRange("at 29%, in euro", PlainCase(_PLAIN, 0.29, currency="EUR"), 0.60, 0.97),
    EvidenceRange("masked letters", PlainCase(_MASKED), 0.55, 0.97),
    EvidenceRange("'replica'", PlainCase(_REPLICA), 0.55, 0.97),
    EvidenceRange("'replica', used", PlainCase(_REPLICA, condition="used"), 0.50, 0.97),
    EvidenceRange(
        "its listing found infringing, again", PlainCase(_PLAIN, repeats="own listing"), 0.40, 0.95
    ),
    EvidenceRange(
        "the same without the name", PlainCase(_NO_NAME, repeats="own listing"), 0.40, 0.95
    ),
    EvidenceRange("6 of 6 infringing", PlainCase(_PLAIN, record=_BAD), 0.40, 0.95),
    EvidenceRange(
        "'Unbranded' in the field", PlainCase(_PLAIN, brand_field="Unbranded"), 0.40, 0.95
    ),
    EvidenceRange("only a hashtag", PlainCase(f"{_NO_NAME} #veldoran"), 0.40, 0.95),
    EvidenceRange("a dupe", PlainCase("Veldoran bottle dupe"), 0.40, 0.95),
    EvidenceRange("the product itself 'for'", PlainCase("Bottle for Veldoran new"), 0.40, 0.95),
    EvidenceRange(
        "the description claims it",
        PlainCase(_NO_NAME, description="same as Veldoran bottle"),
        0.40,
        0.95,
    ),
    # two pieces
    EvidenceRange("photo at 29%", PlainCase(_PLAIN, 0.29, shows_client_photo=True), 0.65, 0.99),
    EvidenceRange(
        "its name in the photo only, at 29%",
        PlainCase(_NO_NAME, 0.29, photo_reads="VELDORAN"),
        0.65,
        0.97,
    ),
    EvidenceRange(
        "its logo in the photo only, at 29%",
        PlainCase(_NO_NAME, 0.29, shows_logo=True),
        0.65,
        0.97,
    ),
    EvidenceRange(
        "its listing found infringing, again at 29%",
        PlainCase(_PLAIN, 0.29, repeats="own listing"),
        0.80,
        1,
    ),
    EvidenceRange("masked at 29%", PlainCase(_MASKED, 0.29), 0.80, 1),
    EvidenceRange("'replica' at 29%", PlainCase(_REPLICA, 0.29), 0.80, 1),
    EvidenceRange(
        "stolen photo, 6 of 6 infringing",
        PlainCase(_NO_NAME, shows_client_photo=True, record=_BAD),
        0.80,
        1,
    ),
    EvidenceRange(
        "'used' claimed on a masked name",
        PlainCase(_MASKED, 0.29, condition="used"),
        0.50,
        0.97,
    ),
    EvidenceRange(
        "'used' claimed with a stolen photo",
        PlainCase(_NO_NAME, 0.29, shows_client_photo=True, condition="used"),
        0.55,
        0.97,
    ),
    EvidenceRange(
        "a series at 29%",
        PlainCase(_PLAIN, 0.29, record=SellerRecord(alike_count=20)),
        0.70,
        1,
    ),
)


def outside_ranges(combination: NoisyOr) -> tuple[str, ...]:
    """Each case that the combination takes out of its range, in words; empty when none."""
    return tuple(_told(item, said) for item, said in _judged(combination) if not item.holds(said))


def wrongly_accused(combination: NoisyOr) -> tuple[str, ...]:
    """Each lawful case that the combination takes over its range, in words; empty when none."""
    judged = ((item, said) for item, said in _judged(combination) if item.low == 0)
    return tuple(_told(item, said) for item, said in judged if said > item.high)


def wrongly_cleared(combination: NoisyOr) -> tuple[str, ...]:
    """Each accusing case that the combination takes below its range, in words; empty when none."""
    judged = ((item, said) for item, said in _judged(combination) if item.low >= _ACCUSES_FROM)
    return tuple(_told(item, said) for item, said in judged if said < item.low)


def _judged(combination: NoisyOr) -> Iterator[tuple[EvidenceRange, float]]:
    for item, values in _with_values():
        yield item, combination.combine(values, {}).probability


def _told(item: EvidenceRange, probability: float) -> str:
    return f"'{item.meaning}' would have {probability:.2f}, may have {item.low} to {item.high}"


@lru_cache(maxsize=1)
def _with_values() -> tuple[tuple[EvidenceRange, Values], ...]:
    return tuple((known, known.case.values()) for known in RANGES)
