"""The pages of a bundle that people read: the summary, and its first page as a PDF."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

from infringement_dagster.evidence.bundle import SUMMARY, SUMMARY_PDF
from infringement_dagster.evidence.captures import ShownCapture
from infringement_dagster.evidence.first_page import CaseFile, NoPhoto, first_page, wanted_photos
from infringement_dagster.evidence.summary import summary_content
from infringement_dagster.reviewing.first_page_pdf import NoPdf, pdf_of
from resources.decoding.answers import Previewed

_log = logging.getLogger(__name__)


def page_files(
    case: CaseFile, captures: Sequence[ShownCapture], shown: Callable[[str], Previewed]
) -> Iterator[tuple[str, bytes]]:
    """The summary and, where it can be made, the PDF; `shown` makes a photo of a frozen file."""
    photos = {name: _shown(shown(name)) for name in wanted_photos(captures)}
    page = first_page(case, captures, photos)
    note = f"The first page for printing: {SUMMARY_PDF}."
    try:
        yield SUMMARY_PDF, pdf_of(page)
    except NoPdf as error:
        _log.warning("case %s: its bundle has no PDF: %s", case.case_id, error)
        note = f"No PDF of this page could be made: {error}"
    yield SUMMARY, summary_content(case.case_id, page, captures, note)


def _shown(made: Previewed) -> bytes | NoPhoto:
    return made if isinstance(made, bytes) else NoPhoto(f"{made.reason}: {made.detail}")
