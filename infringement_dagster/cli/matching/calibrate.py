"""`infringement calibrate`: fits a client's probabilities to what its reviewers decided."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.matching.plots import plot_reliability
from infringement_dagster.cli.matching.tables import make_folder
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.clients.config_document import load_client_config, read_client_config
from infringement_dagster.domain.client import Calibration
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.calibration.fit import (
    CalibrationReport,
    Example,
    cross_validated,
    fit,
    report,
)
from infringement_dagster.matching.signals import COLD_START
from resources.postgres.cases import case_store
from resources.postgres.cases.records import CaseRow
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.settings import Settings

_CASES_MAX = 100_000

Client = Annotated[str, typer.Option("--client", help="Whose decisions to learn from.")]
OutDir = Annotated[Path, typer.Option("--out", help="Where the reliability plot goes.")]
Apply = Annotated[bool, typer.Option("--apply", help="Save it as a new config version.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A client's calibration, and how good probabilities are with and without it."""

    calibration: Calibration
    fitted: CalibrationReport  # on decisions that its fit had not seen
    cold: CalibrationReport
    threshold: float  # the client's, for review


def calibrate(
    client: Client,
    out_dir: OutDir = Path("calibration"),
    apply: Apply = False,
    as_json: AsJson = False,
) -> None:
    """Fits probabilities to a client's decisions and reports how honest they are."""
    with open_database(Settings()) as database:
        found = calibrated(database, client)
        version = _apply(database, client, found.calibration) if apply else None
    make_folder(out_dir)
    plot = out_dir / f"reliability_{client}.png"
    series = {"fitted, on unseen decisions": found.fitted.bins, "uncalibrated": found.cold.bins}
    plot_reliability(plot, f"{client}: {found.calibration.decisions} decisions", series)
    document = {
        "client": client,
        "calibration": _document(found.calibration),
        "fitted": _figures(found.fitted),
        "uncalibrated": _figures(found.cold),
        "threshold": found.threshold,
        "plot": str(plot),
        "config_version": version,
    }
    if as_json:
        print_json(document)
    else:
        _show(client, found)
        note(f"plot: {plot}" + (f"; saved as config version {version}" if apply else ""))


def calibrated(database: Database, client_id: str) -> Calibrated:
    """The fit to all of the client's decisions; raises CannotCalibrateError and UnknownClient."""
    with database.client(client_id) as connection:
        client_store.get_client(connection, client_id)
        threshold = load_client_config(connection, client_id).thresholds.review
        cases = case_store.list_cases(connection, client_id, _CASES_MAX, ["decided"])
    examples = [_example(case) for case in cases if case.signals]
    return Calibrated(
        fit(examples),
        cross_validated(examples, threshold),
        report(COLD_START, examples, threshold),
        threshold,
    )


def _example(case: CaseRow) -> Example:
    values = {
        signal.name: None if isinstance(signal.value, Unavailable) else signal.value
        for signal in case.signals
    }
    return Example(values, case.decision == "infringing")


def _apply(database: Database, client_id: str, calibration: Calibration) -> int:
    with database.client(client_id) as connection:
        kept = client_store.load_config(connection, client_id)
        document = {**kept.document, "calibration": _document(calibration)}
        read_client_config(client_id, kept.version + 1, document)
        comment = f"calibrated on {calibration.decisions} decisions"
        return client_store.save_config(connection, client_id, document, "calibrate", comment)


def _document(calibration: Calibration) -> dict[str, object]:
    return {
        "model": calibration.model,
        "shift": round(calibration.shift, 6),
        "scale": round(calibration.scale, 6),
        "decisions": calibration.decisions,
        "multipliers": {
            name: round(multiplier, 6) for name, multiplier in calibration.multipliers.items()
        },
    }


def _figures(found: CalibrationReport) -> dict[str, float]:
    return {
        "decisions": found.decisions,
        "infringing": found.infringing,
        "ece": round(found.calibration_error, 4),
        "brier": round(found.brier, 4),
        "precision": round(found.precision, 4),
        "recall": round(found.recall, 4),
    }


def _show(client_id: str, found: Calibrated) -> None:
    out.print(f"{client_id}: precision, recall at review threshold {found.threshold}", markup=False)
    for name, measured in {"fitted": found.fitted, "uncalibrated": found.cold}.items():
        figures = ", ".join(f"{key} {value}" for key, value in _figures(measured).items())
        out.print(f"  {name}: {figures}", markup=False)
