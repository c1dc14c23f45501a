"""The fitted model that each client's own calibration starts from.

Until decisions of real clients can be pooled they come from made-up ones: `fit_global` over the
examples of `decided_listings(seed=1, count=20_000)`; so it is no calibration by itself.
"""

from __future__ import annotations

from dataclasses import replace

from infringement_dagster.domain.client import Calibration
from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.matching.combination import Combination, Curve, Logistic
from infringement_dagster.matching.signals import COLD_START

GLOBAL = Logistic(
    bias=-3.095,
    slopes={
        "brand_use": 0.0,
        "misspelling": 2.906,
        "image_hash": 0.315,
        "image_local": 0.0,
        "stolen_photo": 2.346,
        "keyword_squat": 0.0,
        "low_price": 4.378,
        "fraud_terms": 2.452,
        "seller_history": 0.233,
        "batch_template": 1.11,
        "nominative": -3.082,
        "used_condition": -3.391,
        "allowed": -12.0,
    },
    offsets={
        "brand_use": 0.0,
        "misspelling": 0.0,
        "image_hash": 0.471,
        "image_local": 0.021,
        "stolen_photo": -0.088,
        "keyword_squat": -0.088,
        "low_price": 2.285,
        "fraud_terms": 0.0,
        "seller_history": 0.095,
        "batch_template": 0.3,
        "nominative": -1.894,
        "used_condition": -0.441,
        "allowed": -0.058,
    },
    name="global/1",
    curve=Curve(-2.846, (-3.0, -1.5, 0.0, 1.5, 3.0), (0.05, 0.05, 2.186, 0.889, 0.278, 0.142)),
    is_calibrated=False,
)


class UnknownModelError(PermanentError):
    """The config was calibrated on a model that this version does not have."""


def combination_of(calibration: Calibration | None) -> Combination:
    """The client's fitted model, or the cold start without one; raises UnknownModelError."""
    if calibration is None:
        return COLD_START
    if calibration.model != GLOBAL.name:
        raise UnknownModelError(
            f"the config is calibrated on {calibration.model}, this version has {GLOBAL.name}: "
            "run `infringement calibrate --client ... --apply` again"
        )
    return replace(
        GLOBAL,
        name=f"{GLOBAL.name}, fitted to {calibration.decisions} decisions",
        client_shift=calibration.shift,
        client_scale=calibration.scale,
        is_calibrated=True,
    )
