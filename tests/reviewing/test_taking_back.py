"""Decisions at once and their taking back; what `unsure` sets aside."""

from __future__ import annotations

from uuid import UUID

import pytest

from infringement_dagster.domain.case import CaseFlag, StaleCase
from infringement_dagster.reviewing.decide import decide, decide_many, take_back, take_back_many
from resources.postgres.cases import case_lists, decision_store
from resources.postgres.cases.case_lists import CaseFilter
from resources.postgres.cases.case_store import UnknownCase, flag_cases
from resources.postgres.database import Database
from tests.support.scene import begin

ANN, BOB = "user:ann", "user:bob"


@pytest.fixture
def cases(database: Database) -> list[UUID]:
    """Three cases that nobody has decided on."""
    with database.client("acme") as c:
        scene = begin(c, "acme")
        flags = [CaseFlag(f"B0{number}", 0.9, None) for number in (1, 2, 3)]
        flagged = flag_cases(c, "acme", scene.scan_id, "amazon", 1, flags)
    return [case.case_id for case in flagged]


def stands(database: Database, case_id: UUID) -> tuple[str | None, bool, int]:
    """What was decided on the case, whether it is set aside, and its version."""
    with database.client("acme") as c:
        case = case_lists.get_case(c, "acme", case_id)
    assert case is not None
    return case.decision, case.set_aside, case.version


def test_decisions_of_one_moment_are_taken_back_but_not_those_changed_since(
    database: Database, cases: list[UUID]
) -> None:
    first, second, third = cases
    with database.client("acme") as c:
        decide(c, "acme", third, "not_infringing", "genuine", BOB, 1)
    seen = {first: 1, second: 1, third: 2}
    with database.client("acme") as c:
        decided = decide_many(c, "acme", seen, "infringing", "one workshop", ANN)
    assert decided.case_ids == sorted(cases)
    with database.client("acme") as c:
        decide(c, "acme", second, "unsure", "", BOB, 2)
    with database.client("acme") as c:
        held = decision_store.decided_at_once(c, "acme", ANN, decided.decided_at)
        assert {case.case_id for case in held} == {first, third}
        assert take_back_many(c, "acme", ANN, decided.decided_at) == 2
    assert stands(database, first) == (None, False, 3)
    assert stands(database, second) == (None, True, 3)
    assert stands(database, third) == ("not_infringing", False, 4)
    with database.client("acme") as c:
        assert take_back_many(c, "acme", ANN, decided.decided_at) == 0
        last = decision_store.decisions_of(c, "acme", third)[-1]
    assert (last.decision, last.reason, last.decided_by) == ("not_infringing", "genuine", ANN)


def test_nobody_takes_back_what_somebody_else_decided(
    database: Database, cases: list[UUID]
) -> None:
    with database.client("acme") as c:
        decided = decide_many(c, "acme", {cases[0]: 1}, "infringing", "", ANN)
        assert take_back_many(c, "acme", BOB, decided.decided_at) == 0
    assert stands(database, cases[0]) == ("infringing", False, 2)


def test_one_case_changed_meanwhile_leaves_all_undecided(
    database: Database, cases: list[UUID]
) -> None:
    with database.client("acme") as c:
        decide(c, "acme", cases[1], "infringing", "", BOB, 1)
    with database.client("acme") as c, pytest.raises(StaleCase):
        decide_many(c, "acme", dict.fromkeys(cases, 1), "not_infringing", "", ANN)
    assert stands(database, cases[0]) == (None, False, 1)


def test_unsure_sets_aside_and_its_undo_does_not(database: Database, cases: list[UUID]) -> None:
    case_id = cases[0]
    steps = [("unsure", True), ("infringing", False)]
    with database.client("acme") as c:
        for version, (decision, _) in enumerate(steps, start=1):
            decide(c, "acme", case_id, decision, "", ANN, version)  # type: ignore[arg-type] # both are decisions
    assert stands(database, case_id) == ("infringing", False, 3)
    with database.client("acme") as c:
        take_back(c, "acme", case_id, ANN, 3)
    assert stands(database, case_id) == (None, True, 4)  # as the decision before left it
    with database.client("acme") as c:
        take_back(c, "acme", case_id, ANN, 4)
    assert stands(database, case_id) == ("infringing", False, 5)
    with database.client("acme") as c:
        decide(c, "acme", cases[1], "unsure", "", ANN, 1)
    assert stands(database, cases[1]) == (None, True, 2)
    with database.client("acme") as c:
        take_back(c, "acme", cases[1], ANN, 2)
    assert stands(database, cases[1]) == (None, False, 3)  # nobody had said anything


def test_what_is_set_aside_is_listed_and_counted_apart(
    database: Database, cases: list[UUID]
) -> None:
    with database.client("acme") as c:
        decide(c, "acme", cases[0], "unsure", "", ANN, 1)
        for set_aside, wanted in ((True, cases[:1]), (False, cases[1:]), (None, cases)):
            asked = CaseFilter(state="open", set_aside=set_aside)
            rows = case_lists.case_page(c, "acme", asked, "most_probable", 10)
            assert {row.case_id for row in rows} == set(wanted)
            assert case_lists.count_cases(c, "acme", asked, 10) == len(wanted)
        assert case_lists.count_cases(c, "acme", CaseFilter(), 2) == 2  # counted no further
        (count,) = case_lists.case_counts(c, "acme")
    assert (count.cases, count.set_aside) == (3, 1)


def test_what_stood_before_stands_again_with_its_reason(
    database: Database, cases: list[UUID]
) -> None:
    case_id = cases[0]
    with database.client("acme") as c:
        decide(c, "acme", case_id, "not_infringing", "dealer", "ann", 1)
        decide(c, "acme", case_id, "infringing", "copied photo", "bob", 2)
        take_back(c, "acme", case_id, "bob", 3)
        case = case_lists.get_case(c, "acme", case_id)
        history = decision_store.decisions_of(c, "acme", case_id)
    assert case is not None
    assert (case.state, case.decision, case.version) == ("decided", "not_infringing", 4)
    assert [(row.reason, row.takes_back) for row in history] == [
        ("dealer", False),
        ("copied photo", False),
        ("dealer", True),
    ]


def test_the_first_decision_taken_back_leaves_the_case_open(
    database: Database, cases: list[UUID]
) -> None:
    case_id = cases[0]
    with database.client("acme") as c:
        decide(c, "acme", case_id, "infringing", "copied photo", "ann", 1)
        take_back(c, "acme", case_id, "ann", 2)
        case = case_lists.get_case(c, "acme", case_id)
    assert case is not None
    assert (case.state, case.decision) == ("open", None)


def test_what_cannot_be_taken_back_is_refused(database: Database, cases: list[UUID]) -> None:
    case_id = cases[0]
    with database.client("acme") as c:
        with pytest.raises(StaleCase, match="no decision to take back"):
            take_back(c, "acme", case_id, "ann", 1)
        with pytest.raises(UnknownCase, match="acme"):
            take_back(c, "acme", UUID(int=0), "ann", 1)
        decide(c, "acme", case_id, "infringing", "", "ann", 1)
        with pytest.raises(StaleCase, match="version 2, not at 1"):
            take_back(c, "acme", case_id, "ann", 1)
        assert len(decision_store.decisions_of(c, "acme", case_id)) == 1
