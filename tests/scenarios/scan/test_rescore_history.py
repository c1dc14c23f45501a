"""A config applied to every listing that a kept snapshot shows, whichever scan saw it."""

from __future__ import annotations

from typing import Any

import pytest

from infringement_dagster.domain.scan import Over
from infringement_dagster.scans.lease import RESCORE_ORDER
from infringement_dagster.scans.request import ReusedIdempotencyKey, request_rescore
from tests.scenarios.scan.test_rescore import CLIENT, PROVIDER, cases_by_state
from tests.support.installation import Installation, demo_client
from tests.support.onboarding import save_config
from tests.support.stored import scores_of_scan

FEW: dict[str, Any] = {"searches": {PROVIDER: {"queries": ["kelvarra"], "pages_max": 1}}}
NOBODY = {"thresholds": {"review": 0.9999, "notice_ready": 0.99999}}


def saved(installed: Installation, changes: dict[str, Any]) -> None:
    none_drawn = {"sampling": {"share": 0, "least": 0}}
    document = {**demo_client(CLIENT).config, **none_drawn, **changes}
    save_config(installed.database, CLIENT, document, "tests")


def rescored(installed: Installation, over: Over) -> set[str]:
    """The listings that a re-score by the newest config scores."""
    with installed.database.client(CLIENT) as c:
        asked = request_rescore(c, CLIENT, "tests", over=over)
        assert asked.over_history == (over == "all_history")
    result = installed.execute(asked, PROVIDER, RESCORE_ORDER)
    assert result.success
    with installed.database.client(CLIENT) as c:
        return set(scores_of_scan(c, CLIENT, asked.scan_id, PROVIDER))


def test_a_config_is_applied_to_what_any_scan_saw(kelvarra: Installation) -> None:
    saved(kelvarra, {})
    kelvarra.execute(kelvarra.request(CLIENT, PROVIDER), PROVIDER)
    saved(kelvarra, FEW)
    kelvarra.execute(kelvarra.request(CLIENT, PROVIDER), PROVIDER)
    flagged = cases_by_state(kelvarra)["open"]

    saved(kelvarra, FEW | NOBODY)
    last = rescored(kelvarra, "last_scans")
    left = cases_by_state(kelvarra)["open"]
    assert left - last  # flagged by the first scan, and not seen by the second
    everything = rescored(kelvarra, "all_history")
    assert last < everything
    assert flagged <= everything
    assert not cases_by_state(kelvarra)["open"]

    saved(kelvarra, FEW)
    rescored(kelvarra, "all_history")
    assert cases_by_state(kelvarra)["open"] == flagged


def test_a_key_that_asked_for_the_last_scans_asks_for_nothing_else(
    kelvarra: Installation,
) -> None:
    kelvarra.execute(kelvarra.request(CLIENT, PROVIDER), PROVIDER)
    with kelvarra.database.client(CLIENT) as c:
        first = request_rescore(c, CLIENT, "tests", "key", "all_history")
        assert request_rescore(c, CLIENT, "tests", "key", "all_history") == first
        with pytest.raises(ReusedIdempotencyKey):
            request_rescore(c, CLIENT, "tests", "key")
