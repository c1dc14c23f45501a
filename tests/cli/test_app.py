"""The command line as a whole: its table of commands, what it costs, completion."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infringement_dagster.cli.app import COMMANDS, app, loaded
from resources.postgres.server.embedded import EmbeddedPostgres
from resources.settings import PROJECT_DIR

COMMAND = ("-m", "infringement_dagster.cli.app")
# What a command that reads the database cannot do without; 0.4 CPU seconds on an idle machine.
LIBRARIES = "import psycopg, typer, rich.console, pydantic_settings, psutil"
HELP_SHARE_MAX, CASES_SHARE_MAX = 1.2, 2.5  # of that; importing Dagster alone takes 2 to 2.5


@pytest.mark.parametrize("name", COMMANDS)
def test_a_line_of_the_help_is_what_the_command_says_of_itself(name: str) -> None:
    command = loaded(name)
    assert " ".join((command.help or "").partition("\n\n")[0].split()) == COMMANDS[name].told


def help_of(name: str) -> str:
    return CliRunner().invoke(app, [name, "--help"]).output


def test_the_help_tells_each_command_in_full_and_the_version() -> None:
    said = CliRunner().invoke(app, ["--help"]).output
    words = " ".join(said.split())
    assert [name for name, row in COMMANDS.items() if f" {name} {row.told}" not in words] == []
    assert CliRunner().invoke(app, ["--version"]).output.startswith("infringement ")


def test_only_the_program_offers_completion_of_itself() -> None:
    offered = {name for name in COMMANDS if "--install-completion" in help_of(name)}
    assert offered == set()
    assert "--install-completion" in CliRunner().invoke(app, ["--help"]).output


def test_a_misspelt_command_is_guessed() -> None:
    done = CliRunner().invoke(app, ["scan"])
    assert done.exit_code == 2
    assert "scans" in done.output


def test_a_shell_completes_commands_of_commands() -> None:
    asked = {"_INFRINGEMENT_COMPLETE": "complete_bash", "COMP_WORDS": "infringement scans l"}
    done = subprocess.run(
        [Path(sys.executable).with_name("infringement")],
        env=os.environ | asked | {"COMP_CWORD": "2"},
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT_DIR,
    )
    assert done.stdout.split() == ["list"]


def cpu_seconds(environment: dict[str, str], *command: str) -> float:
    """The least of three calls: on a machine that is busy the others count waiting, too."""
    taken = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *command],
            env=os.environ | environment,
            capture_output=True,
            check=True,
            cwd=PROJECT_DIR,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


def test_the_help_costs_no_more_than_its_libraries() -> None:
    bare = cpu_seconds({}, "-c", LIBRARIES)
    assert cpu_seconds({}, *COMMAND, "--help") <= HELP_SHARE_MAX * bare


def test_cases_are_listed_at_little_more_than_the_libraries_cost(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with EmbeddedPostgres(home) as server:  # held, as by a stack that runs
        environment = {"INFRINGEMENT_HOME": str(home)}
        bare = cpu_seconds(environment, "-c", LIBRARIES)
        listed = cpu_seconds(environment, *COMMAND, "cases", "list", "--json")
        assert listed <= CASES_SHARE_MAX * bare
        server.destroy()
