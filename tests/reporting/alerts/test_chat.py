"""Events as messages in chats: title, reason and link, and no markup of strangers."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infringement_dagster.domain.event import EVENT_TYPES
from infringement_dagster.reporting.alerts.chat import ChatKind, ChatMessage, chat_document
from infringement_dagster.reporting.alerts.event_words import chat_of_event
from resources.settings import PageLinks

LINKS = PageLinks("https://pages.example/")
CASE = UUID(int=7)
KINDS: tuple[ChatKind, ...] = ("slack", "teams")


def message(type: str, body: dict[str, object], scan_id: UUID | None = None) -> ChatMessage:
    return chat_of_event("acme", "Acme", type, body, scan_id, LINKS)


def test_a_case_is_told_with_marketplace_kind_probability_and_link() -> None:
    body = {
        "case_id": str(CASE),
        "provider": "ebay",
        "listing_id": "17",
        "probability": 0.966,
        "violation_type": "stolen_photo",
    }
    told = message("case.flagged", dict(body))
    assert told.title == "New case: Acme"
    assert told.reason == "eBay. Listing 17. Copied photo, 97% probable"
    assert told.link == f"https://pages.example/clients/acme/cases/{CASE}"


def test_a_failed_run_is_told_with_its_reason_and_leads_to_its_scan() -> None:
    body: dict[str, object] = {"provider": "ebay", "state": "failed", "error": "no credits left"}
    told = message("run.finished", body, CASE)
    assert told.reason == "eBay. It is failed. no credits left"
    assert told.link == f"https://pages.example/clients/acme/scans/{CASE}"


def test_every_type_has_words_and_one_of_later_says_its_name() -> None:
    for type in set(EVENT_TYPES) - {"run.progress"}:
        title = message(type, {}).title
        assert title[0].isupper(), type
    assert message("moon.risen", {}).title == "moon risen: Acme"


def test_slack_gets_blocks_and_teams_a_card() -> None:
    told = ChatMessage("Title", "Reason", "https://pages.example/x")
    slack: dict[str, Any] = chat_document("slack", told)
    assert [block["type"] for block in slack["blocks"]] == ["header", "section", "actions"]
    teams: dict[str, Any] = chat_document("teams", told)
    (attached,) = teams["attachments"]
    assert attached["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert attached["content"]["actions"][0]["url"] == told.link
    assert "actions" not in json.dumps(chat_document("slack", ChatMessage("T", "", None)))


@pytest.mark.parametrize("kind", KINDS)
@given(title=st.text(max_size=400), reason=st.text(max_size=3000))
def test_what_strangers_typed_is_never_markup_and_fits(
    kind: ChatKind, title: str, reason: str
) -> None:
    document = chat_document(kind, ChatMessage(title or "t", reason, None))
    assert len(json.dumps(document, ensure_ascii=False)) < 7000
    if kind == "slack":
        assert "<" not in str(document["text"])
    assert "mrkdwn" not in json.dumps(texts(document))
    assert "TextBlock" not in texts(document)


def texts(document: object) -> list[str]:
    """Each value of a member named `type`, at any depth."""
    if isinstance(document, dict):
        own = [str(document["type"])] if "type" in document else []
        return own + [found for value in document.values() for found in texts(value)]
    if isinstance(document, list):
        return [found for value in document for found in texts(value)]
    return []
