"""Notices about a whole group are drafted and submitted in one go, each a report of its own."""

from __future__ import annotations

from uuid import UUID

import pytest

from api.app import Api
from infringement_dagster.reviewing.submissions.room import SubmissionRoom
from resources.postgres.database import Database
from tests.api.conftest import CallerOf
from tests.support.sold import sell
from tests.support.vero_scene import COUNTERFEIT, draft_for_items, ebay_server, group_of_items

DSA = {"channel": "dsa_art16"}


@pytest.fixture
def notice_ids(database: Database) -> list[UUID]:
    items = ["123456789011", "123456789012", "123456789013"]
    return draft_for_items(database, "acme", items)


def test_a_group_gets_a_notice_of_each_infringing_case_and_one_letter(
    notice_ids: list[UUID], database: Database, caller_of: CallerOf
) -> None:
    group_id = group_of_items(database, "acme", notice_ids)
    acme, viewer = caller_of("acme"), caller_of("acme", "viewer")
    viewer("POST", f"groups/{group_id}/notices", json=DSA, expect=403)
    decision = {"decision": "unsure", "version": 2}
    acme("POST", f"cases/{group_id}/decisions", json=decision, expect=201)
    drafted = acme("POST", f"groups/{group_id}/notices", json=DSA, expect=201).json()
    assert {notice["state"] for notice in drafted["notices"]} == {"drafted"}
    assert str(group_id) not in {notice["case_id"] for notice in drafted["notices"]}
    assert (len(drafted["notices"]), drafted["left_out"]) == (2, [])
    assert "Listing 2 of 2" in drafted["text"]
    first = drafted["notices"][0]
    sent = {"state": "sent", "version": first["version"]}
    acme("POST", f"notices/{first['notice_id']}/changes", json=sent, expect=201)
    again = acme("POST", f"groups/{group_id}/notices", json=DSA, expect=201).json()
    (left_out,) = again["left_out"]
    assert left_out["case_id"] == first["case_id"]
    assert "the notice is sent" in left_out["reason"]
    amazon = {"channel": "amazon_report"}
    nothing = acme("POST", f"groups/{group_id}/notices", json=amazon, expect=201).json()
    assert (nothing["notices"], nothing["text"], len(nothing["left_out"])) == ([], None, 2)


def test_an_actor_gets_the_notices_of_all_its_sellers(
    notice_ids: list[UUID], database: Database, caller_of: CallerOf
) -> None:
    case_ids = [group_of_items(database, "acme", [item]) for item in notice_ids[:2]]
    with database.client("acme") as c:
        sell(c, "acme", case_ids)
        c.execute("UPDATE sellers SET actor_id = %s", (case_ids[0],))
    drafted = caller_of("acme")("POST", f"actors/{case_ids[0]}/notices", json=DSA, expect=201)
    assert {notice["case_id"] for notice in drafted.json()["notices"]} == set(map(str, case_ids))


def test_what_was_drafted_is_submitted_all_or_none(
    app: Api,
    notice_ids: list[UUID],
    database: Database,
    caller_of: CallerOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    acme = caller_of("acme")
    seen = [{"notice_id": str(notice_id), "version": 1} for notice_id in notice_ids]
    wanted = {"notices": seen, "reason_code": COUNTERFEIT, "confirmed": True}
    with ebay_server() as ebay:
        monkeypatch.setenv("INFRINGEMENT_SANDBOX_URL", ebay.url)
        app.state.backend.vero.refresh()
        stale = {**wanted, "notices": [*seen[:2], {**seen[2], "version": 9}]}
        acme("POST", "notice-submissions", json=stale, expect=409)
        told = acme("GET", f"notices/{notice_ids[0]}/submission", expect=200).json()
        assert told["submissions"] == []
        submitted = acme("POST", "notice-submissions", json=wanted, expect=201).json()
        assert len(submitted) == 3
        for _ in range(2):
            SubmissionRoom(database, app.state.backend.vero).send_due()
        acme("POST", "notice-submissions", json=wanted, expect=409)
        reported = {str(report["item_id"]) for report in ebay.reports()}
        assert reported <= {"123456789011", "123456789012", "123456789013"}
        assert len(ebay.reports()) == len(reported)
