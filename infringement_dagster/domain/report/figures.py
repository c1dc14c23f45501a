"""A client's weekly report: its measures, and figures with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from typing import Final, Literal, TypedDict, cast, get_args

from infringement_dagster.domain.report.weeks import end_of

Measure = Literal[
    "listings_seen",
    "reviews_reached",
    "infringing_reviews_reached",
    "infringing_share",
    "rank_weighted_infringing_share",
    "suspected_share",
    "new_infringements",
    "removed_infringements",
    "returned_infringements",
    "repeat_seller_share",
    "repeat_actor_share",
    "notices_sent",
    "removed_share",
    "days_to_removal",
    "notice_acceptance",
    "price_of_floor",
    "below_floor_share",
    "credits",
    "credits_per_infringement",
    "flagged_precision",
    "sampled_infringing_share",
    "reviewer_hours_saved",
]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)

_Z: Final = 1.959964  # of a standard normal: 95% lie within


@dataclass(frozen=True, slots=True)
class Absent:
    """A figure that cannot be told; never a number in disguise."""

    reason: str


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true share lies in 95 of 100 such samples."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a report; `part` is a marketplace, channel or band, None for all together."""

    measure: Measure
    week: date  # its Monday
    value: float | Absent
    part: str | None = None
    interval: Interval | None = None
    counted: int | None = None  # how many listings, notices or decisions it was made from


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one client and week, as things stood at `as_of`."""

    client_id: str
    week: date
    as_of: datetime
    figures: tuple[Figure, ...]

    @property
    def is_complete(self) -> bool:
        """Whether the week was over."""
        return self.as_of >= end_of(self.week)

    def find(self, measure: Measure, part: str | None = None) -> Figure | None:
        """The figure of the report's own week, if there is one of this part."""
        found = (
            figure
            for figure in self.figures
            if (figure.measure, figure.week, figure.part) == (measure, self.week, part)
        )
        return next(found, None)

    def parts(self, measure: Measure) -> tuple[Figure, ...]:
        """The figures of the report's own week by part, without that of all together."""
        return tuple(
            figure
            for figure in self.figures
            if figure.measure == measure and figure.week == self.week and figure.part is not None
        )

    def by_week(self, measure: Measure) -> tuple[Figure, ...]:
        """The figures of all together, the oldest week first."""
        series = (f for f in self.figures if f.measure == measure and f.part is None)
        return tuple(sorted(series, key=lambda figure: figure.week))


def share_of(measure: Measure, week: date, some: int, of: int, part: str | None = None) -> Figure:
    """The share with its Wilson interval; absent where there is nothing to be a share of."""
    if not of:
        return Figure(measure, week, Absent("there is nothing yet to count"), part, None, 0)
    share, z2 = some / of, _Z * _Z
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    interval = Interval(max(0.0, middle - half), min(1.0, middle + half))
    return Figure(measure, week, share, part, interval, of)


def median_days(waits: Sequence[tuple[float, bool]]) -> float | Absent:
    """The days after which half were removed, by Kaplan and Meier; each wait with its removal.

    What still stands counts as long as it was watched. Without that, the slow ones would be left
    out and every channel would look fast.
    """
    left, standing = len(waits), 1.0
    for days, removed in sorted(waits, key=lambda wait: (wait[0], not wait[1])):
        if removed:
            standing *= 1 - 1 / left
            if standing <= 0.5:
                return days
        left -= 1
    return Absent("fewer than half were removed so far")


class FigureDocument(TypedDict):
    """A figure as JSON; `absent_because` says why there is no `value`."""

    measure: Measure
    week: str
    part: str | None
    value: float | None
    low: float | None
    high: float | None
    counted: int | None
    absent_because: str | None


def figure_document(figure: Figure) -> FigureDocument:
    """The figure as one flat record: the same in Postgres, Parquet and the API."""
    absent = figure.value if isinstance(figure.value, Absent) else None
    return FigureDocument(
        measure=figure.measure,
        week=figure.week.isoformat(),
        part=figure.part,
        value=None if isinstance(figure.value, Absent) else figure.value,
        low=figure.interval.low if figure.interval else None,
        high=figure.interval.high if figure.interval else None,
        counted=figure.counted,
        absent_because=absent.reason if absent else None,
    )


def figure_from(document: FigureDocument | Mapping[str, object]) -> Figure:
    """The figure of the record."""
    told = cast("FigureDocument", document)
    value, low, high = told["value"], told["low"], told["high"]
    return Figure(
        told["measure"],
        date.fromisoformat(told["week"]),
        Absent(told["absent_because"] or "not told") if value is None else value,
        told["part"],
        Interval(low, high) if low is not None and high is not None else None,
        told["counted"],
    )
