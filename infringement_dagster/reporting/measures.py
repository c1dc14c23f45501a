"""A report's figures, measured by DuckDB over one client's Parquet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from infringement_dagster.domain.report.figures import (
    Absent,
    Figure,
    Measure,
    median_days,
    share_of,
)
from infringement_dagster.domain.report.weeks import weeks_until
from infringement_dagster.reporting import queries
from resources.analytics.session import Session

NOT_SCANNED: Final = (
    "no snapshot of this week is kept: nothing was scanned, or retention has removed it"
)
NO_REVIEWS: Final = Absent("the marketplace told no number of reviews")
# Measures that people expect and that no stored fact can answer yet.
UNKNOWN: Final[dict[Measure, str]] = {
    "rank_weighted_infringing_share": "a listing's place among the results is not in the snapshots",
    "repeat_actor_share": "sellers are not linked into actors",
    "reviewer_hours_saved": "how long a decision takes is not recorded, nor decisions by rule",
}


@dataclass(frozen=True, slots=True)
class WeekMeasures:
    """Measures one week, and the weeks before it where a series is shown."""

    session: Session
    week: date
    as_of: datetime

    def all(self) -> tuple[Figure, ...]:
        """Every measure, each with a value or the reason why there is none."""
        for statement in queries.SETUP:
            self._rows(statement)
        found = self._weekly(queries.FOUND)
        return (
            *self._listed(),
            *self._counts("new_infringements", found),
            *self._fates(),
            *self._repeat_sellers(),
            *self._removals(),
            *self._prices(),
            *self._costs(found),
            *self._quality(),
            *(Figure(name, self.week, Absent(why)) for name, why in UNKNOWN.items()),
        )

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        first_week = weeks_until(self.week)[0]
        given = {"week": self.week, "first_week": first_week, "as_of": self.as_of}
        return self.session.rows(
            query, **{name: value for name, value in given.items() if f"${name}" in query}
        )

    def _weekly(self, query: str) -> dict[tuple[date, str | None], int]:
        return {(week, part): int(number) for week, part, number in self._rows(query)}

    def _listed(self) -> Iterator[Figure]:
        rows = {(week, part): numbers for week, part, *numbers in self._rows(queries.SEEN)}
        for week in weeks_until(self.week):
            numbers = rows.get((week, None))
            if numbers is None:
                for measure in _LISTED:
                    yield Figure(measure, week, Absent(NOT_SCANNED))
            else:
                yield from _of_listed(week, None, numbers)
        for (week, part), numbers in sorted(rows.items(), key=str):
            if week == self.week and part is not None:
                yield from _of_listed(week, part, numbers)
        yield self._suspected(rows.get((self.week, None)))

    def _suspected(self, numbers: list[int] | None) -> Figure:
        if numbers is None:
            return Figure("suspected_share", self.week, Absent(NOT_SCANNED))
        ((suspected,),) = self._rows(queries.SUSPECTED)
        listed = numbers[0]
        return Figure("suspected_share", self.week, suspected / listed, counted=listed)

    def _counts(
        self, measure: Measure, found: dict[tuple[date, str | None], int]
    ) -> Iterator[Figure]:
        for week in weeks_until(self.week):
            yield Figure(measure, week, float(found.get((week, None), 0)))
        for (week, part), number in sorted(found.items(), key=str):
            if week == self.week and part is not None:
                yield Figure(measure, week, float(number), part)

    def _fates(self) -> Iterator[Figure]:
        fates: dict[str, dict[tuple[date, str | None], int]] = defaultdict(dict)
        for presence, week, part, number in self._rows(queries.PRESENCES):
            fates[presence][week, part] = number
        yield from self._counts("removed_infringements", fates["gone"])
        yield from self._counts("returned_infringements", fates["listed"])

    def _repeat_sellers(self) -> Iterator[Figure]:
        ((repeated, known),) = self._rows(queries.REPEAT_SELLERS)
        yield share_of("repeat_seller_share", self.week, repeated, known)

    def _removals(self) -> Iterator[Figure]:
        waits: dict[str, list[tuple[float, bool]]] = defaultdict(list)
        answers: dict[str, list[str]] = defaultdict(list)
        for channel, last_state, removed, days in self._rows(queries.WAITS):
            waits[channel].append((days, removed))
            answers[channel].append(last_state)
        sent = sum(len(found) for channel, found in waits.items() if channel != "no_notice")
        yield Figure("notices_sent", self.week, float(sent))
        for channel, found in sorted(waits.items()):
            removed = sum(gone for _, gone in found)
            days_left = median_days(found)
            yield Figure("days_to_removal", self.week, days_left, channel, counted=len(found))
            yield share_of("removed_share", self.week, removed, len(found), channel)
            if channel != "no_notice":
                yield self._acceptance(answers[channel], channel)
        yield self._acceptance([state for states in answers.values() for state in states])

    def _acceptance(self, states: list[str], channel: str | None = None) -> Figure:
        accepted, rejected = states.count("accepted"), states.count("rejected")
        return share_of("notice_acceptance", self.week, accepted, accepted + rejected, channel)

    def _prices(self) -> Iterator[Figure]:
        rows = self._rows(queries.PRICES)
        if not rows:
            why = Absent("no listing of this week was held against a price floor")
            yield Figure("price_of_floor", self.week, why)
        for verdict, median, below, compared in sorted(rows):
            yield Figure("price_of_floor", self.week, median, verdict, counted=compared)
            yield share_of("below_floor_share", self.week, below, compared, verdict)

    def _costs(self, found: dict[tuple[date, str | None], int]) -> Iterator[Figure]:
        spent = self._weekly(queries.CREDITS)
        yield from self._counts("credits", spent)
        for week in weeks_until(self.week):
            number, paid = found.get((week, None), 0), spent.get((week, None), 0)
            price: float | Absent = Absent("no infringement was found in this week")
            if number:
                price = paid / number
            yield Figure("credits_per_infringement", week, price, counted=number)

    def _quality(self) -> Iterator[Figure]:
        rows = self._rows(queries.DECIDED)
        sampled = [(some, of) for is_sampled, _, some, of in rows if is_sampled]
        flagged = [(band, some, of) for is_sampled, band, some, of in rows if not is_sampled]
        for band, some, of in flagged:
            part = f"{band * 10}-{band * 10 + 10}%"
            yield share_of("flagged_precision", self.week, some, of, part)
        yield self._sum("flagged_precision", ((some, of) for _, some, of in flagged))
        yield self._sum("sampled_infringing_share", sampled)

    def _sum(self, measure: Measure, counts: Iterable[tuple[int, int]]) -> Figure:
        pairs = list(counts)
        some, of = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
        return share_of(measure, self.week, some, of)


_REACH: Final[tuple[Measure, ...]] = ("reviews_reached", "infringing_reviews_reached")
_LISTED: Final[tuple[Measure, ...]] = ("listings_seen", *_REACH, "infringing_share")


def _of_listed(week: date, part: str | None, numbers: list[int]) -> Iterator[Figure]:
    listed, with_reviews, reviews, infringing, infringing_reviews = map(int, numbers)
    yield Figure("listings_seen", week, float(listed), part)
    for measure, number in zip(_REACH, (reviews, infringing_reviews), strict=True):
        value = float(number) if with_reviews else NO_REVIEWS
        yield Figure(measure, week, value, part, counted=with_reviews)
    yield Figure("infringing_share", week, infringing / listed, part, counted=listed)
