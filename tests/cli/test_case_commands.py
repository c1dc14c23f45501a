"""`infringement cases` for a team and for test purchases, on the database of the test."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from infringement_dagster.cli.cases import cases, purchases, team
from infringement_dagster.domain.acting.purchases import BadOrder, NothingToShow, StalePurchase
from infringement_dagster.domain.acting.team import NotAssignable, StaleWork
from infringement_dagster.evidence.manifest import EvidenceKind
from resources.identity.credentials import hash_password
from resources.objects.store import ObjectStore
from resources.postgres.cases import evidence_store
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.clients import access_store
from resources.postgres.database import Database
from tests.api.case_scene import flag_cases
from tests.support.onboarding import add_client
from tests.support.photos import encoded, product

CLIENT, ANN, VERA = "acme", "ann@acme.example", "vera@acme.example"


@pytest.fixture
def case_ids(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    for module in (cases, team, purchases):
        monkeypatch.setattr(module, "open_database", lambda _settings: nullcontext(database))
    monkeypatch.setenv("OBJECT_STORE_URL", str(tmp_path / "objects"))
    add_client(database, CLIENT, CLIENT)
    add_client(database, "beta", "beta")
    with database.client(CLIENT) as c:
        password = hash_password("copper lantern tuesday")
        access_store.add_user(c, CLIENT, ANN, "reviewer", password)
        access_store.add_user(c, CLIENT, VERA, "viewer", password)
    objects = ObjectStore(str(tmp_path / "objects"))
    return [str(case_id) for case_id in flag_cases(database, CLIENT, 3, objects).case_ids]


def run(*arguments: str) -> Result:
    done = CliRunner().invoke(cases.app, arguments)
    if done.exception is not None:
        raise done.exception
    return done


def told(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json").stdout)


def listed(*options: str) -> set[str]:
    return {case["case_id"] for case in told("list", *options)}


def test_a_case_is_shared_out_and_found_again(case_ids: list[str]) -> None:
    first, second, third = case_ids
    assert told("assign", CLIENT, first, ANN.upper())["version"] == 1
    assert told("due", CLIENT, first, "2020-01-31")["due_on"] == "2020-01-31"
    assert told("tag", CLIENT, first, "Urgent", "ask first")["tags"] == ["ask first", "urgent"]
    assert told("tag", CLIENT, first, "--remove", "urgent", "new")["tags"] == ["ask first", "new"]
    run("comment", CLIENT, first, "Ask the seller.")
    shown = run("work", CLIENT, first).stdout
    for said in (ANN, "2020-01-31", "ask first, new", "Ask the seller. (command line"):
        assert said in shown
    everyone = {first, second, third}
    assert listed("--assignee", ANN) == {first}
    assert listed("--client", CLIENT, "--assignee", "nobody") == everyone - {first}
    assert listed("--overdue") == {first}
    assert listed("--tag", "New") == {first}
    assert listed("--tag", "new", "--sampled") == set()
    assert listed() == everyone
    assert told("assign", CLIENT, first, "nobody")["assignee"] is None
    assert told("due", CLIENT, first)["due_on"] is None
    assert listed("--overdue") == set()


def test_a_version_a_person_and_a_case_are_checked(case_ids: list[str]) -> None:
    run("assign", CLIENT, case_ids[0], ANN)
    with pytest.raises(StaleWork):
        run("tag", CLIENT, case_ids[0], "x", "--version", "0")
    for stranger in (VERA, "eve@example.com"):
        with pytest.raises(NotAssignable, match=ANN):
            run("assign", CLIENT, case_ids[0], stranger)
        with pytest.raises(NotAssignable):
            run("list", "--client", CLIENT, "--assignee", stranger)
    for command in (("work",), ("comment", "x"), ("due",), ("tag", "x")):
        with pytest.raises(UnknownCase):
            run(command[0], CLIENT, str(UUID(int=0)), *command[1:])


def kinds(database: Database, case_id: str) -> list[EvidenceKind]:
    with database.client(CLIENT) as c:
        return [copy.kind for copy in evidence_store.evidence_of(c, CLIENT, UUID(case_id))]


def test_a_purchase_is_recorded_photographed_and_frozen(
    database: Database, case_ids: list[str], tmp_path: Path
) -> None:
    case_id = case_ids[0]
    order = (CLIENT, case_id, "28-1", "2026-03-04", "19.90", "eur")
    (recorded,) = told("purchase", "record", *order)
    purchase = (CLIENT, case_id, recorded["purchase_id"])
    assert "awaited: not_arrived" in run("purchase", "list", CLIENT, case_id).stdout
    with pytest.raises(NothingToShow):
        run("purchase", "conclude", *purchase, "counterfeit")
    photo = tmp_path / "a.png"
    photo.write_bytes(encoded(product(1), "PNG"))
    (arrived,) = told("purchase", "photo", *purchase, str(photo), str(photo))
    assert len(arrived["photos"]) == 1
    with pytest.raises(StalePurchase):
        run("purchase", "conclude", *purchase, "counterfeit", "--version", "1")
    run("purchase", "conclude", *purchase, "counterfeit", "--finding", "no hologram")
    assert "counterfeit" in run("purchase", "list", CLIENT, case_id).stdout
    assert {"test_purchase", "purchase_photo"} <= set(kinds(database, case_id))


def test_an_order_that_cannot_be_is_refused(case_ids: list[str]) -> None:
    order = (CLIENT, case_ids[0], "28-1", "2026-03-04")
    with pytest.raises(purchases.NoAmount):
        run("purchase", "record", *order, "much", "EUR")
    with pytest.raises(BadOrder):
        run("purchase", "record", *order, "1", "euro")
    (recorded,) = told("purchase", "record", *order, "1", "EUR")
    with pytest.raises(purchases.UnknownOutcome, match="not_delivered"):
        run("purchase", "conclude", CLIENT, case_ids[0], recorded["purchase_id"], "fake")
