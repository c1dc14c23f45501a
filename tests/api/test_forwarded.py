"""A header that anybody can send does not say where a request comes from."""

from __future__ import annotations

import pytest

from api.settings import ApiSettings
from tests.api.conftest import Caller


@pytest.fixture(params=["", "192.0.2.200"])
def api_settings(request: pytest.FixtureRequest) -> ApiSettings:
    """Behind no proxy, or behind one that these requests do not come through."""
    return ApiSettings(port=0, requests_per_minute=100_000, FORWARDED_ALLOW_IPS=request.param)


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
