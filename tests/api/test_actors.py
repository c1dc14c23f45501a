"""Actors and sellers over the API: listed, read, split, merged."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from resources.postgres.database import Database
from tests.api.conftest import Caller, CallerOf
from tests.support.grouped import Found, GroupScene
from tests.support.linked import ActorScene, Sold, two_shops

C = "/v1/clients/acme"
KINDLY = {"provider": "walmart", "seller_key": "name:kindly deals"}


@pytest.fixture
def acme(caller_of: CallerOf, database: Database) -> Caller:
    """A reviewer of a client with an actor of two sellers and a seller alone."""
    caller = caller_of("acme", "reviewer")
    scene = ActorScene(GroupScene(database))
    scene.scan(*two_shops(), Sold(Found("E9", "Mug", "Odd/Oddments & Co", None)))
    return caller


def test_actors_are_paged_and_read_with_every_link_in_words(acme: Caller) -> None:
    (listed,) = acme("GET", f"{C}/actors").json()["items"]
    assert (listed["sellers"], listed["cases"], listed["providers"]) == (2, 2, ["ebay", "walmart"])
    page = acme("GET", f"{C}/actors?sellers_min=1&limit=1").json()
    rest = acme("GET", f"{C}/actors?sellers_min=1&limit=1&cursor={page['next_cursor']}").json()
    assert [item["sellers"] for item in (*page["items"], *rest["items"])] == [2, 1]
    acme("GET", f"{C}/actors?cursor={page['next_cursor']}", expect=422)
    actor = acme("GET", f"{C}/actors/{listed['actor_id']}").json()
    (link,) = actor["links"]
    assert link["ties"]
    assert "8613912345678" in link["evidence"][0]["said"]
    assert sum(part["share"] for part in actor["risk"]["parts"]) == pytest.approx(1)


def test_sellers_are_paged_and_read_by_their_keys(acme: Caller) -> None:
    page = acme("GET", f"{C}/sellers?limit=2").json()
    rest = acme("GET", f"{C}/sellers?limit=2&cursor={page['next_cursor']}").json()
    sellers = [*page["items"], *rest["items"]]
    assert len({(item["provider"], item["seller_key"]) for item in sellers}) == 3
    for item in sellers:
        path = f"{C}/sellers/{item['provider']}/{quote(item['seller_key'], safe='')}"
        found = acme("GET", path).json()
        assert found["seller_name"] == item["seller_name"]
        assert found["actor"]["actor_id"] == item["actor_id"]
    missing = acme("GET", f"{C}/sellers/ebay/name:nobody", expect=404).json()
    assert missing["type"].endswith("unknown-seller")


def test_a_split_and_a_merge_are_told_and_hold(acme: Caller) -> None:
    (listed,) = acme("GET", f"{C}/actors").json()["items"]
    path = f"{C}/actors/{listed['actor_id']}"
    new = acme("POST", f"{path}/split", json={"sellers": [KINDLY]}, expect=201).json()
    assert [member["seller_name"] for member in new["members"]] == ["kindly deals"]
    assert new["members"][0]["pinned_by_name"]
    assert len(new["maybe"]) == 1
    acme("POST", f"{path}/split", json={"sellers": [KINDLY]}, expect=422)
    merged = acme("POST", f"{path}/merge", json={"other_actor_id": new["actor_id"]}).json()
    assert merged["actor_id"] == listed["actor_id"]
    assert merged["sellers"] == 2
    acme("GET", f"{C}/actors/{new['actor_id']}", expect=404)


def test_who_may_only_look_splits_and_merges_nothing(acme: Caller, caller_of: CallerOf) -> None:
    viewer = caller_of("acme", "viewer")
    (listed,) = viewer("GET", f"{C}/actors").json()["items"]
    path = f"{C}/actors/{listed['actor_id']}"
    viewer("POST", f"{path}/split", json={"sellers": [KINDLY]}, expect=403)
    viewer("POST", f"{path}/merge", json={"other_actor_id": listed["actor_id"]}, expect=403)
