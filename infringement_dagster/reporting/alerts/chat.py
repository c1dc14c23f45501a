"""Messages in chats, as the incoming web-hooks of Slack and Teams read them; pure.

Nothing in a message is read as markup: what a marketplace's seller has typed stays text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from infringement_dagster.reporting.listing_words import shortened

ChatKind = Literal["slack", "teams"]
TITLE_CHARS_MAX: Final = 150  # Slack's own limit of a header
REASON_CHARS_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message: its title, what there is to say, and where it is shown."""

    title: str
    reason: str
    link: str | None


def chat_document(kind: ChatKind, message: ChatMessage) -> dict[str, object]:
    """The body of the web-hook."""
    short = ChatMessage(
        shortened(message.title, TITLE_CHARS_MAX),
        shortened(message.reason, REASON_CHARS_MAX),
        message.link,
    )
    return _slack(short) if kind == "slack" else _teams(short)


def _slack(message: ChatMessage) -> dict[str, object]:
    """Blocks for who looks at it, and a text for the notification."""
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": _plain(message.title)},
    ]
    if message.reason:
        blocks.append({"type": "section", "text": _plain(message.reason)})
    if message.link:
        button = {"type": "button", "text": _plain("Open"), "url": message.link}
        blocks.append({"type": "actions", "elements": [button]})
    # The notification's text is markup whatever else is said: these three signs begin all of it.
    text = message.title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": text, "blocks": blocks}


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _teams(message: ChatMessage) -> dict[str, object]:
    """An adaptive card, which takes text in runs that know no markup."""
    body = [_run(message.title, weight="Bolder", size="Medium")]
    if message.reason:
        body.append(_run(message.reason))
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if message.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": message.link}]
    return {
        "type": "message",
        "attachments": [
            {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
        ],
    }


def _run(text: str, **looks: str) -> dict[str, object]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **looks}]}
