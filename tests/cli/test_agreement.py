from __future__ import annotations

import json
from contextlib import nullcontext

import pytest

from infringement_dagster.cli.accounts import agreement as command
from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.reviewing.decide import decide, take_back
from resources.postgres.cases.case_store import flag_cases
from resources.postgres.clients.client_store import UnknownClient
from resources.postgres.database import Database
from tests.support.scene import begin


@pytest.fixture(autouse=True)
def opened(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "open_database", lambda _settings: nullcontext(database))


def decided_by_two(database: Database) -> str:
    """The id of a case on which Ann and Bob differ."""
    with database.client("acme") as c:
        scene = begin(c, "acme")
        flags = [CaseFlag("B01", 0.9, None), CaseFlag("B02", 0.8, None)]
        agreed, disputed = flag_cases(c, "acme", scene.scan_id, "amazon", 1, flags)
        decide(c, "acme", agreed.case_id, "infringing", "", "ann", 1)
        decide(c, "acme", agreed.case_id, "infringing", "", "bob", 2)
        decide(c, "acme", disputed.case_id, "infringing", "", "ann", 1)
        decide(c, "acme", disputed.case_id, "unsure", "", "ann", 2)
        decide(c, "acme", disputed.case_id, "infringing", "", "ann", 3)
        decide(c, "acme", disputed.case_id, "not_infringing", "", "bob", 4)
    return str(disputed.case_id)


def test_the_figures_are_told(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    disputed = decided_by_two(database)
    command.agreement("acme", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["share"], told["disputed"]) == (2, 0.5, [disputed])
    assert [(pair["cases"], pair["agreed"]) for pair in told["pairs"]] == [(2, 1)]
    command.agreement("acme", as_json=False)
    assert f"disputed: {disputed}" in capsys.readouterr().out


def test_a_decision_that_was_taken_back_is_nobodys_word(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        flags = [CaseFlag("B01", 0.9, None), CaseFlag("B02", 0.8, None)]
        for case in flag_cases(c, "acme", scene.scan_id, "amazon", 1, flags):
            decide(c, "acme", case.case_id, "infringing", "", "ann", 1)
            decide(c, "acme", case.case_id, "not_infringing", "", "bob", 2)
        take_back(c, "acme", case.case_id, "bob", 3)
    command.agreement("acme", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["share"]) == (1, 0.0)


def test_a_reason_of_undone_is_a_word_like_others(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.client("acme") as c:
        scene = begin(c, "acme")
        (case,) = flag_cases(c, "acme", scene.scan_id, "amazon", 1, [CaseFlag("B01", 0.9, None)])
        decide(c, "acme", case.case_id, "infringing", "undone", "ann", 1)
        decide(c, "acme", case.case_id, "infringing", "undone", "bob", 2)
    command.agreement("acme", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["cases"], told["share"]) == (1, 1.0)


def test_nothing_is_claimed_without_second_opinions(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with database.client("acme") as c:
        begin(c, "acme")
    command.agreement("acme", as_json=False)
    assert "no case was decided by two people yet" in capsys.readouterr().out
    with pytest.raises(UnknownClient):
        command.agreement("nobody", as_json=False)
