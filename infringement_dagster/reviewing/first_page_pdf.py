"""The first page of a bundle as a PDF, for printing and filing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.score import Region
from infringement_dagster.evidence.first_page import FirstPage, PagePhoto, PurchaseSection

if TYPE_CHECKING:
    from fpdf import FPDF

_FAMILY: Final = (
    "dejavu"  # DejaVu Sans: Latin, Greek, Cyrillic, Hebrew, Arabic; matplotlib brings it
)
_FILES: Final = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf"}
_TITLE_PT, _HEAD_PT, _TEXT_PT, _NOTE_PT = 16, 12, 9.5, 8
_LINE_MM: Final = 4.8
_LABEL_MM: Final = 38.0
_PHOTO_MM, _APART_MM = 84.0, 6.0
_OUTLINE: Final = (210, 24, 92)
_LACKING: Final = "\N{REPLACEMENT CHARACTER}"


class NoPdf(PermanentError):
    """The page cannot be made as a PDF; the message says why."""


def pdf_of(page: FirstPage) -> bytes:
    """The page as A4, the same bytes each time; raises NoPdf."""
    # Loaded with the first bundle: its fonts' library takes 64 MB of a process that may make none.
    from fpdf import FPDF  # noqa: PLC0415
    from fpdf.errors import FPDFException  # noqa: PLC0415

    try:
        pdf = FPDF(format="A4")
        return _Sheet(pdf, page, _known_points(pdf)).content()
    except (FPDFException, OSError, ValueError) as error:
        raise NoPdf(f"{type(error).__name__}: {error}") from error


def _known_points(pdf: FPDF) -> Collection[int]:
    """The code points that the document's font has, once it is added."""
    from fpdf.fonts import TTFFont  # noqa: PLC0415 - as above

    for style, name in _FILES.items():
        pdf.add_font(_FAMILY, style, _fonts_folder() / name)
    font = pdf.fonts[_FAMILY]
    assert isinstance(font, TTFFont)  # added from a file
    return font.cmap.keys()


def _fonts_folder() -> Path:
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise NoPdf("the font DejaVu Sans is missing: matplotlib, which brings it, is not there")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


def _pairs(photos: Sequence[PagePhoto]) -> list[Sequence[PagePhoto]]:
    """The photos two by two, as a row has room."""
    return [photos[at : at + 2] for at in range(0, len(photos), 2)]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The page on paper, written from its top to its end."""

    pdf: FPDF
    page: FirstPage
    known: Collection[int]  # code points that the font has
    unprinted: set[str] = field(default_factory=set)

    def content(self) -> bytes:
        """The whole document."""
        pdf, page = self.pdf, self.page
        pdf.set_creation_date(page.made_at)  # else no two would have the same bytes
        pdf.set_title(page.title)
        pdf.set_lang("en")
        pdf.set_auto_page_break(True, margin=15)
        pdf.add_page()
        self._text(page.title, _TITLE_PT, "B")
        self._text(page.in_short)
        for label, value in page.facts:
            self._fact(label, value)
        self._body()
        return bytes(pdf.output())

    def _body(self) -> None:
        page = self.page
        self._photo_rows("Side by side", page.compared)
        self._list("What the comparison says", page.speaks_for)
        self._list("What speaks against it", page.speaks_against)
        self._list("Decisions", page.decisions or ["Nobody has decided on the case yet."])
        for bought in page.purchases:
            self._purchase(bought)
        self._list("How to check this bundle", page.checking)
        self._photo_rows("Other photos of the listing", _pairs(page.others))
        if page.whole_page is not None:
            self._whole_page(page.whole_page)
        self._name_unprinted()

    def _purchase(self, bought: PurchaseSection) -> None:
        self._heading(bought.title, 4 * _LINE_MM)
        for label, value in bought.facts:
            self._fact(label, value)
        self.pdf.ln(1.5)
        for row in _pairs(bought.photos):
            self._row(row)

    def _whole_page(self, photo: PagePhoto) -> None:
        """The listing's page on a sheet of its own, as large as it has room."""
        pdf = self.pdf
        pdf.add_page()
        self._text("The listing's page as it was rendered", _HEAD_PT, "B")
        self._text(photo.caption, _NOTE_PT)
        if isinstance(photo.content, bytes):
            room_mm = pdf.h - pdf.get_y() - pdf.b_margin
            pdf.image(
                BytesIO(photo.content),
                pdf.l_margin,
                pdf.get_y(),
                pdf.epw,
                room_mm,
                alt_text=photo.caption,
                keep_aspect_ratio=True,
            )
        else:
            self._text(f"It cannot be shown: {photo.missing}. The file is {photo.name}.", _NOTE_PT)

    def _name_unprinted(self) -> None:
        if self.unprinted:
            points = ", ".join(f"U+{ord(letter):04X}" for letter in sorted(self.unprinted)[:20])
            self._text(
                f"The font of this document lacks {len(self.unprinted)} of the characters, in "
                f"whose place {_LACKING} stands ({points}); summary.html shows them.",
                _NOTE_PT,
            )

    def _printable(self, text: str) -> str:
        """The text with a sign in place of each character that the font lacks."""
        lacking = {letter for letter in text if ord(letter) not in self.known}
        self.unprinted.update(lacking)
        return "".join(_LACKING if letter in lacking else letter for letter in text)

    def _text(self, text: str, size_pt: float = _TEXT_PT, style: str = "") -> None:
        self.pdf.set_font(_FAMILY, style, size_pt)
        self._cell(0, text, _LINE_MM * max(1.0, size_pt / _TEXT_PT))
        self.pdf.ln(1.5)

    def _cell(self, width_mm: float, text: str, line_mm: float = _LINE_MM) -> None:
        shown = self._printable(text)
        self.pdf.multi_cell(width_mm, line_mm, shown, align="L", new_x="LMARGIN", new_y="NEXT")

    def _fact(self, label: str, value: str) -> None:
        pdf = self.pdf
        self._break_unless(2 * _LINE_MM)
        top_mm = pdf.get_y()
        pdf.set_font(_FAMILY, "B", _TEXT_PT)
        self._cell(_LABEL_MM, label)
        pdf.set_xy(pdf.l_margin + _LABEL_MM, top_mm)
        pdf.set_font(_FAMILY, "", _TEXT_PT)
        self._cell(0, value)

    def _list(self, title: str, lines: Sequence[str]) -> None:
        if not lines:
            return
        self._heading(title, 2 * _LINE_MM)
        for line in lines:
            self.pdf.set_font(_FAMILY, "", _TEXT_PT)
            self._cell(0, f"\N{BULLET} {line}")

    def _heading(self, title: str, room_mm: float) -> None:
        self._break_unless(_LINE_MM * 3 + room_mm)
        self.pdf.ln(3)
        self._text(title, _HEAD_PT, "B")

    def _break_unless(self, room_mm: float) -> None:
        """A new sheet where less room than that is left on this one."""
        if self.pdf.will_page_break(room_mm):
            self.pdf.add_page()

    def _photo_rows(self, title: str, rows: Sequence[Sequence[PagePhoto]]) -> None:
        if not rows:
            return
        self._heading(title, _PHOTO_MM)
        for row in rows:
            self._row(row)

    def _row(self, row: Sequence[PagePhoto]) -> None:
        pdf = self.pdf
        self._break_unless(_PHOTO_MM + 2 * _LINE_MM)
        top_mm, end_mm = pdf.get_y(), pdf.get_y()
        for place, photo in enumerate(row):
            left_mm = pdf.l_margin + place * (_PHOTO_MM + _APART_MM)
            pdf.set_xy(left_mm, top_mm + self._photo(photo, left_mm, top_mm))
            pdf.set_font(_FAMILY, "", _NOTE_PT)
            self._cell(_PHOTO_MM, photo.caption, 3.6)
            end_mm = max(end_mm, pdf.get_y())
        pdf.set_xy(pdf.l_margin, end_mm + 3)

    def _photo(self, photo: PagePhoto, left_mm: float, top_mm: float) -> float:
        """The height that the photo takes."""
        pdf = self.pdf
        if not isinstance(photo.content, bytes):
            pdf.set_xy(left_mm, top_mm)
            pdf.set_font(_FAMILY, "", _NOTE_PT)
            said = f"It cannot be shown: {photo.missing}. The file is {photo.name}."
            pdf.multi_cell(_PHOTO_MM, 3.6, self._printable(said), align="L")
            return pdf.get_y() - top_mm + 1
        side_mm = _PHOTO_MM
        drawn = pdf.image(
            BytesIO(photo.content),
            left_mm,
            top_mm,
            side_mm,
            side_mm,
            alt_text=photo.caption,
            keep_aspect_ratio=True,
        )
        width_mm, height_mm = drawn.rendered_width, drawn.rendered_height
        if photo.region is not None:
            # It stands in the middle of its place.
            left_mm, top_mm = left_mm + (side_mm - width_mm) / 2, top_mm + (side_mm - height_mm) / 2
            self._outline(photo.region, left_mm, top_mm, width_mm, height_mm)
        return side_mm + 1

    def _outline(
        self, region: Region, left_mm: float, top_mm: float, width_mm: float, height_mm: float
    ) -> None:
        self.pdf.set_draw_color(*_OUTLINE)
        self.pdf.set_line_width(0.7)
        self.pdf.rect(
            left_mm + region.left * width_mm,
            top_mm + region.top * height_mm,
            (region.right - region.left) * width_mm,
            (region.bottom - region.top) * height_mm,
        )
