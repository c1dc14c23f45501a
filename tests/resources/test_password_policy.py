from __future__ import annotations

import time

import pytest

from resources.identity.password_policy import WeakPassword, check_password


@pytest.mark.parametrize(
    "good",
    ["copper lantern tuesday", "tr0ub4dor&3xyz", "x9$kV!q2Lm#z", "ж" * 3 + "копейка лампа вторник"],
)
def test_what_is_hard_to_guess_may_be_set(good: str) -> None:
    check_password(good, ["ann@acme.example", "acme"])


@pytest.mark.parametrize("known", ["Kelvarra2026", "kelvarragermany", "kelvarra-2026"])
def test_what_others_know_of_the_person_counts_for_nothing(known: str) -> None:
    check_password(known)
    with pytest.raises(WeakPassword, match="easy to guess"):
        check_password(known, ["ann@germany.example", "kelvarra"])


@pytest.mark.parametrize("size", [0, 11, 201, 100_000])
def test_too_short_and_too_long_ones_are_refused(size: int) -> None:
    with pytest.raises(WeakPassword, match="12 to 200"):
        check_password("kV9#" * (size // 4) + "k" * (size % 4))


def test_the_hardest_to_judge_takes_seconds_at_most() -> None:
    """Of 72 of these characters, zxcvbn would take half a minute on a busy core."""
    began = time.process_time()
    check_password(("4@8({[<369!1|70$5+%2/" * 10)[:200])
    assert time.process_time() - began < 3


def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(WeakPassword, match="control"):
        check_password("copper lantern \ud800 tuesday")
