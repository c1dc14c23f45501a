from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
import pytest

from resources.objects.store import ObjectStore
from resources.postgres.database import Database, DatabaseUrls
from resources.postgres.server.roles import database_of, with_database
from tests.api.case_scene import CaseScene, flag_cases
from tests.api.conftest import CONFIG, Caller, CallerOf

HOLDER = {
    "name": "Acme Ltd.",
    "address": "1 Mill Lane, Leeds",
    "email": "brand@acme.example",
    "phone": "+44 1",
    "signatory": "Ann Archer",
    "trademarks": [{"name": "Acme", "number": "1234567", "office": "USPTO"}],
    "copyright_works": ["product photos of 2024"],
}


@pytest.fixture
def scene(acme: Caller, database: Database, objects: ObjectStore) -> CaseScene:
    """Two cases of probability 0.5 and 0.75, the second one decided infringing."""
    scene = flag_cases(database, "acme", 2, objects)
    decision = {"decision": "infringing", "reason": "copied photo", "version": 1}
    acme("POST", f"cases/{scene.case_ids[1]}/decisions", json=decision, expect=201)
    return scene


def configure(acme: Caller, notice_ready: float, holder: object = HOLDER) -> None:
    version = acme("GET", "config", expect=200).headers["etag"]
    thresholds = {"review": 0.5, "notice_ready": notice_ready}
    document = CONFIG | {"rights_holder": holder, "thresholds": thresholds}
    acme("PUT", "config", json=document, headers={"If-Match": version}, expect=200)


def draft(acme: Caller, case_id: UUID, expect: int = 201) -> dict[str, object]:
    answer = acme("POST", f"cases/{case_id}/notices", json={"channel": "dmca"}, expect=expect)
    return dict(answer.json())


def report(acme: Caller, notice: dict[str, object], state: str, expect: int) -> dict[str, object]:
    change = {"state": state, "version": notice["version"], "note": "reference 4711"}
    path = f"notices/{notice['notice_id']}/changes"
    return dict(acme("POST", path, json=change, expect=expect).json())


def test_a_held_draft_says_why_and_is_let_go_when_the_reason_is_gone(
    acme: Caller, scene: CaseScene
) -> None:
    configure(acme, 0.9, None)
    held = draft(acme, scene.case_ids[1])
    assert held["state"] == "held"
    holds = held["holds"]
    assert isinstance(holds, list)
    assert [hold["reason"] for hold in holds][:2] == ["below_notice_ready", "missing_field"]
    assert report(acme, held, "sent", 409)["type"] == (
        "urn:infringement-dagster:problem:notice-conflict"
    )
    configure(acme, 0.7)
    drafted = draft(acme, scene.case_ids[1])
    assert (drafted["notice_id"], drafted["state"]) == (held["notice_id"], "drafted")


def test_a_notice_explains_in_the_words_given_with_it(acme: Caller, scene: CaseScene) -> None:
    configure(acme, 0.7)
    words = {"channel": "dmca", "explanation": "It was not made by us."}
    path = f"cases/{scene.case_ids[1]}/notices"
    fields = acme("POST", path, json=words, expect=201).json()["fields"]
    assert fields["explanation"].startswith("It was not made by us.")
    again = acme("POST", path, json={"channel": "dmca"}, expect=201).json()["fields"]
    assert not again["explanation"].startswith("It was not made by us.")


def test_a_notice_is_sent_by_a_person_and_its_history_kept(acme: Caller, scene: CaseScene) -> None:
    configure(acme, 0.7)
    notice = draft(acme, scene.case_ids[1])
    sent = report(acme, notice, "sent", 201)
    assert report(acme, notice, "sent", 409)["title"] == "The notice has changed"
    assert draft(acme, scene.case_ids[1], 409)["title"] == "Not from this state"
    rejected = report(acme, sent, "rejected", 201)
    changes = rejected["changes"]
    assert isinstance(changes, list)
    assert [(change["state"], change["note"]) for change in changes] == [
        ("drafted", ""),
        ("sent", "reference 4711"),
        ("rejected", "reference 4711"),
    ]
    (listed,) = acme("GET", f"cases/{scene.case_ids[1]}/notices", expect=200).json()
    assert listed["version"] == rejected["version"]
    text = acme("GET", f"notices/{notice['notice_id']}/text", expect=200).text
    assert text == rejected["text"]
    (exported,) = acme("GET", "audit", expect=200).json()["items"]
    assert (exported["action"], exported["subject"]) == ("notice.exported", notice["notice_id"])
    assert "Ann Archer" in text
    assert "copied photo" in text
    events = acme("GET", "events/poll?after=0", expect=200).json()
    told = [event["type"] for event in events["events"] if event["type"].startswith("notice.")]
    assert told == ["notice.drafted", "notice.sent", "notice.rejected"]


def test_an_open_case_gets_a_held_draft_and_an_unknown_one_none(
    acme: Caller, scene: CaseScene
) -> None:
    configure(acme, 0.5)
    holds = draft(acme, scene.case_ids[0])["holds"]
    assert isinstance(holds, list)
    assert holds[0]["reason"] == "not_decided_infringing"
    draft(acme, uuid4(), 404)
    acme("POST", f"cases/{scene.case_ids[0]}/notices", json={"channel": "ebay_vero"}, expect=422)


def test_who_may_only_read_drafts_nothing(caller_of: CallerOf, scene: CaseScene) -> None:
    viewer = caller_of("acme", "viewer")
    draft(viewer, scene.case_ids[1], 403)
    viewer("GET", f"cases/{scene.case_ids[1]}/notices", expect=200)


def set_back(urls: DatabaseUrls, notice: dict[str, object], days: int) -> None:
    """Makes the notice and its last change so many days older, as only the owner may."""
    with psycopg.connect(with_database(urls.admin, database_of(urls.owner))) as c:
        for table in ("notices", "notice_changes"):
            c.execute(
                f"UPDATE {table} SET changed_at = changed_at - %s * interval '1 day' "
                "WHERE notice_id = %s",
                (days, notice["notice_id"]),
            )


def test_notices_are_listed_by_state_and_channels_tell_how_they_answer(
    acme: Caller, scene: CaseScene, database_urls: DatabaseUrls, caller_of: CallerOf
) -> None:
    configure(acme, 0.5)
    listed = acme("GET", "notices?state=sent", expect=200).json()
    assert listed == {"items": [], "next_cursor": None}
    first = draft(acme, scene.case_ids[1])
    decision = {"decision": "infringing", "reason": "copied", "version": 1}
    acme("POST", f"cases/{scene.case_ids[0]}/decisions", json=decision, expect=201)
    second = draft(acme, scene.case_ids[0])
    page = acme("GET", "notices?limit=1", expect=200).json()
    assert [item["notice"]["notice_id"] for item in page["items"]] == [second["notice_id"]]
    rest = acme("GET", f"notices?limit=1&cursor={page['next_cursor']}", expect=200).json()
    assert [item["notice"]["notice_id"] for item in rest["items"]] == [first["notice_id"]]
    assert rest["items"][0]["provider"] == "amazon"

    sent = report(acme, first, "sent", 201)
    set_back(database_urls, first, 9)
    report(acme, second, "sent", 201)
    waiting = acme("GET", "notices?state=sent&channel=dmca", expect=200).json()["items"]
    assert [item["notice"]["notice_id"] for item in waiting] == [
        first["notice_id"],
        second["notice_id"],
    ], "those sent longest ago come first"
    report(acme, sent, "accepted", 201)
    channels = {item["channel"]: item for item in acme("GET", "notice-channels").json()}
    dmca = channels["dmca"]
    assert (dmca["notices"]["sent"], dmca["notices"]["accepted"], dmca["silent"]) == (1, 1, 0)
    assert dmca["acceptance"]["answers"] == 1
    assert dmca["median_days"] == pytest.approx(9, abs=0.1)
    assert channels["ebay_vero"]["acceptance"] is None
    other = caller_of("bolt", "admin")
    assert other("GET", "notices?state=accepted", expect=200).json()["items"] == []
    assert all(item["notices"]["sent"] == 0 for item in other("GET", "notice-channels").json())


def test_a_notice_that_nobody_answered_for_a_week_is_silent(
    acme: Caller, scene: CaseScene, database_urls: DatabaseUrls
) -> None:
    configure(acme, 0.5)
    notice = draft(acme, scene.case_ids[1])
    report(acme, notice, "sent", 201)
    for days, silent in ((6, 0), (1, 1)):
        set_back(database_urls, notice, days)
        channels = {item["channel"]: item for item in acme("GET", "notice-channels").json()}
        assert channels["dmca"]["silent"] == silent


def test_a_cursor_of_another_state_is_refused(acme: Caller, scene: CaseScene) -> None:
    configure(acme, 0.5)
    draft(acme, scene.case_ids[1])
    page = acme("GET", "notices?limit=1", expect=200).json()
    acme("GET", f"notices?state=held&cursor={page['next_cursor']}", expect=422)
