"""A header that anybody can send does not say where a request comes from."""

from __future__ import annotations

from tests.api.conftest import Caller


def test_a_spoofed_network_is_ignored_unless_a_proxy_is_trusted(acme: Caller) -> None:
    body = {"client_id": "acme", "email": "nobody@acme.example", "password": "wrong"}
    statuses = [
        acme.http.post(
            "/v1/session", json=body, headers={"X-Forwarded-For": f"192.0.2.{number}"}
        ).status_code
        for number in range(14)
    ]
    assert statuses[:5] == [401] * 5
    assert 429 in statuses
    assert {item["network"] for item in acme("GET", "audit").json()["items"]} == {"127.0.0.1"}
