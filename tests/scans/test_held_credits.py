from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from infringement_dagster.scans.admit_runs import CreditsExhausted, hold_credits
from resources.postgres.database import Database
from resources.postgres.scans import run_store
from resources.postgres.scans.usage_store import put_usage
from tests.resources.postgres.scans.test_admission_store import PLENTY, add, ask, look
from tests.resources.postgres.scans.test_usage_store import request


def admitted(database: Database, credits_per_day: int) -> UUID:
    """A run that holds 10 credits and has started."""
    add(database, "acme", replace(PLENTY, credits_per_day=credits_per_day))
    (scan_id,) = ask(database, "acme")
    look(database)
    with database.client("acme") as c:
        run_store.start_run(c, "acme", scan_id, "amazon", "dagster-1")
    return scan_id


def charge(database: Database, scan_id: UUID, credits: int) -> None:
    with database.client("acme") as c:
        charged = replace(request("amazon", credits), charged_at=datetime.now(UTC))
        put_usage(c, "acme", scan_id, [charged])


def held(database: Database, scan_id: UUID, credits: int) -> int:
    with database.client("acme") as c:
        return hold_credits(c, "acme", scan_id, "amazon", credits)


def test_a_run_holds_what_it_was_admitted_with(database: Database) -> None:
    assert held(database, admitted(database, credits_per_day=10), 10) == 10


def test_a_price_that_rose_is_held_where_the_client_has_as_much(database: Database) -> None:
    assert held(database, admitted(database, credits_per_day=50), 50) == 50


def test_a_price_that_rose_beyond_what_the_client_has_is_refused(database: Database) -> None:
    scan_id = admitted(database, credits_per_day=49)
    with pytest.raises(CreditsExhausted, match=r"may cost 50 credits.*limit 49"):
        held(database, scan_id, 50)
    assert held(database, scan_id, 10) == 10


def test_a_further_attempt_goes_on_with_the_rest_where_the_client_has_no_more(
    database: Database,
) -> None:
    scan_id = admitted(database, credits_per_day=10)
    charge(database, scan_id, 6)  # of pages that are stored
    assert held(database, scan_id, 10) == 4
    assert look(database).waiting == {}
    (waits,) = ask(database, "acme")
    assert [run.scan_id for run in look(database).admitted] != [waits]  # the rest is still held


def test_a_further_attempt_holds_all_anew_where_the_client_has_more(database: Database) -> None:
    scan_id = admitted(database, credits_per_day=16)
    charge(database, scan_id, 6)
    assert held(database, scan_id, 10) == 10
