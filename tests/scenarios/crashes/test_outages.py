"""What becomes of a scan when what Dagster itself works with breaks for a moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from tests.support.lively import Lively

pytestmark = pytest.mark.timeout(180)

# The server ends the connection of the run's process once, in the middle of Dagster's own write.
_BREAK = """
    CREATE SEQUENCE breaks;
    CREATE FUNCTION break_once() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('breaks') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER break_once BEFORE INSERT ON event_logs FOR EACH ROW
        WHEN (NEW.dagster_event_type = 'ASSET_MATERIALIZATION' AND NEW.step_key = 'image_hashes')
        EXECUTE FUNCTION break_once();
"""
_MEND = "DROP TRIGGER break_once ON event_logs; DROP FUNCTION break_once; DROP SEQUENCE breaks"


@contextmanager
def broken_once(stack: Lively) -> Iterator[None]:
    with psycopg.connect(stack.urls.dagster, autocommit=True) as connection:
        connection.execute(_BREAK)
        try:
            yield
            (broken,) = connection.execute("SELECT last_value FROM breaks").fetchone() or (0,)
            assert broken >= 1
        finally:
            connection.execute(_MEND)


def test_a_break_under_dagsters_own_write_is_followed_by_another_try(stack: Lively) -> None:
    stack.add("broken")
    with broken_once(stack):
        ended = stack.end(stack.ask("broken"), 120)
    (run,) = ended.runs
    assert (ended.state, run.attempt, run.error) == ("succeeded", 2, None)
    first = stack.dagster_runs(ended.scan_id)[-1]
    assert first.tags["dagster/failure_reason"] == "STEP_FAILURE"
    asked = [line for line in stack.sandbox_log.read_text().splitlines() if "broken bottle" in line]
    assert len(asked) == run.credits_charged  # no page was asked for again
