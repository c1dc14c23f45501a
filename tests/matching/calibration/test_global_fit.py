"""The fit that every client starts from, on made-up clients and as it came with this version."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from infringement_dagster.matching.calibration.evidence_ranges import outside_ranges
from infringement_dagster.matching.calibration.fit import CannotCalibrateError, Example
from infringement_dagster.matching.calibration.global_fit import (
    Labelled,
    fitted_globally,
    held_out,
    is_better_for_others,
)
from infringement_dagster.matching.calibration.synthetic import made_up_examples
from infringement_dagster.matching.global_model import GlobalModel, global_model
from infringement_dagster.matching.signal_table import COLD_START, SIGNALS, STRENGTHS


def labelled(*, turned: bool = False) -> Labelled:
    """Three clients; `turned` labels say the opposite for one of them."""
    return {
        name: [
            Example(item.values, item.is_infringing != (turned and name == "c"))
            for item in made_up_examples(seed, 400, 0.15, 0.0)
        ]
        for seed, name in enumerate("abc", start=70)
    }


def test_what_came_with_this_version_is_in_use_and_says_what_it_was_fitted_on() -> None:
    known = global_model()
    assert known.model == STRENGTHS.name == COLD_START.name
    assert known.labelled_listings >= 400
    assert known.labelled_clients >= 4
    assert set(known.multipliers) <= {rule.name for rule in SIGNALS}
    assert COLD_START != STRENGTHS
    assert COLD_START.scale == known.scale
    assert not COLD_START.is_calibrated
    assert outside_ranges(COLD_START) == ()


def test_a_fit_carries_over_to_clients_that_it_has_not_seen() -> None:
    judged = held_out(labelled())
    assert [item.client for item in judged] == ["a", "b", "c"]
    assert all(item.fitted.log_loss < item.alone.log_loss for item in judged)
    assert is_better_for_others(judged)


def test_a_client_that_is_told_worse_by_the_others_speaks_against_the_fit() -> None:
    assert not is_better_for_others(held_out(labelled(turned=True)))


def test_the_fit_is_the_same_each_time_and_keeps_its_bounds_and_ranges() -> None:
    model = fitted_globally(labelled())
    assert model == fitted_globally(labelled())
    assert outside_ranges(model.of(STRENGTHS)) == ()
    assert (model.labelled_listings, model.labelled_clients) == (1200, 3)
    assert GlobalModel(**json.loads(model.document())) == model


def test_a_signal_that_no_label_shows_is_not_moved() -> None:
    bare = {
        name: [replace(item, values={**item.values, "seller_history": None}) for item in items]
        for name, items in labelled().items()
    }
    assert "seller_history" not in fitted_globally(bare).multipliers
    assert "seller_history" in fitted_globally(labelled()).multipliers


def test_two_clients_do_not_tell_whether_a_fit_carries_over() -> None:
    two = {name: items for name, items in labelled().items() if name != "c"}
    with pytest.raises(CannotCalibrateError, match="2 labelled clients"):
        held_out(two)


def test_coefficients_of_another_model_are_left_alone() -> None:
    other = GlobalModel(**{**asdict(global_model()), "model": "another/1"})
    assert other.of(STRENGTHS) == STRENGTHS
