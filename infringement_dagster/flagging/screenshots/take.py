"""Takes a screenshot of a case's page when a person asks for it: once a scan, where it may be.

One that could not be taken is frozen with its reason, so that a bundle says why it has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from infringement_dagster.domain.errors import PermanentError
from infringement_dagster.domain.provider import Marketplace
from infringement_dagster.evidence.screenshot import ScreenshotAsked
from infringement_dagster.flagging.freeze_evidence import SOFTWARE
from infringement_dagster.flagging.screenshots.freeze import ScreenshotFreezing
from infringement_dagster.flagging.screenshots.plan import ScreenshotPlan, plan_screenshot
from infringement_dagster.flagging.screenshots.render import PageRendering
from resources.objects.store import ObjectStore
from resources.postgres.database import Database
from resources.providers.registry import installed


@dataclass(frozen=True, slots=True)
class Screenshots:
    """Takes screenshots of the pages of one client's cases."""

    database: Database
    objects: ObjectStore
    rendering: PageRendering

    def take(self, client_id: str, case_id: UUID) -> None:
        """Guarantees a screenshot of the page as evidence, or the reason why there is none.

        One that is there already of what the last scan saw is not paid again. Raises UnknownCase,
        NoScreenshots and CreditsExhausted.
        """
        with self.database.client(client_id) as c:
            plan = plan_screenshot(c, client_id, case_id)
        if plan.is_taken:
            return
        case = plan.case
        asked = ScreenshotAsked(
            client_id,
            case_id,
            case.provider,
            case.listing_id,
            case.scan_id,
            case.url,
            self.rendering.account.name,
            SOFTWARE,
            datetime.now(UTC),
        )
        outcome = self.rendering.outcome_of(asked, _place(plan), plan.credits_most)
        ScreenshotFreezing(self.database, self.objects).freeze(asked, case.config_version, outcome)


def _place(plan: ScreenshotPlan) -> Marketplace | None:
    """The national site that the client searches, whose visitors see the page."""
    searched = plan.config.searches.get(plan.case.provider)
    if searched is None:
        return None
    try:
        described = installed().description(plan.case.provider, searched.vendor)
        return described.marketplace(searched.marketplace)
    except PermanentError:
        return None  # a provider that was taken away keeps nobody from a screenshot
