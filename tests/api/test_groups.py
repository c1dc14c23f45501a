"""Groups over the API: read, decided but for exceptions, taken back, split, merged."""

from __future__ import annotations

from typing import Any

import pytest

from infringement_dagster.domain.case import Decision
from resources.postgres.database import Database
from tests.api.conftest import Caller, CallerOf
from tests.support.grouped import Found, GroupScene

C = "/v1/clients/acme"


@pytest.fixture
def acme(caller_of: CallerOf, database: Database) -> Caller:
    """A reviewer of a client with a group of three and a case alone."""
    caller = caller_of("acme", "reviewer")
    GroupScene(database).scan(
        Found("E1"),
        Found("E2", photo="copied+4"),
        Found("W1", seller="Meek", provider="walmart"),
        Found("E9", "Some other mug of glass", "Odd", "mug"),
    )
    return caller


@pytest.fixture
def scene(database: Database) -> GroupScene:
    return GroupScene(database)


def first_group(acme: Caller) -> dict[str, Any]:
    row = acme("GET", f"{C}/groups").json()["items"][0]
    group: dict[str, Any] = acme("GET", f"{C}/groups/{row['group_id']}").json()
    return group


def decide(
    acme: Caller, group: dict[str, Any], decision: Decision, *exceptions: str
) -> dict[str, Any]:
    body = {
        "decision": decision,
        "reason": "one workshop",
        "seen": group["seen"],
        "exceptions": list(exceptions),
    }
    path = f"{C}/groups/{group['group_id']}/decisions"
    decided: dict[str, Any] = acme("POST", path, json=body, expect=201).json()
    return decided


def test_groups_are_paged_and_a_case_names_its_own(acme: Caller, scene: GroupScene) -> None:
    page = acme("GET", f"{C}/groups?cases_min=1&limit=1").json()
    assert [item["cases"] for item in page["items"]] == [3]
    rest = acme("GET", f"{C}/groups?cases_min=1&limit=1&cursor={page['next_cursor']}").json()
    assert [item["cases"] for item in rest["items"]] == [1]
    acme("GET", f"{C}/groups?cursor={page['next_cursor']}", expect=422)
    group = acme("GET", f"{C}/cases/{scene.case('W1')}/group").json()
    assert group["providers"] == ["ebay", "walmart"]
    assert {edge["said"] for edge in group["edges"]} == {
        "same photo (4 of 256 bits differ), same title, same seller, listed again",
        "the very same photo, same title",
    }


def test_a_group_is_decided_but_for_an_exception_and_taken_back(
    acme: Caller, scene: GroupScene
) -> None:
    group = first_group(acme)
    decided = decide(acme, group, "infringing", str(scene.case("E2")))
    assert set(decided["case_ids"]) == {str(scene.case("E1")), str(scene.case("W1"))}
    assert decided["group"]["proposal"]["reason"] == "one workshop"
    members = {item["listing_id"]: item for item in decided["group"]["members"]}
    assert (members["E2"]["is_exception"], members["E2"]["proposed"]) == (True, None)
    path = f"{C}/groups/{group['group_id']}/decisions/undo"
    undone = acme("POST", path, json={"decided_at": decided["decided_at"]}).json()
    assert (undone["taken_back"], undone["group"]["open_cases"]) == (2, 3)
    told = acme("GET", f"{C}/events/poll?limit=500").json()["events"]
    assert (told[-1]["type"], told[-1]["body"]["cases"]) == ("group.taken_back", 2)
    again = acme("POST", path, json={"decided_at": decided["decided_at"]}).json()
    assert again["taken_back"] == 0
    assert acme("GET", f"{C}/events/poll?after={told[-1]['event_no']}").json()["events"] == []


def test_a_later_case_is_proposed_with_the_groups_decision(acme: Caller, scene: GroupScene) -> None:
    decide(acme, first_group(acme), "infringing")
    scene.scan(Found("E3"))
    group = acme("GET", f"{C}/cases/{scene.case('E3')}/group").json()
    members = {item["listing_id"]: item for item in group["members"]}
    assert (members["E3"]["state"], members["E3"]["proposed"]) == ("open", "infringing")
    assert group["proposal"]["cases"] == 3


def test_a_group_that_grew_since_it_was_read_is_refused(acme: Caller, scene: GroupScene) -> None:
    group = first_group(acme)
    scene.scan(Found("E3"))
    body = {"decision": "infringing", "seen": group["seen"]}
    path = f"{C}/groups/{group['group_id']}/decisions"
    problem = acme("POST", path, json=body, expect=409).json()
    assert problem["type"].endswith(":stale-group")
    assert acme("GET", f"{C}/cases?state=decided").json()["items"] == []


def test_a_person_splits_and_merges(acme: Caller, scene: GroupScene) -> None:
    group = first_group(acme)
    path = f"{C}/groups/{group['group_id']}"
    split = acme("POST", f"{path}/split", json={"cases": [str(scene.case("W1"))]}, expect=201)
    new_id = split.json()["group_id"]
    assert new_id == str(scene.case("W1"))
    assert split.json()["members"][0]["pinned_by_name"]
    merged = acme("POST", f"{path}/merge", json={"other_group_id": new_id}).json()
    assert (merged["group_id"], merged["cases"]) == (group["group_id"], 3)
    strange = {"cases": [new_id, str(scene.case("E9"))]}
    problem = acme("POST", f"{path}/split", json=strange, expect=422)
    assert problem.json()["type"].endswith(":not-in-group")


def test_proposals_of_groups_are_confirmed_but_for_an_exception_and_taken_back(
    acme: Caller, scene: GroupScene
) -> None:
    decide(acme, first_group(acme), "infringing")
    scene.scan(Found("E3"), Found("E4"))
    proposed = acme("GET", f"{C}/proposals").json()
    told = {item["case_id"]: (item["decision"], item["reason"]) for item in proposed["items"]}
    e3, e4 = str(scene.case("E3")), str(scene.case("E4"))
    assert told == dict.fromkeys((e3, e4), ("infringing", "one workshop"))
    body = {"seen": proposed["seen"], "exceptions": [e4]}
    decided = acme("POST", f"{C}/proposals/decisions", json=body, expect=201).json()
    assert decided["case_ids"] == [e3]
    assert acme("GET", f"{C}/proposals").json()["items"] == []
    problem = acme("POST", f"{C}/proposals/decisions", json=body, expect=409).json()
    assert problem["type"].endswith(":stale-proposals")
    undo = {"decided_at": decided["decided_at"]}
    assert acme("POST", f"{C}/proposals/decisions/undo", json=undo).json()["taken_back"] == 1
    assert [item["case_id"] for item in acme("GET", f"{C}/proposals").json()["items"]] == [e3]
