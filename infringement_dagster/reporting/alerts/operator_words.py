"""Alerts of whoever runs the installation in words; pure."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from infringement_dagster.reporting.alerts.chat import ChatMessage
from infringement_dagster.reporting.alerts.content import Content, Line, Section, counted
from infringement_dagster.reporting.listing_words import provider_name, shortened
from resources.postgres.alerts.operator_alert_store import (
    Example,
    OperatorAlert,
    OperatorAlertKind,
)

REASON: Final = "You are an operator of this installation and are told of its failures."
_SAID_CHARS_MAX = 300
_DO: Final[dict[OperatorAlertKind, str]] = {
    "run_failed": "The run's page in Dagster's UI shows the step and its error.",
    "check_failed": "What is shown of these scans may be wrong or out of date; the check's page in "
    "Dagster's UI shows the numbers.",
    "provider_down": "Its runs wait or fail until it answers. Check the vendor's status and key.",
    "task_down": "It was started again by itself. The API's log has the exception; /readyz fails "
    "for as long as it does not run.",
    "submissions_wait": "Nothing is lost: each is tried again by itself, an hour apart at most. "
    "Check EBAY_VERO_CLIENT_ID, EBAY_VERO_CLIENT_SECRET and EBAY_VERO_CLIENTS of the API, that the "
    "keyset is live and has the scope commerce.vero, and that eBay answers.",
}


def content_of_alert(alert: OperatorAlert) -> Content:
    """The mail that tells the alert; its subject says what happened how often."""
    lines = tuple(_example(example) for example in alert.examples)
    more = f"And {alert.number - len(lines):,} more." if alert.number > len(lines) else ""
    return Content(
        subject=title_of_alert(alert),
        opening=f"Since {alert.opened_at.astimezone(UTC):%-d %b %Y, %H:%M} UTC. {_DO[alert.kind]}",
        sections=(Section("The newest", lines, more),),
    )


def chat_of_alert(alert: OperatorAlert) -> ChatMessage:
    """The message that tells the alert in a chat."""
    newest = alert.examples[0]
    return ChatMessage(title_of_alert(alert), _named(newest), None)


def title_of_alert(alert: OperatorAlert) -> str:
    """The alert in a line, with how often it happened."""
    if alert.kind == "run_failed":
        runs = counted(alert.number, "failed run", "failed runs")
        return f"{runs}: {provider_name(alert.subject)}"
    if alert.kind == "check_failed":
        return f"{counted(alert.number, 'failed check', 'failed checks')}: {alert.subject}"
    if alert.kind == "provider_down":
        return f"Marketplace does not answer: {provider_name(alert.subject)}"
    if alert.kind == "submissions_wait":
        notices = counted(alert.number, "notice", "notices")
        return f"Not submitted yet: {notices} to {provider_name(alert.subject)}"
    return f"A part of the API ended {counted(alert.number, 'time', 'times')}: {alert.subject}"


def _example(example: Example) -> Line:
    when = f"{example.noted_at.astimezone(UTC):%-d %b, %H:%M} UTC"
    return Line(f"{example.client_id or 'installation'}, {when}", _said(example))


def _named(example: Example) -> str:
    of_client = f"{example.client_id}: " if example.client_id else ""
    return of_client + _said(example)


def _said(example: Example) -> str:
    return shortened(example.said, _SAID_CHARS_MAX)
