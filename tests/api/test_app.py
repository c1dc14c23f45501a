from __future__ import annotations

import subprocess
import sys

import httpx
import pytest
from fastapi import APIRouter

import api.app
from api.app import create_app
from api.openapi import routed
from api.permissions import UndeclaredOperation
from api.routers import ROUTERS
from api.settings import ApiSettings
from resources.objects.store import ObjectStore
from resources.postgres.database import DatabaseUrls
from resources.settings import PROJECT_DIR
from tests.api.conftest import Caller, serving


def test_importing_the_app_leaves_dagster_out() -> None:
    code = "import sys, api.app, api.server; print('dagster' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PROJECT_DIR
    )
    assert done.stdout.strip() == "False"


def test_an_operation_without_a_permission_fails_the_build(
    database_urls: DatabaseUrls, objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = APIRouter()

    @router.get("/v1/open")
    def left_open() -> str:
        return "anything"

    monkeypatch.setattr(routed, "ROUTERS", (*ROUTERS, router))
    monkeypatch.setattr(api.app, "routed", routed.routed.__wrapped__)
    with pytest.raises(UndeclaredOperation, match="left_open"):
        create_app(database_urls, objects, ApiSettings())


def test_health_says_nothing_and_asks_nobody(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").json() == {"status": "ok"}


def test_every_error_is_a_problem_with_type_hint_and_request_id(http: httpx.Client) -> None:
    answers = [
        (http.get("/v1/clients/acme/cases"), 401, "unauthenticated"),
        (http.get("/nowhere"), 404, "no-such-path"),
        (http.put("/healthz"), 405, "method-not-allowed"),
        (http.post("/v1/session", json={"email": 3}), 422, "invalid-request"),
    ]
    for answer, status, slug in answers:
        body = answer.json()
        assert (answer.status_code, body["status"]) == (status, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert body["type"] == f"urn:infringement-dagster:problem:{slug}"
        assert body["hint"]
        assert body["request_id"] == answer.headers["x-request-id"]
    assert answers[0][0].headers["www-authenticate"].startswith("Bearer")
    assert answers[2][0].headers["allow"] == "GET, HEAD"
    assert {e["pointer"] for e in answers[3][0].json()["errors"]} == {"/email", "/password"}


def test_metrics_name_operations_and_no_client(acme: Caller) -> None:
    acme("GET", "cases", expect=200)
    text = acme.http.get("/metrics").text
    assert 'operation="list_cases",status="200"' in text
    assert "acme" not in text


def test_requests_are_paced_and_large_bodies_refused(
    database_urls: DatabaseUrls, objects: ObjectStore, acme: Caller
) -> None:
    settings = ApiSettings(port=0, requests_per_minute=5, body_bytes_max=1000)
    with (
        serving(create_app(database_urls, objects, settings), settings) as url,
        httpx.Client(base_url=url) as http,
    ):
        slow = Caller(http, "acme", acme.key)
        too_large = http.post("/v1/session", content=b"x" * 1001)
        answers = [slow("GET", "cases") for _ in range(7)]
    assert too_large.status_code == 413
    assert too_large.json()["type"].endswith(":too-large")
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[0].headers["ratelimit-policy"] == '"requests";q=5;w=60'
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers[:5]] == [
        "r=4",
        "r=3",
        "r=2",
        "r=1",
        "r=0",
    ]
    assert int(answers[-1].headers["retry-after"]) >= 11
