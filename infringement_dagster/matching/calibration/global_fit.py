"""Fitting the model that every client starts from to labelled listings of some, and made-up ones.

A model that knows the labelled clients better and others worse is of no use: each client is judged
by a fit to the others, and only where that tells listings apart better is the fit worth landing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from infringement_dagster.matching.calibration.fit import (
    CannotCalibrateError,
    Example,
    drawn_back,
    parts_of,
    plain_of,
)
from infringement_dagster.matching.calibration.likelihood import (
    RULES,
    Beliefs,
    Decided,
    Problem,
    evidence_of,
)
from infringement_dagster.matching.calibration.metrics import (
    Flags,
    Floats,
    area_under_roc,
    expected_calibration_error,
    precision_recall,
)
from infringement_dagster.matching.calibration.synthetic import made_up_examples
from infringement_dagster.matching.combination import NoisyOr
from infringement_dagster.matching.global_model import GlobalModel
from infringement_dagster.matching.signal_table import STRENGTHS

Labelled = Mapping[str, Sequence[Example]]  # by client
_BELIEFS = Beliefs(decided_wrong=0.02, pull_signal=10.0)  # labels were thought about
_RATES, _MADE_UP_EACH, _SEED = (0.05, 0.15, 0.3), 700, 501
_REVIEW, _NOTICE_READY = 0.5, 0.9
_ROOM = 0.4  # in log-odds, that plain cases keep inside their ranges for clients to move in
CLIENTS_MIN = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a model tells labelled listings apart; `log_loss` is lower the better it does."""

    log_loss: float
    calibration_error: float
    ranking: float  # area under the ROC curve
    lawful_flagged: float
    infringing_flagged: float
    notice_precision: float
    notice_recall: float


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A client's listings by the strengths alone, and by a fit that has not seen them."""

    client: str
    alone: Agreement
    fitted: Agreement


def fitted_globally(labelled: Labelled) -> GlobalModel:
    """The coefficients that labels and made-up listings of three base rates speak for."""
    known = [example for examples in labelled.values() for example in examples]
    made_up = _made_up()
    examples = [*known, *made_up]
    decided = Decided(
        evidence_of([example.values for example in examples], STRENGTHS),
        _infringing(examples).astype(float),
        np.ones(len(examples)),
    )
    plain = replace(plain_of(STRENGTHS), margin=_ROOM)
    problem = Problem(decided, _BELIEFS, plain, _unseen(known))
    moved = drawn_back(problem.solved(), STRENGTHS)
    multipliers, shift, scale = parts_of(moved)
    return GlobalModel(
        STRENGTHS.name,
        round(shift, 4),
        round(scale, 4),
        {name: round(multiplier, 4) for name, multiplier in multipliers.items()},
        labelled_listings=len(known),
        labelled_clients=len(labelled),
        made_up_listings=len(made_up),
    )


def held_out(labelled: Labelled) -> list[HeldOut]:
    """Each client by a fit to the others; raises CannotCalibrateError for too few clients."""
    if len(labelled) < CLIENTS_MIN:
        raise CannotCalibrateError(
            f"{len(labelled)} labelled clients: with fewer than {CLIENTS_MIN} nobody can tell "
            "whether a fit holds for others"
        )
    return [
        HeldOut(
            client,
            agreement(STRENGTHS, examples),
            agreement(fitted_globally(_without(labelled, client)).of(STRENGTHS), examples),
        )
        for client, examples in labelled.items()
    ]


def is_better_for_others(judged: Sequence[HeldOut]) -> bool:
    """Whether they gain in the mean and none loses over one pair in a hundred of its ranking."""
    gain = float(np.mean([item.alone.log_loss - item.fitted.log_loss for item in judged]))
    fell = max(item.alone.ranking - item.fitted.ranking for item in judged)
    return gain > 0 and fell <= 0.01


def agreement(model: NoisyOr, examples: Sequence[Example]) -> Agreement:
    """How the model does on these listings."""
    told: Floats = np.array([model.combine(item.values, {}).probability for item in examples])
    truth = _infringing(examples)
    right = np.where(truth, told, 1 - told)
    return Agreement(
        float(-np.log(np.maximum(right, 1e-12)).mean()),
        expected_calibration_error(told, truth),
        area_under_roc(told[truth], told[~truth]),
        float((told[~truth] >= _REVIEW).mean()),
        float((told[truth] >= _REVIEW).mean()),
        *precision_recall(told, truth, _NOTICE_READY),
    )


def _without(labelled: Labelled, client: str) -> Labelled:
    return {name: examples for name, examples in labelled.items() if name != client}


def _unseen(known: Sequence[Example]) -> frozenset[str]:
    """Signals that no labelled listing shows: what is made up alone may not move them."""
    seen = {name for item in known for name, value in item.values.items() if value}
    return frozenset(rule.name for rule in RULES) - seen


def _made_up() -> list[Example]:
    return [
        example
        for at, rate in enumerate(_RATES)
        for example in made_up_examples(_SEED + at, _MADE_UP_EACH, rate, decided_wrong=0.0)
    ]


def _infringing(examples: Sequence[Example]) -> Flags:
    return np.array([example.is_infringing for example in examples], dtype=np.bool_)
