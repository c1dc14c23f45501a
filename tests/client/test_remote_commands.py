"""`infringement remote` against the API, with no installation of its own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from infringement_dagster.cli.remote.asking import NoAnswer, Refused
from infringement_dagster.reviewing.team_work import set_due_date, set_tags
from resources.postgres.database import Database
from tests.api.case_scene import flag_cases
from tests.client.conftest import Remote


def test_cases_are_listed_decided_and_exported(
    remote: Remote, database: Database, tmp_path: Path
) -> None:
    scene = flag_cases(database, "acme", 4)
    with database.client("acme") as c:
        set_tags(c, "acme", scene.case_ids[0], ["urgent"], "tests", 0)
        set_due_date(c, "acme", scene.case_ids[1], date(2020, 1, 31), "tests", 0)
    for options, place in ((("--tag", "urgent"), 0), (("--overdue",), 1)):
        found = json.loads(remote.run("cases", *options, "--json").stdout)
        assert [case["case_id"] for case in found] == [str(scene.case_ids[place])]
    assert json.loads(remote.run("cases", "--assignee", "me", "--json").stdout) == []
    listed = json.loads(remote.run("cases", "--limit", "2", "--json").stdout)
    assert [case["case_id"] for case in listed] == [str(item) for item in scene.case_ids[:1:-1]]
    case_id = listed[0]["case_id"]
    assert case_id in remote.run("cases").stdout
    decided = remote.run("decide", case_id, "infringing", "--reason", "copied photo")
    assert decided.exit_code == 0
    assert "infringing" in decided.stdout
    assert case_id not in remote.run("cases", "--state", "open").stdout
    assert remote.run("export", str(tmp_path / "all.csv")).exit_code == 0
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 5
    assert json.loads(remote.run("scans", "--json").stdout)[0]["scan_id"] == str(scene.scan_id)


def test_a_refusal_and_an_absent_api_are_one_line(remote: Remote) -> None:
    refused = remote.run("scan", "--provider", "walmart")
    assert isinstance(refused.exception, Refused)
    assert "Save a config first." in str(refused.exception)
    remote.environment["INFRINGEMENT_API"] = "http://127.0.0.1:9"
    absent = remote.run("cases")
    assert isinstance(absent.exception, NoAnswer)
    assert "127.0.0.1:9 did not answer" in str(absent.exception)
    del remote.environment["INFRINGEMENT_API_KEY"]
    missing = remote.run("cases")
    assert missing.exit_code == 2
    assert "INFRINGEMENT_API_KEY" in missing.output
