"""Drafts the notice of a case from what the client, the reviewer and the evidence say."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg import Connection

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.case import Decision
from infringement_dagster.notices.channels import Channel
from infringement_dagster.notices.drafting import NoticeFacts, draft_notice
from infringement_dagster.notices.grounds import grounds
from resources.postgres.actors.earlier_notices import earlier_notices
from resources.postgres.cases import (
    case_lists,
    case_store,
    chain_store,
    decision_store,
    notice_store,
)
from resources.postgres.cases.notice_store import NoticeRow
from resources.postgres.cases.records import DecisionRow
from resources.postgres.listings import score_store


def draft_for_case(
    c: Connection,
    client_id: str,
    case_id: UUID,
    channel: Channel,
    drafted_by: str,
    explanation: str = "",
) -> NoticeRow:
    """The case's notice through the channel, drafted again from what holds at present.

    It explains the infringement in these words, else by the reason given with the decision.

    Raises UnknownCase, NoConfig, BadClientConfig, WrongChannel, NoticeConflict.
    """
    config = load_client_config(c, client_id)
    case = case_lists.get_case(c, client_id, case_id)
    if case is None:
        raise case_store.UnknownCase(f"client {client_id} has no case {case_id}")
    decisions = decision_store.decisions_of(c, client_id, case_id)
    links = chain_store.links_of_case(c, client_id, case_id)
    score = score_store.score_of(c, client_id, case.scan_id, case.provider, case.listing_id)
    facts = NoticeFacts(
        provider=case.provider,
        listing_id=case.listing_id,
        listing_url=case.url,
        listing_title=case.title,
        seller=case.seller_name or "",
        probability=case.probability,
        notice_ready=config.thresholds.notice_ready,
        decision=case.decision,
        decision_reason=explanation or reason_given(decisions, case.decision),
        grounds=grounds(score) if score else (),
        evidence_sha256=links[-1].sha256 if links else "",
        rights_holder=config.rights_holder,
        earlier=earlier_notices(c, client_id, case_id),
    )
    draft = draft_notice(channel, facts)
    return notice_store.put_draft(c, client_id, case_id, draft, config.version, drafted_by)


def reason_given(decisions: Sequence[DecisionRow], decision: Decision | None) -> str:
    """The last reason that a person gave for this decision; empty where none was given."""
    given = [taken.reason for taken in decisions if taken.decision == decision and taken.reason]
    return given[-1] if given else ""
