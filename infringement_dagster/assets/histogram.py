"""The probabilities of a step's scores as a drawing that Dagster's UI shows.

Drawn with Pillow, which every run has loaded anyhow: importing matplotlib takes over a CPU second,
more than a small scan's scores do.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont

BINS: Final = 20
_WIDTH_PX, _HEIGHT_PX, _MARGIN_PX = 420, 150, 18
_BAR_PX: Final = (_WIDTH_PX - 2 * _MARGIN_PX) // BINS
_BELOW, _FLAGGED, _INK = "#a5adba", "#c2362b", "#344054"


def histogram(probabilities: Sequence[float], review: float) -> str:
    """Markdown of a PNG: how many scores are how high, those for review in red."""
    flagged = sum(probability >= review for probability in probabilities)
    told = f"{len(probabilities)} scores, {flagged} at or above {review:g}"
    png = base64.b64encode(_png(_counts(probabilities), review)).decode()
    return f"{told}\n\n![{told}](data:image/png;base64,{png})"


def _counts(probabilities: Sequence[float]) -> list[int]:
    counts = [0] * BINS
    for probability in probabilities:
        if 0 <= probability <= 1:  # others are told by their check
            counts[min(int(probability * BINS), BINS - 1)] += 1
    return counts


def _png(counts: Sequence[int], review: float) -> bytes:
    canvas = Image.new("RGB", (_WIDTH_PX, _HEIGHT_PX), "white")
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(10)
    floor, highest = _HEIGHT_PX - _MARGIN_PX, max(*counts, 1)
    for number, count in enumerate(counts):
        left = _MARGIN_PX + number * _BAR_PX
        # One listing is to be seen beside a thousand.
        height = max(2, round(count / highest * (floor - 2 * _MARGIN_PX))) if count else 0
        if count:
            color = _FLAGGED if (number + 1) / BINS > review else _BELOW
            draw.rectangle((left + 1, floor - height, left + _BAR_PX - 2, floor), fill=color)
            middle = (left + _BAR_PX // 2, floor - height - 2)
            draw.text(middle, str(count), fill=_INK, font=font, anchor="ms")
    draw.line((_MARGIN_PX, floor, _MARGIN_PX + BINS * _BAR_PX, floor), fill=_INK)
    for mark in sorted({0.0, 0.5, 1.0, review}):
        at = _MARGIN_PX + round(mark * BINS * _BAR_PX)
        draw.line((at, floor, at, floor + 3), fill=_INK)
        draw.text((at, floor + 5), f"{mark:g}", fill=_INK, font=font, anchor="mt")
    file = io.BytesIO()
    canvas.quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue()
