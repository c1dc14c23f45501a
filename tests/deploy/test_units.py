"""The units for systemd start what there is, with settings that are read."""

from __future__ import annotations

import configparser
import importlib.util
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from resources.settings import PROJECT_DIR
from tests.deploy.named_settings import named_in, settings_read

UNITS = PROJECT_DIR / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))


def unit(path: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(path.read_text())
    return read


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_unit_starts_something_of_ours_with_few_rights(path: Path) -> None:
    service = unit(path)["Service"]
    command = shlex.split(service["ExecStart"])
    assert command[0].startswith("/opt/infringement/.venv/bin/")
    if command[1] == "-m":
        assert importlib.util.find_spec(command[2]) is not None
    else:
        assert (command[0].rsplit("/", 1)[1], command[1:]) == ("infringement", ["db", "upgrade"])
    assert service["User"] == "infringement"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["EnvironmentFile"] == "/etc/infringement/infringement.env"


def test_the_target_wants_units_that_are_there() -> None:
    wanted = unit(UNITS / "infringement.target")["Unit"]["Wants"].split()
    there = {path.name for path in UNITS.glob("*.service")}
    assert {re.sub(r"@\w+", "@", name) for name in wanted} <= there
    assert len(wanted) == 5


def test_the_environment_holds_settings_that_are_read() -> None:
    named = named_in((UNITS / "infringement.env.example").read_text())
    assert named - settings_read() == set()
    assert {"DATABASE_URL", "OBJECT_STORE_URL", "EVIDENCE_SIGNING_KEY"} <= named


def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed here, so the units are NOT checked by it")
    for path in (*SERVICES, UNITS / "infringement.target"):
        # Programs and users of a real machine are not here; all else must be right.
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(), flags=re.M)
        (tmp_path / path.name).write_text(re.sub(r"^(User|Group)=.*\n", "", text, flags=re.M))
    names = [re.sub("@", "@8000", path.name) for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(
        [analyze, "verify", "--man=no", *names],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    said = [line for line in done.stderr.splitlines() if "infringement" in line]
    assert said == []
