"""Searching everything of a client by the API."""

from __future__ import annotations

from infringement_dagster.domain.permissions import PERMISSIONS_OF
from resources.identity.credentials import new_api_key
from resources.objects.store import ObjectStore
from resources.postgres.clients import access_store
from resources.postgres.database import Database
from tests.api.case_scene import flag_cases
from tests.api.conftest import Caller, CallerOf


def test_cases_are_found_by_title_and_by_id(
    acme: Caller, database: Database, objects: ObjectStore
) -> None:
    scene = flag_cases(database, "acme", 2, objects)
    (first, _) = scene.case_ids
    title = acme("GET", f"cases/{first}", expect=200).json()["title"]
    by_title = acme("GET", "search", params={"text": title}, expect=200).json()
    assert str(first) in [case["case_id"] for case in by_title["cases"]]
    by_id = acme("GET", "search", params={"text": str(first)[:8]}, expect=200).json()
    assert [case["case_id"] for case in by_id["cases"]] == [str(first)]
    by_scan = acme("GET", "search", params={"text": str(scene.scan_id)}, expect=200).json()
    assert [scan["scan_id"] for scan in by_scan["scans"]] == [str(scene.scan_id)]
    one = acme("GET", "search", params={"text": title[:4], "limit": 1}, expect=200).json()
    assert len(one["cases"]) == 1


def test_a_key_finds_the_kinds_that_it_may_read(
    caller_of: CallerOf, acme: Caller, database: Database, objects: ObjectStore
) -> None:
    scene = flag_cases(database, "acme", 1, objects)
    key = new_api_key()
    with database.client("acme") as c:
        scopes = ["results:read"]
        assert set(scopes) < PERMISSIONS_OF["viewer"]
        access_store.add_key(c, "acme", key, name="narrow", scopes=scopes, owner=None)
    narrow = Caller(acme.http, "acme", key.text)
    asked = {"text": str(scene.scan_id)}
    assert len(acme("GET", "search", params=asked, expect=200).json()["scans"]) == 1
    assert narrow("GET", "search", params=asked, expect=200).json()["scans"] == []


def test_an_empty_search_is_refused_and_a_short_one_finds_nothing(acme: Caller) -> None:
    assert acme("GET", "search", params={"text": ""}).status_code == 422
    assert not any(acme("GET", "search", params={"text": "a"}, expect=200).json().values())
