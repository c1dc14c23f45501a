"""The stack's processes: with their starter they die, without each other they come back."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from infringement_dagster.local.ports import LOOPBACK, free_port
from resources.postgres.server.data_directory import place
from resources.settings import PROJECT_DIR
from tests.cli.test_commands import Commands
from tests.support.processes import command_of

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Up:
    """`infringement up`, with what it printed."""

    process: subprocess.Popen[str]
    commands: Commands
    said: tuple[str, ...]
    notes: Path

    @property
    def ui(self) -> str:
        """The address of Dagster's UI as it was printed, by its number.

        An empty Debian has no file in which libraries look the name up; browsers know it.
        """
        (line,) = [line for line in self.said if line.startswith("Dagster UI")]
        return line.split()[-1].replace("localhost", LOOPBACK)


def start(commands: Commands, notes: Path, *arguments: str) -> subprocess.Popen[str]:
    with notes.open("w") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "infringement_dagster.cli.app", "up", *arguments],
            cwd=PROJECT_DIR,
            env=commands.environment(),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )


def with_free_ports() -> tuple[str, ...]:
    return ("--port", str(free_port()), "--api-port", str(free_port()))


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    commands, notes, said = Commands(tmp_path / "home"), tmp_path / "notes", []
    process = start(commands, notes, *with_free_ports())
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            said.append(line.strip())
            if "Ctrl-C" in line:
                break
        assert said, notes.read_text()
        yield Up(process, commands, tuple(said), notes)
    process.kill()
    process.wait()
    commands.run("db", "destroy", "--yes")


def wait_until(fulfilled: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not fulfilled():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_up_ends(up: Up, number: signal.Signals) -> None:
    family = psutil.Process(up.process.pid).children(recursive=True)
    assert len(family) >= 6  # guards, sandbox, code server, daemon, web server, Postgres
    (sockets,) = {Path(word).parent for item in family for word in sockets_in(item)}
    os.kill(up.process.pid, number)
    up.process.wait(60)
    _, left = psutil.wait_procs(family, timeout=40)
    assert left == []
    assert up.commands.processes() == []
    assert sockets.exists() == (number == signal.SIGKILL)  # nobody is there to remove it


def sockets_in(process: psutil.Process) -> list[str]:
    """The socket that a code server was told to listen at."""
    return [word for word in command_of(process) if word.endswith("code-server.sock")]


def postmaster(up: Up) -> psutil.Process:
    (found,) = [
        process
        for process in psutil.Process(up.process.pid).children(recursive=True)
        if process.name() == "postgres" and "-D" in command_of(process)
    ]
    return found


def test_up_keeps_strangers_out_of_dagster_its_files_to_itself_and_its_database_alive(
    up: Up,
) -> None:
    base = up.ui.partition("/?token=")[0]
    opened = {line.split()[0]: line for line in up.said if "http://" in line}
    assert "http://localhost:" in opened["pages"]  # by the name that the UI links to
    with httpx.Client(follow_redirects=True) as operator:
        assert operator.get(base).status_code == 401
        assert operator.get(up.ui).status_code == 200
        asked = {"query": "query { version }"}
        foreign = {"Origin": "https://evil.example"}
        assert operator.post(f"{base}/graphql", json=asked).status_code == 200
        assert operator.post(f"{base}/graphql", json=asked, headers=foreign).status_code == 403
    assert open_to_others(up.commands.home) == []
    postmaster(up).kill()
    wait_until(lambda: "the embedded PostgreSQL runs again" in up.notes.read_text())
    assert up.commands.json("clients", "list") == []


def open_to_others(home: Path) -> list[Path]:
    """What others may read of the objects, logs and addresses of an installation."""
    ours = [home / item for item in ("objects", "logs", "dagster", "stack.json")]
    server = place(home)
    places = [*ours, server.data_dir, server.socket_dir, server.log_path]
    return [place for place in places if place.lstat().st_mode & stat.S_IRWXO]


def test_up_says_who_holds_a_port_and_starts_nothing(tmp_path: Path) -> None:
    commands, notes = Commands(tmp_path / "home"), tmp_path / "notes"
    with socket.socket() as held:
        held.bind((LOOPBACK, 0))
        held.listen()
        port = str(held.getsockname()[1])
        process = start(commands, notes, "--port", port, "--api-port", str(free_port()))
        said, _ = process.communicate(timeout=120)
    assert (process.returncode, said) == (2, "")
    assert f"port {port}, meant for Dagster's UI, is held by process {os.getpid()}" in (
        notes.read_text()
    )
    assert commands.processes() == []
    assert not place(commands.home).data_dir.exists()
