from __future__ import annotations

from uuid import UUID

import pytest

from infringement_dagster.domain.case import Decision, LastWord
from infringement_dagster.reviewing.agreement import agreement_of


def said(case: int, **by_person: Decision) -> list[LastWord]:
    return [LastWord(UUID(int=case), who, what) for who, what in by_person.items()]


def test_who_differs_on_which_case() -> None:
    found = agreement_of(
        [
            *said(1, ann="infringing", bob="infringing"),
            *said(2, ann="infringing", bob="not_infringing"),
            *said(3, ann="not_infringing", bob="not_infringing", eve="not_infringing"),
            *said(4, ann="infringing"),
        ]
    )
    assert (found.cases, found.disputed) == (3, (UUID(int=2),))
    told = {(pair.first, pair.second): (pair.cases, pair.agreed) for pair in found.pairs}
    assert told == {("ann", "bob"): (3, 2), ("ann", "eve"): (1, 1), ("bob", "eve"): (1, 1)}
    assert found.pairs[0].agreed == 2
    assert found.share == 4 / 5


def test_who_is_unsure_contradicts_nobody() -> None:
    found = agreement_of(said(1, ann="infringing", bob="unsure"))
    assert (found.cases, found.share, found.kappa) == (0, None, None)


def test_kappa_is_one_in_full_agreement_and_nought_by_lot() -> None:
    alike = [
        *said(1, ann="infringing", bob="infringing"),
        *said(2, ann="not_infringing", bob="not_infringing"),
    ]
    by_lot = [
        *alike,
        *said(3, ann="infringing", bob="not_infringing"),
        *said(4, ann="not_infringing", bob="infringing"),
    ]
    assert agreement_of(alike).kappa == pytest.approx(1)
    assert agreement_of(by_lot).kappa == pytest.approx(0)


def test_kappa_is_unknown_where_everybody_always_says_the_same() -> None:
    assert agreement_of(said(1, ann="infringing", bob="infringing")).kappa is None
