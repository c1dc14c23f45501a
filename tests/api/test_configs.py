from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from infringement_dagster.clients.config_reference import field_references
from infringement_dagster.domain.listing import FoundListing, Listing
from infringement_dagster.snapshots.listings import listings_frame
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from resources.postgres.listings.listing_store import put_listings
from resources.postgres.scans.records import SnapshotRow
from resources.postgres.scans.scan_store import queue_scan
from resources.postgres.scans.snapshot_store import put_snapshot
from tests.api.conftest import CONFIG, Caller
from tests.support.photos import encoded, product


def put(
    acme: Caller, document: object, etag: str | None, expect: int | None = None
) -> httpx.Response:
    headers = {} if etag is None else {"If-Match": etag}
    return acme("PUT", "config", json=document, headers=headers, expect=expect)


def test_a_config_is_saved_under_the_condition_that_nobody_was_faster(acme: Caller) -> None:
    assert acme("GET", "config").status_code == 404
    assert put(acme, CONFIG, None).status_code == 428
    first = put(acme, CONFIG, '"0"', expect=200)
    assert (first.headers["etag"], first.json()["document"]) == ('"1"', CONFIG)
    second = {**CONFIG, "fraud_terms": ["replica"]}
    stale = put(acme, second, '"0"', expect=412).json()
    assert stale["type"].endswith(":stale-config")
    assert put(acme, second, "*").status_code == 422
    assert put(acme, second, '"1"', expect=200).headers["etag"] == '"2"'
    assert acme("GET", "config").json()["version"] == 2
    assert acme("GET", "config/versions/1").json()["document"] == CONFIG
    changes = acme("GET", "config/versions/2/changes?since=1").json()
    assert changes == [{"pointer": "/fraud_terms", "before": None, "after": ["replica"]}]
    newest = acme("GET", "config/versions?limit=1").json()
    older = acme("GET", f"config/versions?limit=1&cursor={newest['next_cursor']}").json()
    assert [newest["items"][0]["version"], older["items"][0]["version"]] == [2, 1]


def test_a_hundred_racing_saves_have_one_winner_for_each_version(acme: Caller) -> None:
    put(acme, CONFIG, '"0"', expect=200)

    def save(number: int) -> tuple[int, int, int]:
        read = acme("GET", "config")
        version = read.json()["version"]
        document = {**CONFIG, "fraud_terms": [f"term {number}"]}
        answer = put(acme, document, read.headers["etag"])
        return answer.status_code, version, number

    with ThreadPoolExecutor(20) as threads:
        outcomes = list(threads.map(save, range(100)))
    assert {status for status, _, _ in outcomes} == {200, 412}
    winners = {version: number for status, version, number in outcomes if status == 200}
    assert len(winners) == sum(status == 200 for status, _, _ in outcomes)
    for version, number in winners.items():
        saved = acme("GET", f"config/versions/{version + 1}").json()["document"]
        assert saved["fraud_terms"] == [f"term {number}"]


def test_a_bad_config_is_explained_field_by_field(acme: Caller) -> None:
    bad = {
        "brands": [{"name": "Acme", "price_floor": {"amount": "-1", "currency": "euro"}}],
        "searches": {"amazn": {"queries": ["x"]}},
        "weights": {"brand_usee": 2},
        "thresholds": {"review": 0.9, "notice_ready": 0.5},
        "colour": "red",
    }
    problem = put(acme, bad, '"0"', expect=422).json()
    pointed = {item["pointer"]: item["message"] for item in problem["errors"]}
    assert pointed.keys() == {
        "/brands/0/price_floor/amount",
        "/brands/0/price_floor/currency",
        "/searches/amazn",
        "/weights/brand_usee",
        "/thresholds",
        "/colour",
    }
    assert "did you mean brand_use?" in pointed["/weights/brand_usee"]
    assert acme("GET", "config").status_code == 404


@pytest.fixture
def photo() -> bytes:
    return encoded(product(1), "JPEG")


def test_photos_are_checked_listed_downloaded_and_removed(acme: Caller, photo: bytes) -> None:
    jpeg = {"Content-Type": "image/jpeg"}
    path = "references?file_name=front.jpg&brand=Acme"
    added = acme("POST", path, content=photo, headers=jpeg, expect=201)
    (listed,) = acme("GET", "references").json()["items"]
    assert listed == added.json()
    assert (listed["sha256"], listed["brand"]) == (sha256_hex(photo), "Acme")
    got = acme("GET", added.headers["location"], expect=200)
    assert (got.content, got.headers["content-type"]) == (photo, "image/jpeg")
    assert (
        acme("POST", path, content=photo, expect=201).json()["reference_id"]
        == (listed["reference_id"])
    )
    refused = acme("POST", path, content=b"GIF89a no photo", headers=jpeg, expect=422)
    assert refused.json()["type"].endswith(":unusable-photo")
    acme("DELETE", added.headers["location"], expect=204)
    assert acme("GET", "references").json()["items"] == []
    acme("DELETE", added.headers["location"], expect=404)
    acme("GET", added.headers["location"], expect=404)


def test_a_preview_says_what_a_draft_would_flag_and_drop(
    acme: Caller, database: Database, objects: ObjectStore
) -> None:
    put(acme, CONFIG, '"0"', expect=200)
    titles = ["Acme bottle replica", "Bolt bottle replica", "Plain mug"]
    listings = [
        Listing("amazon", f"B{number}", title, f"https://x/{number}")
        for number, title in enumerate(titles)
    ]
    keep_snapshot(database, objects, listings)
    draft = {**CONFIG, "brands": [{"name": "Bolt"}], "fraud_terms": ["replica"]}
    draft["thresholds"] = {"review": 0.3, "notice_ready": 0.9}
    (preview,) = acme("POST", "config/preview", json=draft, expect=200).json()
    assert (preview["provider"], preview["listings"], preview["truncated"]) == ("amazon", 3, False)
    assert [item["title"] for item in preview["newly_flagged"]] == ["Bolt bottle replica"]
    assert preview["flagged_a_week"] == preview["flagged_after"] == 1
    (newly,) = preview["newly_flagged"]
    assert newly["before"] < 0.3 <= newly["after"]
    back = acme("POST", "config/preview", json=CONFIG, expect=200).json()
    assert back[0]["newly_flagged"] == back[0]["dropped"] == []
    assert acme("GET", "config").json()["version"] == 1


def keep_snapshot(database: Database, objects: ObjectStore, listings: list[Listing]) -> None:
    """Leaves what a finished scan leaves."""
    buffer = io.BytesIO()
    listings_frame([FoundListing(listing, "page") for listing in listings]).write_parquet(buffer)
    content = buffer.getvalue()
    objects.put_once("snapshot", content)
    with database.client("acme") as c:
        scan = queue_scan(
            c, "acme", ["amazon"], trigger="request", requested_by="tests", config_version=1
        )
        put_listings(c, "acme", scan.scan_id, listings)
        digest, size = sha256_hex(content), len(content)
        row = SnapshotRow(
            uuid4(),
            scan.scan_id,
            "amazon",
            "raw_listings",
            "run",
            "snapshot",
            digest,
            len(listings),
            size,
            datetime.now(UTC),
        )
        put_snapshot(c, "acme", row)


def test_the_api_tells_every_field_of_a_config_in_the_words_of_its_reference(acme: Caller) -> None:
    document = acme.http.get("/openapi.json").json()
    body = document["paths"]["/v1/clients/{client_id}/config"]["put"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert schema["$ref"].endswith("/ClientConfigDocument")
    parts = document["components"]["schemas"]
    for field in field_references():
        name = field.path.rpartition(".")[2]
        told = [
            part["properties"][name]
            for part in parts.values()
            if name in part.get("properties", {})
        ]
        assert any(field.told in str(item.get("description")) for item in told), field.path
