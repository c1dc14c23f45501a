"""Whether a report's numbers are those of the tables in Postgres, counted another way."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from infringement_dagster.domain.report.figures import Absent, Measure, Report
from infringement_dagster.domain.report.weeks import begin_of, weeks_until
from resources.postgres.database import Database
from resources.postgres.reports.week_totals import week_totals


@dataclass(frozen=True, slots=True)
class Compared:
    """A number of the report beside that of the tables."""

    reported: float
    counted: int

    @property
    def is_equal(self) -> bool:
        """Whether both are the same."""
        return self.reported == self.counted


def compare_with_tables(database: Database, report: Report) -> dict[str, Compared]:
    """Each total of the report beside the same one counted by Postgres as of the same moment."""
    since = begin_of(weeks_until(report.week)[0])
    with database.reading(report.client_id) as c:
        counted = week_totals(c, report.client_id, begin_of(report.week), report.as_of, since)
    reported = {
        "listings_seen": _value(report, "listings_seen"),
        "new_infringements": _value(report, "new_infringements"),
        "credits": _value(report, "credits"),
        "notices_sent": _value(report, "notices_sent"),
        "decided": _counted(report, "flagged_precision")
        + _counted(report, "sampled_infringing_share"),
    }
    return {name: Compared(reported[name], number) for name, number in asdict(counted).items()}


def _value(report: Report, measure: Measure) -> float:
    figure = report.find(measure)
    return 0.0 if figure is None or isinstance(figure.value, Absent) else figure.value


def _counted(report: Report, measure: Measure) -> int:
    figure = report.find(measure)
    return 0 if figure is None else figure.counted or 0
