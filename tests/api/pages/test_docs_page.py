"""The reference of the API in a browser: by our own files alone, under the pages' policy."""

from __future__ import annotations

import httpx
from playwright.sync_api import expect

from tests.api.pages.conftest import OpenVisit


def test_the_reference_is_shown_to_anybody_and_asks_nobody_else(open_visit: OpenVisit) -> None:
    visit = open_visit()  # foreign requests and complaints of the console fail the test at its end
    asked: list[str] = []
    visit.page.on("request", lambda request: asked.append(request.url))
    answer = visit.page.goto("/docs")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    expect(visit.page.get_by_role("heading", name="infringement-dagster")).to_be_visible()
    tags = visit.page.get_by_placeholder("Filter by tag")  # the viewer draws what is in sight
    tags.fill("cases")
    summary = visit.page.get_by_text("Read a case with its signals, evidence and history")
    summary.first.click()
    expect(visit.page.get_by_text("copied photo, seller unknown to us").first).to_be_visible()
    tags.fill("webhooks")
    expect(visit.page.get_by_text("Events sent to the client's own server")).to_be_visible()
    assert len(asked) >= 5
    assert all(url.startswith((visit.base_url, "data:")) for url in asked)


def test_types_are_served_to_anybody(server_url: str) -> None:
    answer = httpx.get(f"{server_url}/docs/types.ts")
    assert answer.status_code == 200
    assert "export type CaseDocument = {" in answer.text
