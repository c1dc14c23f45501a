"""The combination that a client's calibration stands for."""

from __future__ import annotations

from infringement_dagster.domain.client import Calibration
from infringement_dagster.matching.combination import NoisyOr
from infringement_dagster.matching.signal_table import COLD_START


def combination_of(calibration: Calibration | None) -> NoisyOr:
    """The model as the client's decisions moved it.

    Unmoved without a calibration, and where it was made for a model that this version no longer
    has: then the name says so, and `infringement calibrate --apply` makes it anew.
    """
    if calibration is None:
        return COLD_START
    if calibration.model != COLD_START.name:
        return COLD_START.renamed(f"{COLD_START.name}, calibration of {calibration.model} ignored")
    return COLD_START.fitted(
        f"{COLD_START.name}, fitted to {calibration.decisions} decisions",
        calibration.multipliers,
        calibration.shift,
        calibration.scale,
    )
