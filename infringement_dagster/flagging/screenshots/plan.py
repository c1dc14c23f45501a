"""Whether a screenshot of a case's page may be taken, at what cost, and which there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from infringement_dagster.clients.configs import load_client_config
from infringement_dagster.domain.client import ClientConfig
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.evidence.screenshot import (
    FACTS_KINDS,
    ShownScreenshot,
    shown_screenshot,
)
from resources.objects.store import ObjectStore
from resources.postgres.cases import case_lists, chain_store, evidence_store
from resources.postgres.cases.case_lists import CaseSummaryRow
from resources.postgres.cases.case_store import UnknownCase
from resources.postgres.cases.records import EvidenceRow
from resources.text import clean_url


class NoScreenshots(PermanentError):
    """No screenshot can be taken of this case's page; the message says why."""

    problem = ProblemKind(
        409,
        "no-screenshot",
        "No screenshot can be taken",
        "Set screenshot_credits_max in the config, or wait for a scan that finds the listing.",
    )


@dataclass(frozen=True, slots=True)
class ScreenshotPlan:
    """The screenshot of a case's page that may be taken now, and what it may cost."""

    case: CaseSummaryRow
    config: ClientConfig
    is_taken: bool  # of what the last scan saw, already

    @property
    def credits_most(self) -> int:
        """The most that it may cost."""
        return self.config.screenshot_credits_max


def plan_screenshot(c: Connection, client_id: str, case_id: UUID) -> ScreenshotPlan:
    """The screenshot as it may be taken now; raises UnknownCase and NoScreenshots."""
    case = case_lists.get_case(c, client_id, case_id)
    if case is None:
        raise UnknownCase(f"client {client_id} has no case {case_id}; list its cases for their ids")
    config = load_client_config(c, client_id)
    if not config.screenshot_credits_max:
        raise NoScreenshots(
            f"client {client_id}: its config allows no credits for screenshots of listings' pages"
        )
    if clean_url(case.url) is None:
        raise NoScreenshots(f"client {client_id}: the listing of case {case_id} has no web address")
    if not chain_store.links_of_case(c, client_id, case_id):
        raise NoScreenshots(
            f"client {client_id}: nothing is frozen of case {case_id} yet, to which a screenshot "
            "could be added"
        )
    copies = evidence_store.evidence_of(c, client_id, case_id)
    return ScreenshotPlan(case, config, _is_taken(case.scan_id, copies))


def screenshot_credits(
    c: Connection, client_id: str, scan_id: UUID, copies: Sequence[EvidenceRow]
) -> int:
    """The most that a screenshot would cost; 0 where none may be taken.

    `copies` are the case's evidence, `scan_id` the scan that saw its listing last.
    """
    if _is_taken(scan_id, copies) or not any(copy.kind == "manifest" for copy in copies):
        return 0
    try:
        return load_client_config(c, client_id).screenshot_credits_max
    except PermanentError:
        return 0  # a config that no longer holds keeps nobody from the evidence


def newest_shown(objects: ObjectStore, copies: Sequence[EvidenceRow]) -> ShownScreenshot | None:
    """The newest screenshot among the copies, else why there is none; None: nobody asked."""
    told = [copy for copy in copies if copy.kind in FACTS_KINDS]
    taken = [copy for copy in told if copy.kind == "screenshot_facts"]
    newest = next(reversed(taken or told), None)
    return None if newest is None else shown_screenshot(objects.get(newest.object_key))


def _is_taken(scan_id: UUID, copies: Sequence[EvidenceRow]) -> bool:
    return any(copy.kind == "screenshot_facts" and copy.scan_id == scan_id for copy in copies)
