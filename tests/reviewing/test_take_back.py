from __future__ import annotations

from uuid import UUID

import pytest

from infringement_dagster.domain.case import CaseFlag, StaleCase
from infringement_dagster.reviewing.decide import decide, take_back
from resources.postgres.cases.case_lists import get_case
from resources.postgres.cases.case_store import UnknownCase, flag_cases
from resources.postgres.cases.decision_store import decisions_of
from resources.postgres.database import Database
from tests.support.scene import begin


@pytest.fixture
def case_id(database: Database) -> UUID:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        (case,) = flag_cases(c, "acme", scene.scan_id, "amazon", 1, [CaseFlag("B01", 0.9, None)])
    return case.case_id


def test_what_stood_before_stands_again_with_its_reason(database: Database, case_id: UUID) -> None:
    with database.client("acme") as c:
        decide(c, "acme", case_id, "not_infringing", "dealer", "ann", 1)
        decide(c, "acme", case_id, "infringing", "copied photo", "bob", 2)
        take_back(c, "acme", case_id, "bob", 3)
        case = get_case(c, "acme", case_id)
        history = decisions_of(c, "acme", case_id)
    assert case is not None
    assert (case.state, case.decision, case.version) == ("decided", "not_infringing", 4)
    assert [(row.reason, row.takes_back) for row in history] == [
        ("dealer", False),
        ("copied photo", False),
        ("dealer", True),
    ]


def test_the_first_decision_taken_back_leaves_the_case_open(
    database: Database, case_id: UUID
) -> None:
    with database.client("acme") as c:
        decide(c, "acme", case_id, "infringing", "copied photo", "ann", 1)
        take_back(c, "acme", case_id, "ann", 2)
        case = get_case(c, "acme", case_id)
    assert case is not None
    assert (case.state, case.decision) == ("open", None)


def test_what_cannot_be_taken_back_is_refused(database: Database, case_id: UUID) -> None:
    with database.client("acme") as c:
        with pytest.raises(StaleCase, match="no decision to take back"):
            take_back(c, "acme", case_id, "ann", 1)
        with pytest.raises(UnknownCase, match="acme"):
            take_back(c, "acme", UUID(int=0), "ann", 1)
        decide(c, "acme", case_id, "infringing", "", "ann", 1)
        with pytest.raises(StaleCase, match="version 2, not at 1"):
            take_back(c, "acme", case_id, "ann", 1)
        assert len(decisions_of(c, "acme", case_id)) == 1
