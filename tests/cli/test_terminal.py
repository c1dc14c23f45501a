from __future__ import annotations

import pytest

from infringement_dagster.cli.terminal import probability


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.0, "0.00"),
        (0.0001, "<0.01"),
        (0.5, "0.50"),
        (0.994, "0.99"),
        (0.9999, ">0.99"),
        (1.0, "1.00"),
    ],
)
def test_no_probability_is_rounded_to_a_certainty(share: float, told: str) -> None:
    assert probability(share) == told
