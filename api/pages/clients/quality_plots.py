"""Counts of decisions as shapes for plots; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.languages.figures import day, percent, whole_percent
from api.pages.languages.words import gettext
from infringement_dagster.reporting.plots import Column
from resources.postgres.cases.quality_query import BANDS, DecisionWeek, ScoreBand

WIDTH, HEIGHT = 300.0, 140.0  # of the plotted area, in units of the drawing
_GAP = 0.25  # of a column's width


@dataclass(frozen=True, slots=True)
class Point:
    """A point; its area grows with what it stands for."""

    x: float
    y: float
    radius: float
    told: str


@dataclass(frozen=True, slots=True)
class QualityPlots:
    """All plots of a client; `decided` cases are infringing or not."""

    decided: int
    precision: list[Column]
    reliability: list[Point]
    weeks: list[Column]
    weekly_max: int
    first_week: str


def quality_plots(bands: Sequence[ScoreBand], weeks: Sequence[DecisionWeek]) -> QualityPlots:
    """The plots; those of scores are empty without decided cases."""
    weekly_max = max((_decisions(week) for week in weeks), default=0)
    return QualityPlots(
        decided=sum(_decided(band) for band in bands),
        precision=[_precision(band) for band in bands],
        reliability=[_reliability(band, max(map(_decided, bands))) for band in bands],
        weeks=[
            bar for at, week in enumerate(weeks) for bar in _week(week, at, len(weeks), weekly_max)
        ],
        weekly_max=weekly_max,
        first_week=day(weeks[0].week) if weeks else "",
    )


def _decided(band: ScoreBand) -> int:
    return band.infringing + band.not_infringing


def _share(band: ScoreBand) -> float:
    return band.infringing / _decided(band)


def _decisions(week: DecisionWeek) -> int:
    return week.infringing + week.not_infringing + week.unsure


def _precision(band: ScoreBand) -> Column:
    column = WIDTH / BANDS
    height = HEIGHT * _share(band)
    told = gettext(
        "%(low)s to %(high)s: %(share)s of %(decided)s infringing",
        low=whole_percent((band.band - 1) / BANDS),
        high=whole_percent(band.band / BANDS),
        share=percent(_share(band)),
        decided=_decided(band),
    )
    x = column * (band.band - 1 + _GAP / 2)
    return Column(x, HEIGHT - height, column * (1 - _GAP), height, "fill", told)


def _reliability(band: ScoreBand, most: int) -> Point:
    said, was = percent(band.mean_probability), percent(_share(band))
    told = gettext("said %(said)s, was %(was)s", said=said, was=was)
    radius = 3 + 5 * (_decided(band) / most) ** 0.5
    return Point(WIDTH * band.mean_probability, HEIGHT * (1 - _share(band)), radius, told)


def _week(week: DecisionWeek, at: int, weeks: int, most: int) -> list[Column]:
    width, top, bars = WIDTH / weeks, HEIGHT, []
    parts = {"for": week.infringing, "against": week.not_infringing, "open": week.unsure}
    told = gettext("week of %(day)s: %(decisions)s", day=day(week.week), decisions=_decisions(week))
    for tone, decisions in parts.items():
        if decisions:
            height = HEIGHT * decisions / most
            top -= height
            x = width * (at + _GAP / 2)
            bars.append(Column(x, top, width * (1 - _GAP), height, tone, told))
    return bars
