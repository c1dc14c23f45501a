"""A bundle's summary for people: one HTML page that asks for nothing else and runs no script."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from infringement_dagster.evidence.captures import ShownCapture
from infringement_dagster.evidence.first_page import FirstPage
from infringement_dagster.evidence.purchase import BundledPurchase
from infringement_dagster.evidence.screenshot import BundledScreenshot


def summary_content(
    case_id: str,
    page: FirstPage,
    captures: Sequence[ShownCapture],
    print_note: str,
    screenshots: Sequence[BundledScreenshot] = (),
    purchases: Sequence[BundledPurchase] = (),
) -> bytes:
    """The first page and, behind it, the record of each link's files, in order of number.

    `print_note` says where the first page is as a PDF, or why it is not.
    """
    environment = Environment(
        loader=PackageLoader("infringement_dagster.evidence", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("summary.html.jinja")
    return template.render(
        case_id=case_id,
        page=page,
        captures=captures,
        print_note=print_note,
        screenshots=screenshots,
        purchases=purchases,
    ).encode()
