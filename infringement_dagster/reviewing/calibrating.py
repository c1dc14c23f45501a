"""Fits a client's probabilities to what its reviewers decided, and says how honest they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.case import CaseOrigin
from infringement_dagster.domain.client import Calibration, Thresholds
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.calibration.fit import (
    CalibrationReport,
    Example,
    cross_validated,
    fit,
    report,
)
from infringement_dagster.matching.calibration.recall import Recall, Reviewed, estimated_recall
from infringement_dagster.matching.signal_table import COLD_START
from infringement_dagster.reviewing.agreement import Agreement, agreement_of
from resources.postgres.cases import agreement_query, case_store
from resources.postgres.cases.records import CaseRow
from resources.postgres.clients import client_store
from resources.postgres.database import Database

_CASES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A client's calibration, and how good probabilities are with and without it."""

    calibration: Calibration
    fitted: CalibrationReport  # on decisions that its fit had not seen
    cold: CalibrationReport
    thresholds: Thresholds  # the client's
    recall: Recall | Unavailable  # of all that infringes, by the sampled cases
    agreement: Agreement


def calibrated(database: Database, client_id: str) -> Calibrated:
    """The fit to all of the client's decisions; raises CannotCalibrateError and UnknownClient."""
    with database.client(client_id) as connection:
        client_store.get_client(connection, client_id)
        thresholds = load_client_config(connection, client_id).thresholds
        cases = case_store.list_cases(
            connection, client_id, _CASES_MAX, ["decided"], by_people=True
        )
        shown = case_store.shown_listings(connection, client_id)
        agreement = agreement_of(agreement_query.last_words(connection, client_id))
    examples = [_example(case) for case in cases if case.signals]
    return Calibrated(
        fit(examples),
        cross_validated(examples, thresholds.review, thresholds.notice_ready),
        report(COLD_START, examples, thresholds.review, thresholds.notice_ready),
        thresholds,
        estimated_recall(_reviewed(cases, shown, "flagged"), _reviewed(cases, shown, "sampled")),
        agreement,
    )


def _reviewed(
    cases: Sequence[CaseRow], shown: Mapping[CaseOrigin, float], origin: CaseOrigin
) -> Reviewed:
    theirs = [case for case in cases if case.origin == origin]
    return Reviewed(
        shown.get(origin, 0.0),
        [case.decision == "infringing" for case in theirs],
        [_weight(case) for case in theirs],
    )


def _weight(case: CaseRow) -> float:
    """The inverse of its chance to be seen; what is flagged is always seen."""
    return 1 / (case.sampled_chance or 1.0)


def _example(case: CaseRow) -> Example:
    values = {
        signal.name: None if isinstance(signal.value, Unavailable) else signal.value
        for signal in case.signals
    }
    return Example(values, case.decision == "infringing", _weight(case))
