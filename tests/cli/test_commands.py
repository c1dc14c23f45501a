"""The `infringement` command as a person runs it, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from resources.providers.sandbox.demo import demo_clients
from resources.settings import PROJECT_DIR


@dataclass(frozen=True)
class Commands:
    """Commands on one installation of the test's own."""

    home: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "infringement_dagster.cli.app", *arguments],
            cwd=PROJECT_DIR,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def json(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def environment(self) -> dict[str, str]:
        others = ("SCRAPERAPI", "DATABASE", "EVIDENCE")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(others)}
        return kept | {"INFRINGEMENT_HOME": str(self.home)}

    def processes(self) -> list[str]:
        """Command lines of living processes that belong to this installation."""
        lines = (" ".join(item.info["cmdline"] or []) for item in psutil.process_iter(["cmdline"]))
        return [line for line in lines if str(self.home) in line]


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    home = tmp_path_factory.mktemp("home")
    made = Commands(home)
    yield made
    assert made.run("db", "destroy", "--yes").returncode == 0


@pytest.fixture(scope="module")
def client_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("client")
    client = demo_clients()[0]
    config = dict(client.config)
    searches = config["searches"]
    assert isinstance(searches, dict)
    config["searches"] = {"ebay": searches["ebay"]}
    (folder / "config.json").write_text(json.dumps(config))
    photos = folder / "photos"
    photos.mkdir()
    for name, content in client.reference_photos.items():
        (photos / name).write_bytes(content)
    return folder / "config.json", photos


def test_a_client_is_added_shown_scanned_and_its_cases_listed(
    commands: Commands, client_files: tuple[Path, Path]
) -> None:
    config, photos = client_files
    added = commands.run(
        "clients",
        "add",
        "acme",
        "--name",
        "Acme",
        "--config",
        str(config),
        "--reference",
        str(photos),
    )
    assert added.returncode == 0, added.stderr
    assert [row["client_id"] for row in commands.json("clients", "list")] == ["acme"]
    assert commands.json("clients", "show", "acme")["config_version"] == 1

    scan = commands.json("scans", "start", "acme", "--provider", "ebay")
    assert (scan["state"], scan["source"]) == ("succeeded", "sandbox")
    assert [item["scan_id"] for item in commands.json("scans", "list", "acme")] == [scan["scan_id"]]
    cases = commands.json("cases", "list", "--client", "acme")
    assert len(cases) == scan["runs"][0]["counts"]["flagged_cases"]["stored"] > 0
    assert all(case["probability"] >= 0.5 and case["photo_url"] for case in cases)
    check_evidence_and_notices(commands, cases[0]["case_id"])
    decided = commands.json("cases", "decide", "acme", cases[-1]["case_id"], "infringing")
    assert (decided["state"], decided["decision"], decided["version"]) == (
        "decided",
        "infringing",
        2,
    )
    assert commands.processes() == []


def check_evidence_and_notices(commands: Commands, case_id: str) -> None:
    bundle = commands.home / "case.zip"
    exported = commands.run("evidence", "export", "acme", case_id, "--output", str(bundle))
    assert exported.returncode == 0, exported.stderr
    assert commands.run("evidence", "verify", str(bundle)).stdout.startswith(f"{bundle}: intact")
    chain = commands.run("evidence", "verify", "--client", "acme")
    assert chain.returncode == 0, chain.stdout + chain.stderr
    notice = commands.json("notices", "draft", "acme", case_id, "dmca")
    assert notice["state"] == "held"
    assert notice["holds"][0]["reason"] == "not_decided_infringing"
    assert commands.json("notices", "list", "acme", case_id) == [notice]
    refused = commands.run("notices", "sent", "acme", notice["notice_id"])
    assert refused.returncode == 2
    assert "the notice is held" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scans", "start", "nobody"], "nobody"),
        (["clients", "show", "nobody"], "nobody"),
        (["cases", "list", "--client", "nobody"], "nobody"),
        (["clients", "add", "acme2", "--config", "no-such-file.json"], "no-such-file.json"),
        (["clients", "add", "Not A Slug", "--config", "{config}"], "Not A Slug"),
    ],
)
def test_an_error_is_one_clear_line_and_exit_code_2(
    commands: Commands, client_files: tuple[Path, Path], arguments: list[str], message: str
) -> None:
    done = commands.run(*[part.format(config=client_files[0]) for part in arguments])
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert message in errors[0]
