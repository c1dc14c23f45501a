"""Weeks of cases as columns of a plot; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.languages.figures import count, day
from api.pages.languages.words import gettext
from infringement_dagster.reporting.plots import Column
from resources.postgres.cases.work_query import CaseWeek

WIDTH: Final = 420.0
HEIGHT: Final = 150.0  # of the plotted area, in units of the drawing
_GAP: Final = 0.25  # of a week's width
_TONES: Final = {"flagged": "fill", "decided": "open", "removed": "against"}


@dataclass(frozen=True, slots=True)
class TrendPlot:
    """The columns of all weeks, side by side in each; `most` is the value at the upper edge."""

    columns: list[Column]
    told: list[str]  # each week in words
    most: int
    first_week: str


def trend_plot(weeks: Sequence[CaseWeek]) -> TrendPlot:
    """The plot of at least one week."""
    most = max(_number(week, what) for week in weeks for what in _TONES)
    columns = [
        column
        for at, week in enumerate(weeks)
        for column in _columns(week, at, WIDTH / len(weeks), most)
    ]
    return TrendPlot(columns, [_told(week) for week in weeks], most, day(weeks[0].week))


def _columns(week: CaseWeek, at: int, slot: float, most: int) -> list[Column]:
    width, shown = slot * (1 - _GAP) / len(_TONES), []
    for place, (what, tone) in enumerate(_TONES.items()):
        if number := _number(week, what):
            height = HEIGHT * number / most
            x = slot * (at + _GAP / 2) + width * place
            shown.append(Column(x, HEIGHT - height, width, height, tone, _told(week)))
    return shown


def _number(week: CaseWeek, what: str) -> int:
    return int(getattr(week, what))


def _told(week: CaseWeek) -> str:
    return gettext(
        "week of %(day)s: %(flagged)s flagged, %(decided)s decided, %(removed)s removed",
        day=day(week.week),
        **{what: count(_number(week, what)) for what in _TONES},
    )
