"""Events of a client in the words of a chat; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from infringement_dagster.reporting.alerts.chat import ChatMessage
from infringement_dagster.reporting.listing_words import percent, provider_name, violation_name
from resources.settings import PageLinks

_TITLES: Final[Mapping[str, str]] = {
    "actor.grew": "More sellers are behind an actor",
    "actor.made": "Sellers are linked to one actor",
    "actor.merged": "Actors merged",
    "actor.shrank": "Fewer sellers are behind an actor",
    "actor.split": "Actor split",
    "case.assigned": "Case assigned",
    "case.commented": "Comment on a case",
    "case.due_set": "Due date of a case",
    "case.tagged": "Tags of a case",
    "case.purchase_recorded": "Test purchase recorded",
    "case.purchase_photo_added": "Photo of a test purchase",
    "case.purchase_concluded": "Outcome of a test purchase",
    "case.flagged": "New case",
    "case.sampled": "Listing drawn for review",
    "case.flagged_by_hand": "Case opened by hand",
    "case.dropped": "Case no longer flagged",
    "case.decided": "Case decided",
    "case.gone": "Listing no longer found",
    "case.listed": "Listing found again",
    "case.relisted": "Listing offered again under a new id",
    "case.prioritised": "A rule put a case first",
    "case.unprioritised": "A case is no longer put first",
    "case.grouped": "New case joins a group",
    "check.failed": "A check of a scan failed",
    "group.decided": "Group decided",
    "group.merged": "Groups merged",
    "group.split": "Group split",
    "group.taken_back": "Decision on a group taken back",
    "notice.accepted": "Notice accepted",
    "notice.drafted": "Notice drafted",
    "notice.held": "Notice held",
    "notice.rejected": "Notice rejected",
    "notice.sent": "Notice sent",
    "notice.submission_failed": "Notice not submitted, a person is needed",
    "provider.drifted": "A marketplace fills fields less often",
    "report.made": "Weekly report made",
    "run.admitted": "Scan may start",
    "run.finished": "Scan of a marketplace ended",
    "run.requeued": "Scan of a marketplace is tried again",
    "run.started": "Scan of a marketplace started",
    "rule.paused": "Rule paused",
    "rule.resumed": "Rule goes on",
    "scan.cancel_requested": "Scan cancelled",
    "scan.finished": "Scan ended",
    "scan.queued": "Scan waits",
    "scan.requested": "Scan requested",
    "scan.retried": "Scan is tried again",
    "scan.started": "Scan started",
    "webhook.tested": "Test message",
}
_DECISIONS: Final = {
    "infringing": "infringing",
    "not_infringing": "not infringing",
    "unsure": "unsure, set aside",
}


def chat_of_event(
    client_id: str,
    client_name: str,
    type: str,
    body: Mapping[str, object],
    scan_id: UUID | None,
    links: PageLinks,
) -> ChatMessage:
    """The message that tells the event; one of a type of later says its type."""
    title = _TITLES.get(type, type.replace(".", " ").replace("_", " "))
    return ChatMessage(
        f"{title}: {client_name}",
        ". ".join(filter(None, _said(type, body))),
        _link(client_id, body, scan_id, links),
    )


def _said(type: str, body: Mapping[str, object]) -> list[str]:
    provider = body.get("provider")
    return [
        provider_name(str(provider)) if provider else "",
        f"Listing {body['listing_id']}" if body.get("listing_id") else "",
        _violation(body) if "probability" in body else "",
        f"Decided as {_DECISIONS.get(str(body['decision']), body['decision'])}"
        if body.get("decision")
        else "",
        f"Due on {body['due_on']}" if body.get("due_on") else "",
        f"Tags: {', '.join(map(str, tags))}" if isinstance(tags := body.get("tags"), list) else "",
        f"{body['cases']} cases" if "cases" in body else "",
        f"Week of {body['week']}" if "week" in body else "",
        f"By {str(body['channel']).replace('_', ' ')}" if body.get("channel") else "",
        f"Outcome: {str(body['outcome']).replace('_', ' ')}" if body.get("outcome") else "",
        f"It is {str(body['state']).replace('_', ' ')}" if body.get("state") else "",
        _fields(body.get("fields")),
        str(body.get("reason") or body.get("error") or ""),
        "Messages of this web-hook arrive here" if type == "webhook.tested" else "",
    ]


def _violation(body: Mapping[str, object]) -> str:
    share = percent(float(str(body["probability"])))
    if "violation_type" not in body:
        return f"{share} probable"
    kind = body["violation_type"]
    return f"{violation_name(str(kind) if kind else None)}, {share} probable"


def _fields(fields: object) -> str:
    return f"Fields: {', '.join(sorted(fields))}" if isinstance(fields, Mapping) else ""


def _link(
    client_id: str, body: Mapping[str, object], scan_id: UUID | None, links: PageLinks
) -> str | None:
    if case_id := body.get("case_id"):
        return links.case(client_id, str(case_id))
    if group_id := body.get("group_id"):
        return links.group(client_id, str(group_id))
    if week := body.get("week"):
        return links.report(client_id, str(week))
    return links.scan(client_id, scan_id) if scan_id else None
