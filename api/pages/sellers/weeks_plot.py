"""Listings of a seller or an actor by week, as columns with one part for each marketplace; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final

from api.pages.formatting import provider_name
from api.pages.languages.figures import day
from api.pages.languages.words import gettext
from infringement_dagster.reporting.plots import Column
from resources.postgres.actors.records import WeekOfListings

WIDTH: Final = 420.0
HEIGHT: Final = 130.0
_GAP: Final = 0.25
_TONES: Final = ("fill", "for", "against", "open")  # in order of marketplaces


@dataclass(frozen=True, slots=True)
class WeeksPlot:
    """The columns of all weeks; `most` is the value at the upper edge, 0 where nothing is shown."""

    columns: list[Column]
    told: list[str]
    most: int
    first_week: str
    providers: list[tuple[str, str]]  # with their tones


def weeks_plot(weeks: Sequence[WeekOfListings]) -> WeeksPlot:
    """The plot of these weeks."""
    by_week = [(week, list(rows)) for week, rows in groupby(weeks, attrgetter("week"))]
    most = max((sum(row.listed for row in rows) for _, rows in by_week), default=0)
    providers = sorted({row.provider for row in weeks})
    tones = {name: _TONES[at % len(_TONES)] for at, name in enumerate(providers)}
    columns = [
        column
        for at, (_, rows) in enumerate(by_week)
        for column in _stack(rows, at, WIDTH / len(by_week), most, tones)
    ]
    told = [_told(rows) for _, rows in by_week if any(row.listed for row in rows)]
    first = day(by_week[0][0]) if by_week else ""
    return WeeksPlot(columns, told, most, first, [(name, tones[name]) for name in providers])


def _stack(
    rows: Sequence[WeekOfListings], at: int, slot: float, most: int, tones: dict[str, str]
) -> list[Column]:
    columns, bottom = [], HEIGHT
    for row in rows:
        if row.listed:
            height = HEIGHT * row.listed / most
            bottom -= height
            x, width = slot * (at + _GAP / 2), slot * (1 - _GAP)
            columns.append(Column(x, bottom, width, height, tones[row.provider], _told(rows)))
    return columns


def _told(rows: Sequence[WeekOfListings]) -> str:
    parts = ", ".join(
        gettext(
            "%(number)s at %(provider)s", number=row.listed, provider=provider_name(row.provider)
        )
        for row in rows
    )
    return gettext(
        "week of %(day)s: %(parts)s; %(new)s of them new",
        day=day(rows[0].week),
        parts=", ".join(parts),
        new=sum(row.came for row in rows),
    )
