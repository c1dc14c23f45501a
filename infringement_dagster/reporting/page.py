"""A report as HTML: its body for the product's pages, and a whole page that needs nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infringement_dagster.domain.report.figures import (
    MEASURES,
    Absent,
    Figure,
    Report,
)
from infringement_dagster.reporting.plots import HEIGHT, WIDTH, interval_rows, week_plot
from infringement_dagster.reporting.wording import (
    interval_of,
    meaning_of,
    part_name,
    title_of,
    told,
)

_TEMPLATES: Final = Path(__file__).parent / "templates"
_ROW_HEIGHT: Final = 22.0

_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals |= {"width": WIDTH, "height": HEIGHT, "row_height": _ROW_HEIGHT}
_environment.filters |= {
    "told": told,
    "title_of": title_of,
    "meaning_of": meaning_of,
    "part_name": part_name,
    "interval_of": interval_of,
    "coordinate": "{:.1f}".format,
}


def report_body(report: Report) -> str:
    """The report's figures and plots as a part of a page; escaped, with classes and no style."""
    return _environment.get_template("report_body.html").render(
        report=report,
        plots=_plots(report),
        bands=interval_rows(report.parts("flagged_precision"), _ROW_HEIGHT),
        absent=_absent(report),
        measures=MEASURES,
    )


def report_page(report: Report, client_name: str) -> str:
    """The whole page: no script, and no request to anywhere."""
    return _environment.get_template("report.html").render(
        report=report,
        client_name=client_name,
        body=report_body(report),
        style=(_TEMPLATES / "report.css").read_text("utf-8"),
    )


def _plots(report: Report) -> list[object]:
    return [
        week_plot(
            "New (red) and removed (green) infringements",
            [
                ("for", report.by_week("new_infringements")),
                ("against", report.by_week("removed_infringements")),
            ],
        ),
        week_plot(
            "Infringing among what is listed", [("fill", report.by_week("infringing_share"))]
        ),
        week_plot("Listings seen", [("fill", report.by_week("listings_seen"))]),
        week_plot("Credits spent", [("fill", report.by_week("credits"))]),
    ]


def _absent(report: Report) -> list[tuple[Figure, str]]:
    """The week's figures that cannot be told, with the reason."""
    return [
        (figure, figure.value.reason)
        for figure in report.figures
        if figure.week == report.week and isinstance(figure.value, Absent)
    ]
