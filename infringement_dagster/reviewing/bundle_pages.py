"""The pages of a bundle that people read: the summary, and its first page as a PDF."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

from infringement_dagster.evidence.bundle import SUMMARY, SUMMARY_PDF
from infringement_dagster.evidence.bundled import Bundled
from infringement_dagster.evidence.first_page import (
    CaseFile,
    NoPhoto,
    first_page,
    newest_screenshot,
    wanted_photos,
)
from infringement_dagster.evidence.screenshot import SHOWN_SIDE_PX
from infringement_dagster.evidence.summary import summary_content
from infringement_dagster.reviewing.first_page_pdf import NoPdf, pdf_of
from resources.decoding.answers import Previewed

SIDE_PX = 640  # of photos on the page: 10 cm at 160 dots an inch
_log = logging.getLogger(__name__)


def page_files(
    case: CaseFile, found: Bundled, shown: Callable[[str, int], Previewed]
) -> Iterator[tuple[str, bytes]]:
    """The summary and, where it can be made, the PDF.

    `shown` makes a photo of a frozen file, no side longer than so many pixels.
    """
    photos = {name: _shown(shown(name, side_px)) for name, side_px in _wanted(found)}
    rest = found.screenshots, found.purchases
    page = first_page(case, found.captures, photos, *rest)
    note = f"The first page for printing: {SUMMARY_PDF}."
    try:
        yield SUMMARY_PDF, pdf_of(page)
    except NoPdf as error:
        _log.warning("case %s: its bundle has no PDF: %s", case.case_id, error)
        note = f"No PDF of this page could be made: {error}"
    yield SUMMARY, summary_content(case.case_id, page, found.captures, note, *rest)


def _wanted(found: Bundled) -> Iterator[tuple[str, int]]:
    """The names of the frozen photos that the page shows, each with its longest side."""
    for name in wanted_photos(found.captures):
        yield name, SIDE_PX
    for purchase in found.purchases:
        for name in purchase.photos:
            yield name, SIDE_PX
    screenshot = newest_screenshot(found.screenshots)
    if screenshot is not None and screenshot.name is not None:
        yield screenshot.name, SHOWN_SIDE_PX


def _shown(made: Previewed) -> bytes | NoPhoto:
    return made if isinstance(made, bytes) else NoPhoto(f"{made.reason}: {made.detail}")
