"""A team shares its cases out through the API: who, until when, tags, comments, and filters."""

from __future__ import annotations

from uuid import uuid4

import pytest

from resources.identity.credentials import hash_password
from resources.postgres.clients import access_store
from resources.postgres.database import Database
from tests.api.case_scene import CaseScene, flag_cases
from tests.api.conftest import Caller, CallerOf


@pytest.fixture
def scene(acme: Caller, database: Database) -> CaseScene:
    return flag_cases(database, "acme", 3)


def person(database: Database, email: str, role: str = "reviewer") -> str:
    """The new person of the client as history names them."""
    with database.client("acme") as c:
        user = access_store.add_user(
            c,
            "acme",
            email,
            "viewer" if role == "viewer" else "reviewer",
            hash_password("copper lantern tuesday"),
        )
    return f"user:{user.user_id}"


def found(caller: Caller, query: str) -> set[str]:
    items = caller("GET", f"cases?{query}", expect=200).json()["items"]
    return {item["case_id"] for item in items}


def test_a_case_is_shared_out_and_every_change_is_told(
    acme: Caller, scene: CaseScene, database: Database
) -> None:
    first, second, third = (str(case_id) for case_id in scene.case_ids)
    ann = person(database, "ann@acme.example")
    path = f"cases/{first}"
    assert acme("GET", f"{path}/work", expect=200).json()["version"] == 0
    acme("PUT", f"{path}/assignee", json={"assignee": ann, "version": 0}, expect=200)
    stale = acme("PUT", f"{path}/tags", json={"tags": ["x"], "version": 0}, expect=409).json()
    assert stale["title"] == "The case's work has changed"
    due = {"due_on": "2020-01-31", "version": 1}
    acme("PUT", f"{path}/due-date", json=due, expect=200)
    acme("POST", f"{path}/comments", json={"comment": "Ask the seller."}, expect=201)
    tagged = acme("PUT", f"{path}/tags", json={"tags": ["Urgent"], "version": 2}, expect=200).json()
    assert (tagged["assignee_name"], tagged["due_on"], tagged["tags"], tagged["version"]) == (
        "ann@acme.example",
        "2020-01-31",
        ["urgent"],
        3,
    )
    assert [change["kind"] for change in tagged["changes"]] == [
        "assigned",
        "due",
        "commented",
        "tagged",
    ]
    assert tagged["changes"][2]["comment"] == "Ask the seller."
    same = acme("PUT", f"{path}/tags", json={"tags": ["urgent"], "version": 3}, expect=200).json()
    assert same["version"] == 3, "what changes nothing is no change"
    events = acme("GET", "events/poll?after=0", expect=200).json()["events"]
    told = [(event["type"], event["body"]) for event in events]
    assert told[-4:] == [
        ("case.assigned", {"case_id": first, "assignee": ann, "version": 1}),
        ("case.due_set", {"case_id": first, "due_on": "2020-01-31", "version": 2}),
        ("case.commented", {"case_id": first, "change_no": 3}),
        ("case.tagged", {"case_id": first, "tags": ["urgent"], "version": 3}),
    ]
    everyone = {first, second, third}
    assert found(acme, f"assignee={ann}") == {first}
    assert found(acme, "assignee=me") == set(), "the caller is a key"
    assert found(acme, "assignee=nobody") == everyone - {first}
    assert found(acme, "overdue=true") == {first}
    assert found(acme, "overdue=false") == everyone - {first}
    assert found(acme, "tag=URGENT&state=open") == {first}
    decision = {"decision": "infringing", "reason": "copied", "version": 1}
    acme("POST", f"{path}/decisions", json=decision, expect=201)
    assert found(acme, "overdue=true") == set(), "what is decided is not late"


def test_a_case_is_given_to_nobody_who_may_not_decide_it(
    acme: Caller, scene: CaseScene, database: Database, caller_of: CallerOf
) -> None:
    path = f"cases/{scene.case_ids[0]}"
    vera = person(database, "vera@acme.example", "viewer")
    for stranger in (vera, f"user:{uuid4()}"):
        wanted = {"assignee": stranger, "version": 0}
        acme("PUT", f"{path}/assignee", json=wanted, expect=422)
    viewer = caller_of("acme", "viewer")
    viewer("POST", f"{path}/comments", json={"comment": "x"}, expect=403)
    acme("POST", f"{path}/comments", json={"comment": " \n"}, expect=422)
    acme("GET", f"cases/{uuid4()}/work", expect=404)
    acme("POST", f"cases/{uuid4()}/comments", json={"comment": "x"}, expect=404)
