"""A PostgreSQL server of our own for a state directory, when nobody gives us one.

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
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from pydantic import SecretStr

from resources.postgres.database import DatabaseUrls
from resources.postgres.server import roles
from resources.postgres.server.data_directory import (
    EmbeddedPostgresError,
    binaries,
    make_private,
    place,
    prepare,
    remove,
)
from resources.processes.file_locks import becomes_exclusive, lock, locked
from resources.processes.guarded import GuardedProcess, is_running, kill_all_inside, start_guarded
from resources.settings import Settings

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
            admin=self.admin_url,
            owner=self.url_for(database, roles.OWNER),
            app=self.url_for(database, roles.APP),
            admission=self.url_for(database, roles.ADMISSION),
            dagster=self.url_for(roles.DAGSTER_DATABASE, roles.OWNER),
            identity=self.url_for(database, roles.IDENTITY),
            housekeeping=self.url_for(database, roles.HOUSEKEEPING),
        )

    def start(self) -> None:
        """Guarantees a server that answers, and that it stays until we stop or die.

        Also repairs what a killed server left behind. Raises EmbeddedPostgresError, and then holds
        nothing.
        """
        try:
            if self._hold is None:
                self._hold = lock(self._place.holders_path, fcntl.LOCK_SH)
            with locked(self._place.start_lock_path):
                self._until_it_answers()
        except BaseException as error:
            self.stop()
            if not isinstance(error, PermissionError):
                raise
            raise EmbeddedPostgresError(
                f"{error}: another user made the server at {self._place.home}; work as that user "
                "or with another state directory"
            ) from error

    def is_running(self) -> bool:
        """True while the server's first process lives, whoever started it."""
        return self._postmaster() is not None

    def stop(self) -> None:
        """Lets go of the server; it is gone on return unless another process holds it."""
        if self._hold is None:
            return
        last = becomes_exclusive(self._hold)
        if last:  # whoever comes now waits until we close the lock
            self._stop_postmaster()
        if self._process and last:
            self._process.stop()
        elif self._process:
            self._process.release()
        os.close(self._hold)
        self._hold = self._process = None

    def destroy(self) -> None:
        """Guarantees that server, data and directories are gone.

        Raises EmbeddedPostgresError while another process holds the server.
        """
        self.stop()
        hold = lock(self._place.holders_path, fcntl.LOCK_SH)
        try:
            if not becomes_exclusive(hold):
                raise EmbeddedPostgresError(
                    f"the server at {self._place.home} is in use; stop the processes that use it"
                )
            self._stop_postmaster()
            remove(self._place)
        finally:
            os.close(hold)

    def _until_it_answers(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        launched = False
        # A server that answers is ours even where its process cannot be seen (another container).
        while reason := self._no_answer_because():
            if not self._something_runs():
                if launched:
                    raise EmbeddedPostgresError(f"PostgreSQL stopped at once: {self._log_tail()}")
                self._launch()
                launched = True
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(
                    f"PostgreSQL does not answer within {START_TIMEOUT_SECONDS:g} s ({reason}): "
                    + self._log_tail()
                )
            time.sleep(0.02)

    def _something_runs(self) -> bool:
        guard_runs = self._process is not None and self._process.poll() is None
        return guard_runs or self._postmaster() is not None

    def _launch(self) -> None:
        prepare(self._place)
        programs = binaries(self._place)
        if self._place.data_dir.exists():
            self._clear_what_a_crash_left()
        else:
            self._make_cluster(programs)
        if self._process:  # of a server that is gone
            self._process.stop()
        settings = ["listen_addresses=", f"max_connections={MAX_CONNECTIONS}"]
        settings += () if self._durable else NOT_DURABLE
        self._process = self._start_program(
            [
                str(programs / "postgres"),
                *("-D", str(self._place.data_dir)),
                *("-k", str(self._place.socket_dir)),
                *("-p", str(PORT)),
                *(word for setting in settings for word in ("-c", setting)),
            ],
            self._place.holders_path,
        )

    def _make_cluster(self, programs: Path) -> None:
        unfinished = self._place.unfinished_dir
        shutil.rmtree(unfinished, ignore_errors=True)
        make_private(unfinished, self._place.user_ids)
        # Sorting by code point keeps indexes valid when the C library changes.
        locale = ["--locale=C.UTF-8"]
        if sys.platform == "darwin":
            locale = ["--locale=C", "--lc-ctype=en_US.UTF-8"]
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", *locale]
        argv = [str(programs / "initdb"), "-D", str(unfinished), *options]
        with self._start_program(argv) as run:
            if run.wait():
                raise EmbeddedPostgresError(f"initdb failed: {self._log_tail()}")
        unfinished.rename(self._place.data_dir)

    def _start_program(self, argv: list[str], holders_path: Path | None = None) -> GuardedProcess:
        # Without PGDATA, PGPORT and the like, which would point the programs elsewhere.
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_MESSAGES": "C"}
        return start_guarded(
            argv,
            env=environment,
            cwd=self._place.home,
            log_path=self._place.log_path,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, writes a checkpoint
            grace_seconds=STOP_TIMEOUT_SECONDS,
            user_ids=self._place.user_ids,
            holders_path=holders_path,
        )

    def _postmaster(self) -> int | None:
        """The process number of a living server of ours, not that of a recycled number."""
        try:
            lines = (self._place.data_dir / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return pid if is_running(pid, str(self._place.data_dir)) else None

    def _clear_what_a_crash_left(self) -> None:
        # Sessions may outlive a killed server for a moment; the lock file is what keeps another
        # server from writing beside them, so they go first.
        kill_all_inside(self._place.data_dir, "postgres")
        (self._place.data_dir / "postmaster.pid").unlink(missing_ok=True)
        (self._place.socket_dir / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _no_answer_because(self) -> str:
        """Why the server does not accept a connection; empty when it does."""
        try:
            psycopg.connect(self.admin_url, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            return str(error).strip()
        return ""

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


@contextmanager
def embedded_or_external(settings: Settings) -> Iterator[DatabaseUrls]:
    """The URLs of the server that `DATABASE_URL` names, else of the embedded one, held meanwhile.

    Raises EmbeddedPostgresError, BadSetting and BadDatabaseUrl.
    """
    settings.made_state_dir()
    if settings.database_url is None:
        with EmbeddedPostgres(settings.state_dir) as server:
            yield server.urls()
        return
    yield external_urls(settings, settings.database_url)


def external_urls(settings: Settings, admin_url: SecretStr) -> DatabaseUrls:
    """The URLs on the server of `DATABASE_URL`, those of single roles overridden where set."""
    return roles.external_urls(
        admin_url.get_secret_value(),
        app_url=_revealed(settings.database_app_url),
        admission_url=_revealed(settings.database_admission_url),
        dagster_url=_revealed(settings.dagster_database_url),
        identity_url=_revealed(settings.database_identity_url),
        housekeeping_url=_revealed(settings.database_housekeeping_url),
    )


def _revealed(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
