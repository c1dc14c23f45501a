"""The facts that a mail tells, as they stand when it is sent; in a transaction of the client."""

from __future__ import annotations

from psycopg import Connection

from infringement_dagster.domain.alerts.facts import AlertFacts, ProviderFacts
from infringement_dagster.reporting.alerts.making import thresholds_of
from resources.postgres.alerts import facts_query
from resources.postgres.alerts.facts_query import EventSpan
from resources.postgres.alerts.mail_store import TakenMail
from resources.providers.provider_health import TROUBLES_MAX


def facts_of(c: Connection, client_id: str, mail: TakenMail) -> AlertFacts | None:
    """The facts of the mail; None where nothing is left to tell."""
    span = EventSpan(mail.after_event_no, mail.until_event_no)
    if mail.kind == "digest":
        digest = facts_query.digest_facts(c, client_id, span, mail.since_at, mail.made_at)
        return None if digest.is_empty else digest
    if mail.kind == "priority_cases":
        floor = thresholds_of(c, client_id).notice_ready
        priority = facts_query.priority_facts(c, client_id, span, floor)
        return priority if priority.number else None
    if mail.kind == "failed_scans":
        failed = facts_query.failed_runs(c, client_id, span, facts_query.FAILED)
        return failed if failed.number else None
    assert mail.provider is not None  # a rule of the table
    down = facts_query.searched_and_down(c, client_id, TROUBLES_MAX)
    return ProviderFacts(mail.provider) if mail.provider in down else None
