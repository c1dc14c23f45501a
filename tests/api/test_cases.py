from __future__ import annotations

import csv
import io
import random
import threading
from decimal import Decimal
from uuid import UUID, uuid4

import httpx
import polars as pl
import pytest

from infringement_dagster.domain.case import CaseFlag
from infringement_dagster.domain.listing import PhotoRank, Rank
from infringement_dagster.reviewing import decide as reviewing
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.cases import case_store
from resources.postgres.clients.client_store import add_reference_photo
from resources.postgres.database import Database
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.listings.photo_store import put_photo
from tests.api.case_scene import PAGE, CaseScene, flag_cases, flag_more
from tests.api.conftest import Caller, CallerOf
from tests.support.scene import a_listing, a_photo, ask_for_scan


@pytest.fixture
def scene(acme: Caller, database: Database, objects: ObjectStore) -> CaseScene:
    return flag_cases(database, "acme", 10, objects)


def listed(caller: Caller, query: str) -> list[str]:
    return [
        item["listing_id"] for item in caller("GET", f"cases?{query}", expect=200).json()["items"]
    ]


def test_cases_are_filtered_and_sorted(acme: Caller, scene: CaseScene) -> None:
    by_probability = [f"B{number:05}" for number in range(9, -1, -1)]
    assert listed(acme, "sort=most_probable") == by_probability
    assert listed(acme, "sort=least_probable") == by_probability[::-1]
    assert listed(acme, "sort=most_probable&probability_min=0.9") == by_probability[:2]
    assert sorted(listed(acme, "seller=cheap %26 CO")) == sorted(by_probability[::2])
    assert listed(acme, "text=BOTTLE 7") == ["B00007"]
    assert len(listed(acme, "state=open&provider=amazon&violation_type=stolen_photo")) == 10
    assert len(listed(acme, f"scan_id={scene.scan_id}")) == 10
    assert listed(acme, "state=decided") == []
    assert listed(acme, "provider=ebay") == []
    assert listed(acme, f"scan_id={uuid4()}") == []


def test_sampled_cases_are_marked_and_found_by_their_origin(
    acme: Caller, scene: CaseScene, database: Database
) -> None:
    with database.client("acme") as c:
        put_listings(c, "acme", scene.scan_id, [a_listing("S1")])
        drawn = CaseFlag("S1", 0.03, None, sampled_chance=0.02)
        (sampled,) = case_store.flag_cases(c, "acme", scene.scan_id, "amazon", 1, [drawn])
    assert listed(acme, "origin=sampled") == ["S1"]
    assert len(listed(acme, "origin=flagged")) == 10
    found = acme("GET", f"cases/{sampled.case_id}", expect=200).json()
    assert (found["origin"], found["sampled_chance"]) == ("sampled", 0.02)
    first = acme("GET", f"cases/{scene.case_ids[0]}", expect=200).json()
    assert (first["origin"], first["sampled_chance"]) == ("flagged", None)
    acme("GET", "cases?origin=guessed", expect=422)


def test_reviewers_who_differ_are_told(
    acme: Caller, scene: CaseScene, database: Database, caller_of: CallerOf
) -> None:
    agreed, disputed, alone = scene.case_ids[:3]
    with database.client("acme") as c:
        reviewing.decide(c, "acme", agreed, "infringing", "", "ann", 1)
        reviewing.decide(c, "acme", agreed, "infringing", "seen too", "bob", 2)
        reviewing.decide(c, "acme", disputed, "infringing", "", "ann", 1)
        reviewing.decide(c, "acme", disputed, "not_infringing", "genuine", "bob", 2)
        reviewing.decide(c, "acme", alone, "infringing", "", "ann", 1)
    found = acme("GET", "agreement", expect=200).json()
    assert (found["cases"], found["share"]) == (2, 0.5)
    assert found["disputed"] == [str(disputed)]
    assert [(pair["first"], pair["second"]) for pair in found["pairs"]] == [("ann", "bob")]
    assert caller_of("other")("GET", "agreement", expect=200).json()["cases"] == 0


@pytest.mark.parametrize(
    "sort", ["newest", "oldest", "most_probable", "least_probable", "cheapest"]
)
def test_a_walk_in_any_order_sees_each_case_once(acme: Caller, scene: CaseScene, sort: str) -> None:
    assert sorted(walk(acme, f"sort={sort}&limit=3")) == sorted(map(str, scene.case_ids))


def walk(caller: Caller, query: str) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        page = caller("GET", f"cases?{query}{more}", expect=200).json()
        found += [item["case_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def test_a_walk_under_five_thousand_changes_misses_and_repeats_nothing(
    acme: Caller, database: Database
) -> None:
    scene = flag_cases(database, "acme", 1000)
    changed = 0

    def change() -> None:
        nonlocal changed
        number = 1000
        while changed < 5000:
            numbers = random.sample(range(1000), 200)  # rescored, so that probabilities move
            flag_more(
                database, "acme", scene.scan_id, [*numbers, number], random.randint(800, 2000)
            )
            changed, number = changed + 201, number + 1

    changing = threading.Thread(target=change)
    changing.start()
    walks = []
    while changing.is_alive():
        walks.append(walk(acme, "limit=40"))
    changing.join()
    assert changed >= 5000
    assert len(walks) >= 2
    there = set(map(str, scene.case_ids))
    for item in walks:
        assert len(item) == len(set(item))
        assert there <= set(item)


def test_a_cursor_of_another_list_client_or_filter_is_refused_alike(
    acme: Caller, scene: CaseScene, database: Database, caller_of: CallerOf
) -> None:
    beta = caller_of("beta")
    flag_cases(database, "beta", 5)
    own = acme("GET", "cases?limit=3").json()["next_cursor"]
    foreign = beta("GET", "cases?limit=3").json()["next_cursor"]
    assert acme("GET", f"cases?limit=3&cursor={own}").status_code == 200
    refusals = [
        acme("GET", f"cases?limit=3&{rest}", expect=422).json()
        for rest in (
            f"cursor={foreign}",
            f"cursor={own}&state=open",
            f"cursor={own}&sort=most_probable",
            f"cursor={own[:-5]}",
            "cursor=bm9uc2Vuc2U",
            "cursor=%F0%9F%8D%BA",
        )
    ]
    assert {refusal["type"].rpartition(":")[2] for refusal in refusals} == {"bad-cursor"}
    assert len({refusal["detail"] for refusal in refusals}) == 1


def test_a_case_shows_why_and_with_what_evidence(acme: Caller, scene: CaseScene) -> None:
    case = acme("GET", f"cases/{scene.case_ids[0]}", expect=200).json()
    assert {item["name"] for item in case["signals"]} == {"photo", "part", "price"}
    assert case["other_types"] == [
        {"violation_type": "accessory", "would_need": "it were an accessory"}
    ]
    basis = {item["name"]: item["basis"] for item in case["signals"]}
    compared = {"kind": "photo", "photo_id": "a", "reference_sha256": None}
    assert basis == {
        "photo": compared | {"reference_id": "b", "region": None, "is_match": True},
        "part": compared | {"reference_id": "c", "region": [0.1, 0.2, 0.5, 1.0], "is_match": False},
        "price": None,
    }
    copy = case["evidence"][0]
    got = acme("GET", f"cases/{case['case_id']}/evidence/{copy['evidence_no']}", expect=200)
    assert sha256_hex(got.content) == copy["sha256"] == sha256_hex(PAGE)
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"
    acme("GET", f"cases/{case['case_id']}/evidence/99", expect=404)
    acme("GET", f"cases/{uuid4()}/evidence/1", expect=404)


def test_a_case_says_by_which_photo_it_was_found_or_where_words_did(
    acme: Caller, database: Database, scene: CaseScene
) -> None:
    photo = a_photo("front")
    with database.client("acme") as c:
        put_photo(c, "acme", photo)
        reference_id = add_reference_photo(
            c, "acme", sha256=photo.sha256, file_name="front.jpg", brand=None
        )
        scan_id = ask_for_scan(c, "acme", "amazon")
        by_photo, by_words = a_listing("B00000"), a_listing("B00001")
        ranks: dict[str, Rank | PhotoRank] = {
            by_photo.listing_id: PhotoRank(reference_id, 2),
            by_words.listing_id: Rank("steel bottle", 1, 3),
        }
        put_listings(c, "acme", scan_id, [by_photo, by_words], ranks)
    first, second, third = (
        acme("GET", f"cases/{case_id}", expect=200).json() for case_id in scene.case_ids[:3]
    )
    told = {"reference_id": str(reference_id), "file_name": "front.jpg", "position": 2}
    assert (first["found_by_photo"], first["rank"]) == (told, None)
    words = {"query": "steel bottle", "page": 1, "position": 3}
    assert (second["found_by_photo"], second["rank"]) == (None, words)
    assert (third["found_by_photo"], third["rank"]) == (None, None)


def decide(caller: Caller, case_id: UUID, decision: str, version: int) -> httpx.Response:
    body = {"decision": decision, "reason": "seen it", "version": version}
    return caller("POST", f"cases/{case_id}/decisions", json=body)


def test_a_decision_is_kept_with_its_reason_and_survives_a_rescan(
    acme: Caller, scene: CaseScene, database: Database
) -> None:
    case_id = scene.case_ids[0]
    decided = decide(acme, case_id, "infringing", 1).json()
    assert (decided["state"], decided["decision"], decided["version"]) == (
        "decided",
        "infringing",
        2,
    )
    flag_more(database, "acme", scene.scan_id, [0], 1)
    again = acme("GET", f"cases/{case_id}").json()
    assert (again["state"], again["decision"]) == ("decided", "infringing")
    (kept,) = again["decisions"]
    assert (kept["reason"], kept["decided_by"][:4]) == ("seen it", "key:")
    stale = decide(acme, case_id, "not_infringing", 1)
    assert stale.status_code == 409
    assert stale.json()["type"].endswith(":stale-case")
    unsure = decide(acme, case_id, "unsure", 2).json()
    assert (unsure["state"], unsure["decision"], len(unsure["decisions"])) == ("open", None, 2)
    assert decide(acme, uuid4(), "infringing", 1).status_code == 404


def test_a_summary_counts_cases_and_listings(acme: Caller, scene: CaseScene) -> None:
    decide(acme, scene.case_ids[0], "not_infringing", 1)
    summary = acme("GET", "summary", expect=200).json()
    assert summary["listings"] == 10
    counted = {(item["state"], item["decision"]): item["cases"] for item in summary["cases"]}
    assert counted == {("open", None): 9, ("decided", "not_infringing"): 1}


def test_exports_hold_every_case_and_run_nothing(acme: Caller, scene: CaseScene) -> None:
    text = acme("GET", "cases-export?format=csv", expect=200)
    rows = list(csv.DictReader(io.StringIO(text.text, newline="")))
    assert {row["case_id"] for row in rows} == set(map(str, scene.case_ids))
    assert {row["seller_name"] for row in rows} == {"Cheap & Co", "'=Sly"}
    assert 'filename="cases-acme.csv"' in text.headers["content-disposition"]
    parquet = acme("GET", "cases-export?format=parquet&text=bottle 3", expect=200)
    frame = pl.read_parquet(io.BytesIO(parquet.content))
    assert frame["listing_id"].to_list() == ["B00003"]
    assert frame["price_low"].to_list() == [Decimal("9.90")]


def test_listings_are_filtered_and_paged(acme: Caller, scene: CaseScene) -> None:
    first = acme("GET", "listings?limit=6", expect=200).json()
    rest = acme("GET", f"listings?limit=6&cursor={first['next_cursor']}", expect=200).json()
    ids = [item["listing_id"] for item in first["items"] + rest["items"]]
    assert ids == [f"B{number:05}" for number in range(10)]
    assert len(acme("GET", "listings?seller=%3Dsly&text=bottle").json()["items"]) == 5
    one = acme("GET", "listings/amazon/B00003", expect=200).json()
    assert one["title"] == "Bottle 3"
    acme("GET", "listings/ebay/B00003", expect=404)
