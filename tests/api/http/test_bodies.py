from __future__ import annotations

import asyncio
import json
import logging
import time
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from api.app import Api
from api.http import bodies
from api.http.bodies import LARGER, BodyLimit, has_more_values, read_json
from api.http.operation_route import OperationRoute
from api.permissions import OPERATIONS, PAGES, need_of
from api.settings import ApiSettings
from tests.api.conftest import Caller, serving
from tests.api.operations import CALLS, Ids, filled
from tests.support.raw_http import HEALTHZ_SECONDS_MAX, connected, head, status_of, watching

UNKNOWN_KEYS = json.dumps({f"key{number}": 1 for number in range(150_000)}).encode()


def test_a_body_of_unknown_keys_is_refused_while_others_are_served(
    base_url: str, http: httpx.Client
) -> None:
    with watching(base_url) as watch:
        for _ in range(3):
            refused = http.post("/v1/session", content=UNKNOWN_KEYS)
            assert refused.status_code == 413
            assert len(refused.content) < 1000
    assert watch.worst_seconds < HEALTHZ_SECONDS_MAX


@pytest.mark.parametrize(("keys", "status"), [(100, 422), (4000, 413)])
def test_a_refused_body_tells_twenty_errors_at_most(
    http: httpx.Client, keys: int, status: int
) -> None:
    body = {f"key{number}": 1 for number in range(keys)}
    refused = http.post("/v1/session", json=body)
    assert refused.status_code == status
    assert len(refused.json()["errors"]) <= 20


def test_who_is_not_let_in_need_not_send_the_body(base_url: str) -> None:
    ids = Ids("acme")
    for operation, call in CALLS.items():
        if call.method not in {"POST", "PUT"} or need_of(operation) == "nobody":
            continue
        with connected(base_url) as connection:
            asked = head(call.method, filled(call, ids), Content_Length="1000000000")
            connection.sendall(asked)
            assert status_of(connection) == 401, operation


def test_a_caller_is_let_in_before_its_body_is_measured(base_url: str, acme: Caller) -> None:
    key = f"Bearer {acme.key}"
    path = "/v1/clients/acme/scans"
    with connected(base_url) as connection:
        connection.sendall(head("POST", path, Authorization=key, Content_Length="65537"))
        assert status_of(connection) == 413
    with connected(base_url) as connection:
        other = "/v1/clients/bolt/scans"
        connection.sendall(head("POST", other, Authorization=key, Content_Length="65537"))
        assert status_of(connection) == 404


def test_a_body_without_a_declared_length_ends_at_the_limit(base_url: str, acme: Caller) -> None:
    with connected(base_url) as connection:
        asked = head(
            "POST",
            "/v1/clients/acme/scans",
            Authorization=f"Bearer {acme.key}",
            Transfer_Encoding="chunked",
            Content_Type="application/json",
        )
        connection.sendall(asked)
        for _ in range(5):
            connection.sendall(b"4000\r\n" + b" " * 0x4000 + b"\r\n")
        assert status_of(connection) == 413


def test_a_body_that_does_not_come_is_given_up(
    base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "_FIRST_SECONDS", -1.2)
    assert 0 < bodies.FORM.seconds_max < 1
    with connected(base_url) as connection:
        connection.sendall(head("POST", "/v1/session", Content_Length="100") + b"{")
        assert status_of(connection) == 408


def test_a_caller_who_hangs_up_is_no_failure_of_ours(
    base_url: str, acme: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for path, media_type in (
        ("/v1/clients/acme/references?file_name=a.jpg", "image/jpeg"),
        ("/v1/clients/acme/scans", "application/json"),
    ):
        caplog.clear()
        key = f"Bearer {acme.key}"
        with connected(base_url) as connection:
            asked = head(
                "POST", path, Authorization=key, Content_Length="900", Content_Type=media_type
            )
            connection.sendall(asked + b"some")
            time.sleep(0.2)  # until it is read; a hang-up before that is no matter
        deadline = time.monotonic() + 10
        while not (statuses := _statuses(caplog)):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert statuses == [499]
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def _statuses(caplog: pytest.LogCaptureFixture) -> list[object]:
    fields = [
        getattr(record, "fields", {}) for record in caplog.records if record.name == "api.requests"
    ]
    return [field["status"] for field in fields]


def test_every_operation_is_behind_the_same_door(app: Api) -> None:
    routes = [route for router in app.router.routes for route in _api_routes(router)]
    assert {route.name for route in routes} == OPERATIONS.keys() | PAGES.keys()
    assert all(isinstance(route, OperationRoute) for route in routes)
    assert LARGER.keys() <= OPERATIONS.keys() | PAGES.keys()


def _api_routes(route: object) -> list[APIRoute]:
    inside = getattr(route, "original_router", None)
    if inside is not None:
        return [route for each in inside.routes for route in _api_routes(each)]
    return [route] if isinstance(route, APIRoute) else []


def test_what_is_no_json_is_refused_in_words(acme: Caller) -> None:
    json_type = {"Content-Type": "application/json"}
    deep = b"[" * 4000
    for body in (b"{", b'{"a": NaN}', b'"\xff"', deep, b'{"providers": [' + b"9" * 5000 + b"]}"):
        refused = acme("POST", "scans", content=body, headers=json_type, expect=422)
        assert refused.headers["content-type"] == "application/problem+json"


def test_values_are_counted_up_to_the_limit_only() -> None:
    assert not has_more_values({"a": [1, {"b": 2}]}, 4)
    assert has_more_values({"a": [1, {"b": 2}]}, 3)
    assert not has_more_values("text", 0)
    assert BodyLimit(10).within(5).bytes_max == 5


def test_more_objects_and_lists_than_any_document_has_are_refused(acme: Caller) -> None:
    many: dict[str, object] = {"fraud_terms": [[]] * bodies._CONTAINERS_MAX}
    refused = acme("PUT", "config", json=many, headers={"If-Match": '"0"'}, expect=413)
    assert "objects and lists" in refused.json()["detail"]


def test_a_large_body_is_parsed_beside_the_event_loop(
    acme: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed_on_loop: list[bool] = []

    def noting(body: bytes, values_max: int) -> object:
        parsed_on_loop.append(asyncio._get_running_loop() is not None)
        return read_json(body, values_max)

    monkeypatch.setattr(bodies, "read_json", noting)
    large = {"schedule": {"time_zone": "x" * 2**17}}
    acme("PUT", "config", json=large, headers={"If-Match": '"0"'}, expect=422)
    assert parsed_on_loop == [False]


def test_unknown_query_parameters_are_refused_by_name(acme: Caller) -> None:
    refused = acme("GET", "cases?limitt=3&sort=newest", expect=422).json()
    assert [item["pointer"] for item in refused["errors"]] == ["/limitt"]
    assert "limit" in refused["detail"]
    acme("GET", "cases?limit=3&sort=newest", expect=200)


def test_head_is_answered_where_get_is(acme: Caller) -> None:
    with acme.http.stream("GET", "/healthz") as got:
        length = got.headers["content-length"]
    asked = acme("HEAD", "/healthz", expect=200)
    assert (asked.content, asked.headers["content-length"]) == (b"", length)
    for path in ("cases", "cases-export", "events", "summary"):
        asked = acme("HEAD", path, expect=200)
        assert asked.content == b""
        assert asked.headers["content-security-policy"].startswith("default-src 'none'")
    assert acme("HEAD", "no-such-thing").status_code == 404
    refused = acme("HEAD", "scans/x/cancel", expect=405)
    assert refused.headers["allow"] == "POST"


def test_json_may_run_nothing(http: httpx.Client) -> None:
    plain = http.get("/healthz")
    assert plain.headers["content-security-policy"] == (
        "default-src 'none'; frame-ancestors 'none'"
    )
    assert "strict-transport-security" not in plain.headers
    spoofed = http.get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert "strict-transport-security" not in spoofed.headers


def test_who_comes_over_tls_by_a_trusted_proxy_is_told_to_stay_there(
    app: Api, api_settings: ApiSettings
) -> None:
    behind_proxy = api_settings.model_copy(update={"trusted_proxies": "127.0.0.1"})
    with serving(app, behind_proxy) as url:
        answer = httpx.get(f"{url}/healthz", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize("host", ["evil.example", "[", "a b", ""])
def test_no_answer_takes_its_address_from_the_host_header(base_url: str, host: str) -> None:
    for path in ("/v1/session/", "/clients/", "/", "/log-in/", "/v1/clients/acme/cases/"):
        with connected(base_url) as connection:
            asked = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n\r\n"
            connection.sendall(asked.encode())
            answer = connection.recv(65_536).partition(b"\r\n\r\n")[0].lower()
        assert b"evil" not in answer, path
        assert int(answer.split(b" ", 2)[1]) < 500, path
        assert b"location: http" not in answer, path


@pytest.mark.parametrize("name", ["a%0d%0ab.jpg", "a%E2%80%AEgpj.exe", "a%7Fb.jpg"])
def test_file_names_that_read_as_others_are_refused(acme: Caller, name: str) -> None:
    refused = acme("POST", f"references?file_name={name}", content=b"any", expect=422)
    assert refused.json()["type"].endswith(":unusable-photo")
    assert "rename the file" in refused.json()["detail"]


def test_errors_name_no_path_of_this_machine(http: httpx.Client) -> None:
    refused = http.post("/v1/session", content=b"{", headers={"Content-Type": "application/json"})
    assert str(Path(__file__).parents[3]) not in refused.text


def test_a_form_of_files_comes_in_parts(acme: Caller) -> None:
    encoded = {"Content-Type": "application/x-www-form-urlencoded"}
    refused = acme("POST", "/clients/acme/references", content=b"%" * 1000, headers=encoded)
    assert refused.status_code == 422
    assert "multipart/form-data" in refused.text


@pytest.mark.parametrize("body", [b"%" * 3_000_000, b"version=1&document=100%", b"a=%4", b"a=%zz"])
def test_a_form_with_a_bare_percent_sign_is_refused_before_it_is_read(
    acme: Caller, body: bytes
) -> None:
    encoded = {"Content-Type": "application/x-www-form-urlencoded"}
    refused = acme("POST", "/clients/acme/config/save", content=body, headers=encoded)
    assert refused.status_code == 422
    assert "hexadecimal" in refused.text
