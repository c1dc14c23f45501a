"""Notices to eBay are submitted through the API; its task carries them out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from api.app import Api
from resources.postgres.database import Database
from tests.api.conftest import Caller, CallerOf
from tests.support.vero_scene import COUNTERFEIT, Ebay, draft_for_items, ebay_server


@pytest.fixture
def ebay(app: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ebay]:
    """The sandbox's eBay as the installation's account, its reasons read."""
    with ebay_server() as ebay:
        monkeypatch.setenv("INFRINGEMENT_SANDBOX_URL", ebay.url)
        app.state.backend.vero.refresh()
        yield ebay


def path_of(database: Database, ebay_items: list[str]) -> str:
    (notice_id,) = draft_for_items(database, "acme", ebay_items[:1])
    return f"notices/{notice_id}"


def sent(caller: Caller, path: str) -> dict[str, Any]:
    """What is told of the notice's going out, once the task has sent it."""
    deadline = time.monotonic() + 30
    while True:
        told = dict(caller("GET", f"{path}/submission", expect=200).json())
        if told["submissions"][0]["state"] == "sent":
            return told
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def test_a_notice_is_submitted_once_its_declarations_are_confirmed(
    ebay: Ebay, database: Database, caller_of: CallerOf
) -> None:
    path = path_of(database, ebay.item_ids)
    acme, viewer = caller_of("acme"), caller_of("acme", "viewer")
    told = viewer("GET", f"{path}/submission", expect=200).json()
    assert (told["impossible_because"], told["submissions"]) == (None, [])
    assert COUNTERFEIT in {reason["reason_code"] for reason in told["reasons"]}
    assert any("penalty of perjury" in said for said in told["declarations"])
    wanted = {"reason_code": COUNTERFEIT, "version": 1, "confirmed": True}
    viewer("POST", f"{path}/submissions", json=wanted, expect=403)
    acme("POST", f"{path}/submissions", json={**wanted, "confirmed": False}, expect=422)
    acme("POST", f"{path}/submissions", json={**wanted, "version": 2}, expect=409)
    unknown = {**wanted, "reason_code": "1"}
    problem = acme("POST", f"{path}/submissions", json=unknown, expect=409).json()
    assert COUNTERFEIT in problem["detail"]
    acme("POST", f"{path}/submissions", json=wanted, expect=201)
    acme("POST", f"{path}/submissions", json=wanted, expect=409)
    (submission,) = sent(acme, path)["submissions"]
    (report,) = ebay.reports()
    assert submission["report_id"] == report["report_id"]
    notice = acme("GET", path, expect=200).json()
    assert (notice["state"], notice["changes"][-1]["note"]) == (
        "sent",
        f"eBay VeRO report {report['report_id']}",
    )
    settle = f"{path}/submissions/{submission['submission_id']}/settle"
    acme("POST", settle, json={"settlement": "withdrawn"}, expect=409)


def test_without_an_account_it_is_said_what_an_operator_sets(
    database: Database, caller_of: CallerOf
) -> None:
    path = path_of(database, ["123456789012"])
    acme = caller_of("acme")
    told = acme("GET", f"{path}/submission", expect=200).json()
    assert "EBAY_VERO_CLIENT_ID" in told["impossible_because"]
    wanted = {"reason_code": COUNTERFEIT, "version": 1, "confirmed": True}
    problem = acme("POST", f"{path}/submissions", json=wanted, expect=409).json()
    assert problem["detail"] == told["impossible_because"]
