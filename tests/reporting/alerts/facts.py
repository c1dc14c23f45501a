"""Made-up facts of a client, for tests of the words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from infringement_dagster.domain.alerts.facts import (
    CaseFacts,
    CreditUse,
    DigestFacts,
    FailedRun,
)
from infringement_dagster.reporting.alerts.content import Ending
from infringement_dagster.reporting.alerts.words import Reader, reason_of
from resources.settings import PageLinks

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
PAGES = "https://pages.example"
NASTY = "<img src=https://x.example/a.png onerror=alert(1)> & Co"
READER = Reader("acme", "Acme & Sons", PageLinks(PAGES), ZoneInfo("Europe/Berlin"))
ENDING = Ending(
    reason_of("digest", READER), f"{PAGES}/unsubscribe/x", f"{PAGES}/clients/acme/alerts"
)


def a_case(number: int, title: str = "Bottle", probability: float = 0.97) -> CaseFacts:
    price = Decimal("9.90")
    return CaseFacts(
        UUID(int=number),
        "ebay",
        title,
        price,
        price,
        "EUR",
        NASTY,
        probability,
        "stolen_photo",
        NOON - timedelta(days=number),
    )


def a_digest(**changes: object) -> DigestFacts:
    """A digest of a full day, but for the changes."""
    facts: dict[str, object] = {
        "since": NOON - timedelta(days=1),
        "until": NOON,
        "new_cases": 12,
        "best": (a_case(1, NASTY), a_case(2, "x" * 4000), a_case(3)),
        "open_cases": 1243,
        "decided": {"infringing": 3, "unsure": 1},
        "removed": 2,
        "waiting": (a_case(9),),
        "failed_runs": 2,
        "failed": (FailedRun("amazon", UUID(int=5), "no credits are left", NOON),),
        "credits": (CreditUse("today", 125, 1000), CreditUse("this month", 3125, None)),
    }
    return DigestFacts(**facts | changes)  # type: ignore[arg-type]


NOTHING = a_digest(
    new_cases=0,
    best=(),
    open_cases=0,
    decided={},
    removed=0,
    waiting=(),
    failed_runs=0,
    failed=(),
)
