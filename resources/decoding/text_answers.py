"""Lines of text that a worker answered, read as the words of a process that may be hostile."""

from __future__ import annotations

import json
from typing import TypeAlias

from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photo_text.lines import PhotoText, PixelBox, TextLine
from resources.decoding.answers import SIDE_PX_MAX, answered, check_sides
from resources.decoding.questions import Question
from resources.decoding.worker import TEXT, TEXT_LINES_MAX
from resources.text import clean_text

TEXT_BYTES_MAX = 2**18
TEXT_LINE_CHARS_MAX = 200

TextRead: TypeAlias = PhotoText | MissedPhoto


def read_text(kind: bytes, said: bytes) -> TextRead:
    """The lines that a worker answered, or why there are none; they name no file yet."""
    return answered(TEXT, "lines of text", _read_lines, kind, said)


def _read_lines(said: bytes) -> PhotoText:
    width_px, height_px, lines = json.loads(said)
    check_sides(width_px, height_px)
    if len(lines) > TEXT_LINES_MAX:
        raise ValueError(f"{len(lines)} lines, at most {TEXT_LINES_MAX}")
    return PhotoText(width_px, height_px, tuple(_read_line(*line) for line in lines), "")


def _read_line(text: str, confidence: float, *box: int) -> TextLine:
    if not (isinstance(confidence, float) and 0 <= confidence <= 1):
        raise ValueError("an impossible confidence")
    if not all(isinstance(px, int) and 0 <= px <= SIDE_PX_MAX for px in box):
        raise ValueError("a box outside the photo")
    return TextLine(clean_text(text, TEXT_LINE_CHARS_MAX), confidence, PixelBox(*box))


TEXT_LINES: Question[PhotoText] = Question(TEXT, TEXT_BYTES_MAX, read_text)
