from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from api.pages.operators.health_facts import HealthFacts
from api.pages.operators.health_words import parts_of
from resources.postgres.alerts.health_query import (
    BACKLOGS,
    MAIL_BACKLOGS,
    Backlog,
    ClientCount,
    FailedRuns,
)
from resources.postgres.scans.installation_query import Reading

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def test_all_are_counted_of_which_the_lists_name_the_first_only() -> None:
    facts = HealthFacts(
        readings={
            "runs": [],
            "provider_up": [],
            "runs_ended_day": [
                Reading(70, "amazon", "failed"),
                Reading(5, "ebay", "failed"),
                Reading(900, "ebay", "succeeded"),
            ],
            "webhook_deliveries": [Reading(60, "dead"), Reading(8, "pending")],
        },
        backlogs={name: Backlog() for name in (*BACKLOGS, *MAIL_BACKLOGS)},
        late=[],
        failed=[FailedRuns("acme", "amazon", 2, NOW, UUID(int=1), None, "no answer")],
        dead=[ClientCount("acme", 3)],
        credits=[],
        client_limits={},
        provider_limits={},
        runs_max=4,
        store_trouble="",
        tasks_down=[],
        sends_mail=True,
    )
    said = {part.name: part.said for part in parts_of(facts)}
    assert said["Failed runs"] == "In the last 24 hours: 75."
    assert said["Web-hooks"] == "0 messages are late, 60 were given up."
