"""Sellers and their links as a drawing: numbered dots on a circle, thicker lines where surer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.pages.languages.figures import whole_percent
from api.pages.languages.words import gettext, ngettext
from infringement_dagster.domain.actors.links import Link
from resources.postgres.actors.seller_lists import SellerSummaryRow

SIDE: Final = 320.0  # of the drawing, in units of its own
DOTS_MAX: Final = 30  # more would touch each other
_MIDDLE, _RADIUS = SIDE / 2, SIDE / 2 - 24
_THICKEST = 4.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A seller, by its number in the list beside the drawing."""

    number: int
    x: float
    y: float
    radius: float
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    """A link between two dots."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float
    ties: bool
    told: str


@dataclass(frozen=True, slots=True)
class NetworkDrawing:
    """The drawing; `left_out` sellers have no room in it."""

    dots: list[Dot]
    lines: list[Line]
    left_out: int


def network_drawing(sellers: Sequence[SellerSummaryRow], links: Sequence[Link]) -> NetworkDrawing:
    """The first sellers, numbered from 1 in their order, and the links between them."""
    shown = sellers[:DOTS_MAX]
    dots = {row.seller: _dot(place, len(shown), row) for place, row in enumerate(shown)}
    lines = [
        _line(dots[link.first], dots[link.second], link)
        for link in links
        if link.first in dots and link.second in dots
    ]
    return NetworkDrawing(list(dots.values()), lines, len(sellers) - len(shown))


def _dot(place: int, count: int, row: SellerSummaryRow) -> Dot:
    turn = 2 * math.pi * place / max(count, 1) - math.pi / 2
    reach = _RADIUS if count > 1 else 0.0
    size = 11.0 if count <= 16 else 8.0
    cases = ngettext("%(cases)s case", "%(cases)s cases", row.cases, cases=row.cases)
    told = f"{row.seller_name}: {cases}"
    x, y = _MIDDLE + reach * math.cos(turn), _MIDDLE + reach * math.sin(turn)
    return Dot(place + 1, round(x, 1), round(y, 1), size, told)


def _line(first: Dot, second: Dot, link: Link) -> Line:
    told = gettext(
        "%(first)s and %(second)s, %(share)s sure",
        first=first.number,
        second=second.number,
        share=whole_percent(link.confidence),
    )
    width = round(max(1.0, _THICKEST * (2 * link.confidence - 1)), 1)
    return Line(first.x, first.y, second.x, second.y, width, link.ties, told)
