from __future__ import annotations

import pytest

from resources.postgres.database import Database
from resources.postgres.scans.installation_query import QUERIES


@pytest.mark.parametrize("name", [name for name, query in QUERIES.items() if "FROM runs" in query])
def test_a_look_at_the_metrics_reads_no_run_that_they_do_not_count(
    database: Database, name: str
) -> None:
    """Of a year's runs those of one day count: without an index each scrape would read all."""
    with database.admission() as c:
        c.execute("SET LOCAL enable_seqscan = off")
        plan = c.execute(b"EXPLAIN " + QUERIES[name].encode()).fetchall()
    told = "\n".join(str(line) for (line,) in plan)
    assert "Seq Scan on runs" not in told
    assert "on runs" in told
    # By a time, not all along the index; the partial ones hold nothing but what waits or runs.
    assert told.count("runs_by_") == told.count("Index Cond")
