"""The lines of text that were read in a photo, and their form beside its hashes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infringement_dagster.domain.score import Region

TEXT_VERSION: Final = 1  # raise it whenever the same photo may be read otherwise
CONFIDENCE_MIN: Final = 0.8
LETTERS_MIN: Final = 3


@dataclass(frozen=True, slots=True)
class PixelBox:
    """An upright box in a photo, in its pixels."""

    left_px: int
    top_px: int
    right_px: int
    bottom_px: int

    def scaled(self, across: float, down: float) -> PixelBox:
        """The same box in the photo at another size."""
        return PixelBox(
            round(self.left_px * across),
            round(self.top_px * down),
            round(self.right_px * across),
            round(self.bottom_px * down),
        )


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line as it was read, and the box around it."""

    text: str
    confidence: float  # 0 to 1, of the recognition
    box: PixelBox

    @property
    def is_telling(self) -> bool:
        """Whether it is sure enough, and long enough to be a name."""
        letters = sum(character.isalpha() for character in self.text)
        return self.confidence >= CONFIDENCE_MIN and letters >= LETTERS_MIN


@dataclass(frozen=True, slots=True)
class PhotoText:
    """The lines of one photo, of `width_px` by `height_px`; none at all where it shows no words.

    `read_sha256` is the file that was read: the photo itself, or the same in a larger size.
    """

    width_px: int
    height_px: int
    lines: tuple[TextLine, ...]
    read_sha256: str

    def region(self, box: PixelBox) -> Region:
        """The box as shares of the photo's sides, within the photo."""
        return Region(
            _share(box.left_px, self.width_px),
            _share(box.top_px, self.height_px),
            _share(box.right_px, self.width_px),
            _share(box.bottom_px, self.height_px),
        )

    def at_size(self, width_px: int, height_px: int) -> PhotoText:
        """The same lines with boxes in the pixels of the photo at another size."""
        across, down = width_px / self.width_px, height_px / self.height_px
        lines = tuple(
            TextLine(line.text, line.confidence, line.box.scaled(across, down))
            for line in self.lines
        )
        return PhotoText(width_px, height_px, lines, self.read_sha256)


def _share(px: int, side_px: int) -> float:
    return min(1.0, max(0.0, px / side_px))


def text_document(text: PhotoText) -> dict[str, object]:
    """The text as a JSON document that `text_from` reads."""
    return {
        "version": TEXT_VERSION,
        "read_sha256": text.read_sha256,
        "size_px": [text.width_px, text.height_px],
        "lines": [
            [
                line.text,
                line.confidence,
                [line.box.left_px, line.box.top_px, line.box.right_px, line.box.bottom_px],
            ]
            for line in text.lines
        ],
    }


def text_from(document: Mapping[str, Any]) -> PhotoText | None:
    """The text of a document; None where another version wrote it, and it is to be read again."""
    if document.get("version") != TEXT_VERSION:
        return None
    width_px, height_px = document["size_px"]
    lines: Sequence[Any] = document["lines"]
    return PhotoText(
        width_px,
        height_px,
        tuple(TextLine(text, confidence, PixelBox(*box)) for text, confidence, box in lines),
        document["read_sha256"],
    )
