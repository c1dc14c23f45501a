"""Figures as shapes in units of a drawing; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from infringement_dagster.domain.report.figures import Absent, Figure
from infringement_dagster.reporting.wording import interval_of, told

WIDTH: Final = 640.0
HEIGHT: Final = 120.0
_GAP: Final = 0.25  # of a column's width


@dataclass(frozen=True, slots=True)
class Column:
    """A part of a week's column; `tone` is its class in the style sheet."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    told: str


@dataclass(frozen=True, slots=True)
class WeekPlot:
    """Columns by week; weeks that nothing is known of are marked, so that none looks like zero."""

    title: str
    columns: tuple[Column, ...]
    unknown: tuple[Column, ...]
    top: str  # the value at the upper edge
    first: str
    last: str

    @property
    def is_empty(self) -> bool:
        """Whether no week has anything to show."""
        return not self.columns


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """A share with its interval on a line from 0 to 1."""

    label: str
    y: float
    x: float
    low: float
    high: float
    told: str


def week_plot(title: str, series: Sequence[tuple[str, Sequence[Figure]]]) -> WeekPlot:
    """Columns of one tone and series beside those of the next; all series show the same weeks."""
    known = [f.value for _, figures in series for f in figures if not isinstance(f.value, Absent)]
    most = max(known, default=0.0)
    weeks = series[0][1]
    slot = WIDTH / len(weeks)
    columns = [
        column
        for at, (tone, figures) in enumerate(series)
        for column in _columns(figures, most, tone, slot, at, len(series))
    ]
    unknown = [
        Column(slot * at, 0, slot, HEIGHT, "unknown", told(figure))
        for at, figure in enumerate(weeks)
        if isinstance(figure.value, Absent)
    ]
    top = next((f for _, figures in series for f in figures if f.value == most), weeks[0])
    return WeekPlot(
        title,
        tuple(columns),
        tuple(unknown),
        told(top, alone=True) if most else "0",
        f"{weeks[0].week:%-d %b %Y}",
        f"{weeks[-1].week:%-d %b %Y}",
    )


def _columns(
    figures: Sequence[Figure], most: float, tone: str, slot: float, at: int, of: int
) -> list[Column]:
    width = slot * (1 - _GAP) / of
    shown = []
    for number, figure in enumerate(figures):
        if isinstance(figure.value, Absent) or not figure.value:
            continue
        height = HEIGHT * figure.value / most
        x = slot * (number + _GAP / 2) + width * at
        shown.append(Column(x, HEIGHT - height, width, height, tone, told(figure)))
    return shown


def interval_rows(figures: Sequence[Figure], row_height: float) -> list[IntervalRow]:
    """A row for each share that has an interval, in the order given."""
    rows: list[IntervalRow] = []
    for figure in figures:
        if figure.interval is None or isinstance(figure.value, Absent):
            continue
        rows.append(
            IntervalRow(
                figure.part or "all",
                row_height * (len(rows) + 0.5),
                WIDTH * figure.value,
                WIDTH * figure.interval.low,
                WIDTH * figure.interval.high,
                f"{told(figure, alone=True)}, {interval_of(figure)}",
            )
        )
    return rows
