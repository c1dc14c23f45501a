"""`infringement calibrate`: fits a client's probabilities to what its reviewers decided."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from infringement_dagster.cli.arguments import AsJson
from infringement_dagster.cli.installation import open_database
from infringement_dagster.cli.matching.plots import plot_reliability
from infringement_dagster.cli.matching.tables import make_folder
from infringement_dagster.cli.terminal import note, out, print_json
from infringement_dagster.clients.config_document import read_client_config
from infringement_dagster.domain.client import Calibration
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.calibration.fit import CalibrationReport
from infringement_dagster.matching.calibration.recall import Recall
from infringement_dagster.reviewing.calibrating import Calibrated, calibrated
from resources.postgres.clients import client_store
from resources.postgres.database import Database
from resources.settings import Settings

Client = Annotated[str, typer.Option("--client", help="Whose decisions to learn from.")]
OutDir = Annotated[Path, typer.Option("--out", help="Where the reliability plot goes.")]
Apply = Annotated[bool, typer.Option("--apply", help="Save it as a new config version.")]


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
        "threshold": found.thresholds.review,
        "notice_ready": found.thresholds.notice_ready,
        "recall": _recall_document(found.recall),
        "agreement": {
            "cases": found.agreement.cases,
            "disputed": len(found.agreement.disputed),
            "share": found.agreement.share,
        },
        "plot": str(plot),
        "config_version": version,
    }
    if as_json:
        print_json(document)
    else:
        _show(client, found)
        note(f"plot: {plot}" + (f"; saved as config version {version}" if apply else ""))


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
        "notice_precision": round(found.notice_precision, 4),
        "notice_recall": round(found.notice_recall, 4),
    }


def _recall_document(recall: Recall | Unavailable) -> dict[str, object]:
    if isinstance(recall, Unavailable):
        return {"unavailable": recall.reason}
    return {
        "share": round(recall.share, 4),
        "low": round(recall.low, 4),
        "high": round(recall.high, 4),
        "missed": round(recall.missed, 1),
        "sampled": recall.sampled,
    }


def _told(recall: Recall | Unavailable) -> str:
    if isinstance(recall, Unavailable):
        return f"recall of all that infringes is not known: {recall.reason}"
    return (
        f"recall of all that infringes {recall.share:.0%} (95%: {recall.low:.0%} to "
        f"{recall.high:.0%}), about {recall.missed:.0f} below the threshold, by {recall.sampled} "
        "sampled cases"
    )


def _show(client_id: str, found: Calibrated) -> None:
    review, ready = found.thresholds.review, found.thresholds.notice_ready
    told = f"{client_id}: precision and recall of what was decided, from {review} and from {ready}"
    out.print(told, markup=False)
    for name, measured in {"fitted": found.fitted, "uncalibrated": found.cold}.items():
        figures = ", ".join(f"{key} {value}" for key, value in _figures(measured).items())
        out.print(f"  {name}: {figures}", markup=False)
    out.print(f"  {_told(found.recall)}", markup=False)
    if found.agreement.share is not None:
        told = f"  reviewers agree on {found.agreement.share:.0%} of what two have decided"
        out.print(f"{told} ({found.agreement.cases} cases)", markup=False)
