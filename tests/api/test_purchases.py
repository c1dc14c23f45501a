"""Test purchases through the API: recorded, photographed, concluded, and read by their client."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from infringement_dagster.domain.acting.purchases import PHOTO_BYTES_MAX
from resources.objects.store import ObjectStore, sha256_hex
from resources.postgres.database import Database
from tests.api.case_scene import flag_cases
from tests.api.conftest import Caller, CallerOf
from tests.support.photos import encoded, product

ORDER = {"order_number": "28-1", "ordered_on": "2026-03-01", "amount": "19.90", "currency": "EUR"}


@pytest.fixture
def path(acme: Caller, database: Database, objects: ObjectStore) -> str:
    return f"cases/{flag_cases(database, 'acme', 1, objects).case_ids[0]}/test-purchases"


def uploaded(caller: Caller, path: str, content: bytes) -> httpx.Response:
    return caller.http.post(
        f"/v1/clients/{caller.client_id}/{path}/photos",
        content=content,
        headers={"Authorization": f"Bearer {caller.key}", "Content-Type": "image/png"},
    )


def test_a_purchase_is_recorded_shown_and_concluded(acme: Caller, path: str) -> None:
    made = acme("POST", path, json=ORDER | {"note": "gift"}, expect=201)
    purchase: dict[str, Any] = made.json()
    at = f"{path}/{purchase['purchase_id']}"
    assert made.headers["Location"] == f"/v1/clients/acme/{at}"
    assert (purchase["awaited"], purchase["outcome"], purchase["version"]) == (
        "not_arrived",
        None,
        1,
    )
    again = acme("POST", path, json=ORDER | {"note": "gift"}, expect=201).json()
    assert again == purchase, "asked again it is the same"
    known = acme("POST", path, json=ORDER, expect=409).json()
    assert known["type"].endswith("known-order")

    photo = encoded(product(1), "PNG")
    arrived = uploaded(acme, at, photo)
    assert arrived.status_code == 201
    (shown,) = arrived.json()["photos"]
    assert (shown["sha256"], shown["media_type"]) == (sha256_hex(photo), "image/png")
    seen = acme("GET", f"{at}/photos/{shown['sha256']}?side_px=320", expect=200)
    assert seen.content.startswith(b"\xff\xd8"), "made by us, not what was uploaded"
    assert "sandbox" in seen.headers["Content-Security-Policy"]

    outcome = {"outcome": "counterfeit", "finding": "no hologram"}
    acme("POST", f"{at}/outcome", json=outcome | {"version": 1}, expect=409)
    done = acme("POST", f"{at}/outcome", json=outcome | {"version": 2}, expect=201).json()
    assert (done["awaited"], done["outcome"], done["finding"]) == (None, *outcome.values())
    assert done["concluded_by_name"]
    assert acme("GET", path, expect=200).json()["items"] == [done]
    assert acme("GET", at, expect=200).json() == done
    assert uploaded(acme, at, encoded(product(2), "PNG")).status_code == 409
    evidence = acme("GET", path.removesuffix("/test-purchases"), expect=200).json()["evidence"]
    kinds = [copy["kind"] for copy in evidence]
    assert kinds.count("test_purchase") == kinds.count("purchase_photo") == 1


def test_what_cannot_be_is_refused(acme: Caller, path: str) -> None:
    for wrong in (
        {"amount": "0"},
        {"amount": "0.00"},
        {"amount": "9.999"},
        {"amount": "12345678901"},
        {"amount": 9.9},
        {"currency": "eur"},
        {"ordered_on": "2999-01-01"},
        {"order_number": " "},
        {"note": "\x00"},
    ):
        acme("POST", path, json=ORDER | wrong, expect=422)
    acme("POST", path, json=ORDER | {"order_number": "2", "amount": "0.5"}, expect=201)
    purchase = acme("POST", path, json=ORDER, expect=201).json()["purchase_id"]
    at = f"{path}/{purchase}"
    assert uploaded(acme, at, b"no photo").status_code == 422
    assert uploaded(acme, at, bytes(PHOTO_BYTES_MAX + 1)).status_code == 413
    outcome = {"outcome": "genuine", "version": 1}
    assert (
        acme("POST", f"{at}/outcome", json=outcome, expect=409)
        .json()["type"]
        .endswith("no-purchase-photos")
    )
    acme("POST", f"{at}/outcome", json=outcome | {"outcome": "fake"}, expect=422)
    acme("GET", f"{at}/photos/{'0' * 64}", expect=404)
    acme("GET", f"{path}/{uuid4()}", expect=404)
    acme("GET", f"cases/{uuid4()}/test-purchases/{purchase}", expect=404)


def test_who_may_not_decide_reads_only(acme: Caller, path: str, caller_of: CallerOf) -> None:
    purchase = acme("POST", path, json=ORDER, expect=201).json()["purchase_id"]
    viewer = caller_of("acme", "viewer")
    viewer("GET", f"{path}/{purchase}", expect=200)
    viewer("POST", path, json=ORDER, expect=403)
    viewer("POST", f"{path}/{purchase}/outcome", json={}, expect=403)
    assert uploaded(viewer, f"{path}/{purchase}", b"x").status_code == 403
