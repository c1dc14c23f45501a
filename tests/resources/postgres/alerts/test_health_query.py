"""Questions about the health of the installation read no more than they count."""

from __future__ import annotations

import pytest

from resources.postgres.alerts.health_query import BACKLOGS, MAIL_BACKLOGS, backlogs
from resources.postgres.database import Database


@pytest.mark.parametrize(
    "name", [name for name, query in BACKLOGS.items() if "FROM client_schedules" not in query]
)
def test_a_look_at_what_is_stuck_reads_it_by_an_index(database: Database, name: str) -> None:
    """A year of 400 clients is a million runs and more messages, of which a few are stuck."""
    with database.admission() as c:
        c.execute("SET LOCAL enable_seqscan = off")
        plan = c.execute(b"EXPLAIN " + BACKLOGS[name].encode(), {"minutes": 5}).fetchall()
    told = "\n".join(str(line) for (line,) in plan)
    for table in ("runs", "background_jobs", "webhook_deliveries", "alert_mails"):
        assert f"Seq Scan on {table}" not in told


def test_an_installation_without_work_has_no_backlog(database: Database) -> None:
    with database.admission() as c:
        found = backlogs(c, BACKLOGS)
    with database.identity() as c:
        found |= backlogs(c, MAIL_BACKLOGS)
    assert {one.number for one in found.values()} == {0}
