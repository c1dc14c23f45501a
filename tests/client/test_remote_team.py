"""A team shares its cases out from afar: `infringement remote assign` and its like."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from infringement_dagster.cli.remote.asking import Refused
from infringement_dagster.client import ApiProblem, Client
from infringement_dagster.domain.acting.team import BadTags
from resources.identity.credentials import hash_password
from resources.postgres.clients import access_store
from resources.postgres.database import Database
from tests.api.case_scene import flag_cases
from tests.api.conftest import CallerOf
from tests.client.conftest import Remote, remote_with

ANN, VERA = "ann@acme.example", "vera@acme.example"


@pytest.fixture
def case_ids(remote: Remote, database: Database) -> list[str]:
    """The cases of a client of whose people Ann may decide."""
    return [str(case_id) for case_id in flag_cases(database, "acme", 3).case_ids]


@pytest.fixture
def ann(case_ids: list[str], database: Database) -> str:
    """Ann, who may decide, as history names her; Vera may only look."""
    password = hash_password("copper lantern tuesday")
    with database.client("acme") as c:
        user = access_store.add_user(c, "acme", ANN, "reviewer", password)
        access_store.add_user(c, "acme", VERA, "viewer", password)
    return f"user:{user.user_id}"


def told(remote: Remote, *arguments: str) -> Any:
    done = remote.run(*arguments, "--json")
    assert done.exit_code == 0, done.exception
    return json.loads(done.stdout)


def refusal(remote: Remote, *arguments: str) -> str:
    done = remote.run(*arguments)
    assert isinstance(done.exception, Refused), done.exception
    return str(done.exception)


def listed(remote: Remote, *options: str) -> set[str]:
    return {case["case_id"] for case in told(remote, "cases", *options)}


def test_a_case_is_shared_out_from_afar_and_found_again(
    remote: Remote, case_ids: list[str], ann: str
) -> None:
    first, second, third = case_ids
    assert told(remote, "work", first)["version"] == 0
    assert told(remote, "assign", first, ANN.upper())["assignee"] == ann
    assert told(remote, "due", first, "2020-01-31")["due_on"] == "2020-01-31"
    assert told(remote, "tag", first, "Urgent", "ask first")["tags"] == ["ask first", "urgent"]
    tagged = told(remote, "tag", first, "--remove", "URGENT", "new")
    assert (tagged["tags"], tagged["version"]) == (["ask first", "new"], 4)
    assert remote.run("comment", first, "Ask the [seller].").exit_code == 0
    shown = remote.run("work", first).stdout
    for said in (ANN, "2020-01-31", "ask first, new", "Ask the [seller]. ("):
        assert said in shown
    kinds = [change["kind"] for change in told(remote, "work", first)["changes"]]
    assert kinds == ["assigned", "due", "tagged", "tagged", "commented"]
    assert listed(remote, "--assignee", ann) == {first}
    assert listed(remote, "--assignee", "nobody") == {second, third}
    assert listed(remote, "--overdue") == listed(remote, "--tag", "new") == {first}
    assert told(remote, "assign", first, "nobody")["assignee"] is None
    assert told(remote, "due", first)["due_on"] is None
    assert listed(remote, "--overdue") == set()


def test_what_changed_meanwhile_and_who_may_not_decide_are_told(
    remote: Remote, case_ids: list[str], ann: str
) -> None:
    first = case_ids[0]
    told(remote, "assign", first, ann, "--version", "0")
    for command in (("tag", first, "x"), ("due", first), ("assign", first, "nobody")):
        assert "Read it again" in refusal(remote, *command, "--version", "0")
    assert "no person has the address eve@" in refusal(remote, "assign", first, "eve@example.com")
    assert "Name a reviewer or admin" in refusal(remote, "assign", first, VERA)
    assert isinstance(remote.run("tag", first, "a,b").exception, BadTags)
    for name, *rest in (["work"], ["comment", "x"], ["due"], ["tag", "x"], ["assign", ann]):
        assert "no case" in refusal(remote, name, str(UUID(int=0)), *rest)
    assert told(remote, "work", first)["version"] == 1


def test_addresses_are_looked_up_only_by_who_manages_access(
    base_url: str, case_ids: list[str], ann: str, caller_of: CallerOf
) -> None:
    reviewer = remote_with(base_url, caller_of("acme", "reviewer").key)
    assert "by `user:` and their id" in refusal(reviewer, "assign", case_ids[0], ANN)
    assert told(reviewer, "assign", case_ids[0], ann)["assignee_name"] == ANN
    viewer = remote_with(base_url, caller_of("acme", "viewer").key)
    assert told(viewer, "work", case_ids[0])["assignee"] == ann
    refusal(viewer, "comment", case_ids[0], "x")
    refusal(viewer, "assign", case_ids[0], "nobody")


def test_a_program_shares_cases_out(
    base_url: str, case_ids: list[str], ann: str, caller_of: CallerOf
) -> None:
    case_id = UUID(case_ids[0])
    with Client(base_url, caller_of("acme", "admin").key, "acme") as client:
        (person,) = (user for user in client.users() if f"user:{user.user_id}" == ann)
        assert (person.email, person.role, person.disabled_at) == (ANN, "reviewer", None)
        work = client.assign(case_id, ann, version=client.case_work(case_id).version)
        work = client.set_due_date(case_id, date(2020, 1, 31), version=work.version)
        work = client.set_tags(case_id, {"urgent"}, version=work.version)
        with pytest.raises(ApiProblem, match="stale-work"):
            client.set_tags(case_id, [], version=1)
        client.add_comment(case_id, "Ask the seller.")
        assert client.case_work(case_id).model_dump(exclude={"changes"}) == {
            "version": 3,
            "assignee": ann,
            "assignee_name": ANN,
            "due_on": date(2020, 1, 31),
            "tags": ["urgent"],
        }
        assert client.case_work(case_id).changes[-1].comment == "Ask the seller."
        assert client.set_due_date(case_id, None, version=work.version).due_on is None
