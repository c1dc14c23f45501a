"""`infringement notices submit`, on the database of the test."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from infringement_dagster.cli.cases import notices as command
from infringement_dagster.notices.vero import CannotSubmit
from resources.postgres.cases.acting import submission_store
from resources.postgres.database import Database
from tests.support.vero_scene import COUNTERFEIT, draft_for_items, ebay_server


@pytest.fixture(autouse=True)
def opened(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "open_database", lambda _settings: nullcontext(database))


def test_a_notice_goes_only_with_a_reason_and_the_declarations_made(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (notice_id,) = draft_for_items(database, "acme", ["123456789012"])
    with pytest.raises(CannotSubmit, match="EBAY_VERO_CLIENT_ID"):
        command.submit("acme", notice_id, COUNTERFEIT, confirm=True)
    with ebay_server() as ebay:
        monkeypatch.setenv("INFRINGEMENT_SANDBOX_URL", ebay.url)
        command.submit("acme", notice_id, COUNTERFEIT, confirm=False)
        told = capsys.readouterr()
        assert f"{COUNTERFEIT}  Item is a counterfeit" in told.out
        assert "penalty of perjury" in told.out + told.err
        with database.client("acme") as c:
            assert submission_store.submissions_of(c, "acme", notice_id) == []
        command.submit("acme", notice_id, COUNTERFEIT, confirm=True)
    with database.client("acme") as c:
        (row,) = submission_store.submissions_of(c, "acme", notice_id)
    assert (row.state, row.reason_code, row.asked_by) == ("waiting", COUNTERFEIT, "command line")
