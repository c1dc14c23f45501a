"""Screenshots: asked for, bounded per client, waited for."""

from __future__ import annotations

from api.access import ClientAccess
from api.backend import Backend
from api.jobs.asking import ask, waited_for
from api.jobs.orders import ScreenshotOrder
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.flagging.screenshots.plan import plan_screenshot
from resources.postgres.clients import job_store
from resources.postgres.clients.audit import record

SCREENSHOTS_A_DAY_MAX = 100  # of one client: each is paid, and adds to its chain of evidence


class TooManyScreenshots(PermanentError):
    """The client asked for as many screenshots within a day as it may."""

    problem = ProblemKind(
        429, "too-many-screenshots", "Too many screenshots", "Try again tomorrow."
    )


def screenshot_taken(backend: Backend, access: ClientAccess, order: ScreenshotOrder) -> None:
    """Guarantees a screenshot of the case's page as evidence, or why there is none; waited for.

    Raises UnknownCase, NoScreenshots, TooManyScreenshots, and Problem where nothing was asked.
    """
    client_id, case_id = access.client_id, order.case_id
    with backend.database.client(client_id) as c:
        plan = plan_screenshot(c, client_id, case_id)
        number = job_store.count_jobs(c, client_id, "screenshot")
        if number >= SCREENSHOTS_A_DAY_MAX:
            raise TooManyScreenshots(
                f"client {client_id} asked for {number} screenshots in the last 24 hours, "
                "which is as many as it may"
            )
        doer = access.principal.doer
        record(c, client_id, doer, "screenshot.asked", str(case_id), credits_most=plan.credits_most)
    job_id = ask(backend, access, order)
    waited_for(backend, client_id, job_id, f"/clients/{client_id}/cases/{case_id}")
