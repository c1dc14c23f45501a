"""A PostgreSQL server of our own for a state directory, when nobody gives us one.

Belongs here: starting, sharing, stopping and destroying that server. Not here: where its files are
(`placement.py`), its roles and schema (`roles.py`, `upgrade.py`).

The server lives as long as any process that called `start()`: each holds a shared flock, whoever
leaves last stops it, and its guard stops it when the holders die. Whoever comes in the meantime
attaches. It listens on a Unix socket only, in a directory that only its user may enter, so every
login is trusted.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from resources.postgres import roles
from resources.postgres.database import DatabaseUrls
from resources.postgres.placement import (
    EmbeddedPostgresError,
    binaries,
    place,
    prepare,
)
from resources.processes import (
    GuardedProcess,
    is_running,
    kill_all_inside,
    start_guarded,
)

PORT = 5432  # names the socket file, nothing listens on a network
START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 30.0
MAX_CONNECTIONS = 200
# Fit for tests only: a crash of the machine may leave a broken cluster.
NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class EmbeddedPostgres:
    """The server of one state directory; its context starts it and lets go of it."""

    def __init__(self, state_dir: Path, *, durable: bool = True) -> None:
        self._place = place(state_dir)
        self._durable = durable
        self._hold: int | None = None
        self._process: GuardedProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def admin_url(self) -> str:
        """The superuser's URL, for making roles and databases only."""
        return self.url_for(roles.MAINTENANCE_DATABASE, "postgres")

    def url_for(self, database: str, role: str) -> str:
        """The URL with which the role reaches the database."""
        host = quote(str(self._place.socket_dir), safe="")
        return f"postgresql://{role}@/{quote(database, safe='')}?host={host}&port={PORT}"

    def urls(self, database: str = roles.APP_DATABASE) -> DatabaseUrls:
        """The URLs of all roles for one database of this server."""
        return DatabaseUrls(
            owner=self.url_for(database, roles.OWNER),
            app=self.url_for(database, roles.APP),
            admission=self.url_for(database, roles.ADMISSION),
            dagster=self.url_for(roles.DAGSTER_DATABASE, roles.OWNER),
        )

    def start(self) -> None:
        """Guarantees a server that answers, and that it stays until we stop or die.

        Also repairs what a killed server left behind. Raises EmbeddedPostgresError.
        """
        self._place.home.mkdir(parents=True, exist_ok=True)
        if self._hold is None:
            self._hold = _lock(self._place.holders_path, fcntl.LOCK_SH)
        with _locked(self._place.start_lock_path):
            if self._postmaster() is None:
                self._launch()
            self._wait_until_it_answers()

    def stop(self) -> None:
        """Lets go of the server; it is gone on return unless another process holds it."""
        if self._hold is None:
            return
        try:
            fcntl.flock(self._hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if self._process:
                self._process.release()
        else:  # we are the last, and whoever comes now waits for the lock
            self._stop_postmaster()
            if self._process:
                self._process.stop()
        os.close(self._hold)
        self._hold = self._process = None

    def destroy(self) -> None:
        """Guarantees that server, data and directories are gone.

        Raises EmbeddedPostgresError while another process holds the server.
        """
        self.stop()
        if not self._place.home.exists():
            return
        lock = _lock(self._place.holders_path, fcntl.LOCK_SH)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._stop_postmaster()
            shutil.rmtree(self._place.home)
            shutil.rmtree(self._place.socket_dir, ignore_errors=True)
        except BlockingIOError as error:
            raise EmbeddedPostgresError(
                f"the server at {self._place.home} is in use; stop the processes that use it first"
            ) from error
        finally:
            os.close(lock)

    def _launch(self) -> None:
        prepare(self._place)
        programs = binaries(self._place)
        self._clear_what_a_crash_left()
        if not (self._place.data_dir / "PG_VERSION").exists():
            self._init_cluster(programs)
        settings = [
            "listen_addresses=",
            f"max_connections={MAX_CONNECTIONS}",
            *(() if self._durable else NOT_DURABLE),
        ]
        if self._process:
            self._process.stop()
        self._process = start_guarded(
            [
                str(programs / "postgres"),
                *("-D", str(self._place.data_dir)),
                *("-k", str(self._place.socket_dir)),
                *("-p", str(PORT)),
                *(word for setting in settings for word in ("-c", setting)),
            ],
            env=_clean_environment(),
            cwd=self._place.home,
            log_path=self._place.log_path,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
            grace_seconds=STOP_TIMEOUT_SECONDS,
            user_ids=self._place.user_ids,
            holders_path=self._place.holders_path,
        )

    def _init_cluster(self, programs: Path) -> None:
        # A collation that sorts by code point, so that indexes survive a change of the C library.
        locale = ["--locale=C.UTF-8"]
        if sys.platform == "darwin":
            locale = ["--locale=C", "--lc-ctype=en_US.UTF-8"]
        shutil.rmtree(self._place.data_dir)  # whatever an interrupted initdb left
        prepare(self._place)
        user, group = self._place.user_ids or (None, None)
        done = subprocess.run(  # noqa: S603 - constant arguments, no shell
            [
                programs / "initdb",
                *("-D", self._place.data_dir),
                *("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", *locale),
            ],
            check=False,
            capture_output=True,
            text=True,
            env=_clean_environment(),
            cwd=self._place.home,
            user=user,
            group=group,
            extra_groups=None if user is None else [],
        )
        if done.returncode:
            shutil.rmtree(self._place.data_dir)
            raise EmbeddedPostgresError(f"initdb failed: {done.stdout[-500:]}{done.stderr[-1500:]}")

    def _postmaster(self) -> int | None:
        """The process number of a living server of ours, not that of a recycled number."""
        try:
            lines = (self._place.data_dir / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return pid if is_running(pid, str(self._place.data_dir)) else None

    def _clear_what_a_crash_left(self) -> None:
        # Sessions may outlive a killed server for a moment; the lock file is what keeps a new one
        # from writing beside them, so they go first.
        kill_all_inside(self._place.data_dir)
        (self._place.data_dir / "postmaster.pid").unlink(missing_ok=True)
        (self._place.socket_dir / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            try:
                psycopg.connect(self.admin_url, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if self._process and self._process.poll() is not None:
                    problem = "stopped at once"
                elif time.monotonic() > deadline:
                    problem = f"does not answer within {START_TIMEOUT_SECONDS:g} s ({error})"
                else:
                    time.sleep(0.02)
                    continue
                raise EmbeddedPostgresError(f"PostgreSQL {problem}: {self._log_tail()}") from error
            return

    def _log_tail(self) -> str:
        try:
            tail = self._place.log_path.read_text(errors="replace")[-1500:]
        except FileNotFoundError:
            tail = "(empty)"
        return f"{self._place.log_path} ends with\n{tail}"

    def _stop_postmaster(self) -> None:
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
            pid = self._postmaster()
            if pid is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            while is_running(pid, str(self._place.data_dir)) and time.monotonic() < deadline:
                time.sleep(0.01)


def _clean_environment() -> dict[str, str]:
    """Without PGDATA, PGPORT and the like, which would point the programs elsewhere."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_MESSAGES": "C"}


def _lock(path: Path, kind: int) -> int:
    """A descriptor with the lock on the file that bears this name now, not on a deleted one."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, kind)
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(descriptor).st_ino == path.stat().st_ino:
                return descriptor
        os.close(descriptor)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    descriptor = _lock(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)
