"""Starts and stops the processes of a local installation, none of which outlives its starter."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from infringement_dagster.domain.errors import PermanentError, TransientError
from infringement_dagster.engine.celery.local import LocalEngine
from infringement_dagster.local.supervision import KeptAlive
from resources.postgres.database import DatabaseUrls
from resources.processes.guarded import GuardedProcess, start_guarded
from resources.settings import PROJECT_DIR, Settings

START_SECONDS_MAX = 90.0
WARM_CODE_SERVER = "infringement_dagster.engine.code_server"
_POLL_SECONDS = 0.05


class DidNotStart(TransientError):
    """A process ended or did not answer in time; the message names its log."""


class AlreadyRunning(PermanentError):
    """Another command of this checkout runs the stack with what this one would need."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """What the sandbox serves: its own catalogue, or capture files and photos of folders."""

    captures: Path | None = None
    photos: Path | None = None

    def arguments(self) -> list[str]:
        """The sandbox's command line for these options."""
        named = {"--captures": self.captures, "--photos": self.photos}
        return [
            part
            for flag, folder in named.items()
            if folder is not None
            for part in (flag, str(folder.resolve()))
        ]


@dataclass(frozen=True, slots=True)
class StackAddress:
    """Where the parts of a running stack answer; `sandbox_url` is None with a vendor key."""

    pid: int
    sandbox_url: str | None
    webserver_url: str | None
    api_url: str | None = None


Report = Callable[[str], None]


@contextmanager
def running_stack(
    settings: Settings,
    urls: DatabaseUrls,
    *,
    sandbox: SandboxOptions,
    webserver_port: int | None,
    report: Report,
    api_port: int | None = None,
) -> Iterator[StackAddress]:
    """A code server and daemon, with sandbox, API and web server as asked, until the block ends.

    Raises `AlreadyRunning` when this state directory has a stack, `DidNotStart` when one part of
    it fails. Leaving the block stops every process; so does the death of this one.
    """
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as parts:
        parts.enter_context(_only_stack(settings))
        starter = _Starter(settings, parts, report)
        sandbox_url = starter.sandbox(sandbox) if settings.uses_sandbox else None
        environment = _environment(settings, urls, sandbox_url)
        if settings.workers:
            environment |= starter.workers(environment)
        starter.dagster(environment, webserver_port)
        url = f"http://127.0.0.1:{webserver_port}" if webserver_port else None
        api_url = starter.api(environment, api_port) if api_port else None
        address = StackAddress(os.getpid(), sandbox_url, url, api_url)
        _address_file(settings).write_text(json.dumps(asdict(address)))
        parts.callback(_address_file(settings).unlink, missing_ok=True)
        yield address


def running_address(settings: Settings) -> StackAddress | None:
    """Where this state directory's stack answers, or None when none is running."""
    try:
        with _lock_file(settings).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return _read_address(settings)
    return None


def _read_address(settings: Settings) -> StackAddress | None:
    try:
        return StackAddress(**json.loads(_address_file(settings).read_text()))
    except (FileNotFoundError, ValueError):
        return None  # it is still starting or already stopping


class _Starter:
    """Starts the parts one after the other into one exit stack."""

    def __init__(self, settings: Settings, parts: ExitStack, report: Report) -> None:
        self._settings = settings
        self._parts = parts
        self._report = report
        self._logs = settings.state_dir / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)

    def sandbox(self, options: SandboxOptions) -> str:
        """The URL of a started sandbox, or of one that runs elsewhere."""
        if self._settings.sandbox_url is not None:
            return self._settings.sandbox_url
        self._report("starting the sandbox")
        port = _kept_port(self._settings.state_dir / "sandbox.port")
        arguments = ["resources.providers.sandbox", "--port", str(port), *options.arguments()]
        self._keep("sandbox", arguments, dict(os.environ), lambda: _answers(("127.0.0.1", port)))
        return f"http://127.0.0.1:{port}"

    def api(self, environment: dict[str, str], port: int) -> str:
        """The URL of the started API."""
        self._report("starting the API")
        arguments = ["api", "--port", str(port)]
        self._keep("api", arguments, environment, lambda: _answers(("127.0.0.1", port)))
        return f"http://127.0.0.1:{port}"

    def workers(self, environment: dict[str, str]) -> dict[str, str]:
        """What tells Dagster of the started Celery workers and their broker."""
        self._report(f"starting {self._settings.workers} Celery workers")
        engine = LocalEngine(self._settings, _socket_path(self._settings).with_name("broker.sock"))
        environment = environment | engine.environment()
        self._keep("broker", engine.broker(), environment, lambda: _answers(str(engine.socket)))
        for name, worker in engine.workers():
            self._keep(name, worker, environment, lambda: True)
        return engine.environment()

    def dagster(self, environment: dict[str, str], webserver_port: int | None) -> None:
        """Starts code server, daemon and, with a port, the web server."""
        self._report("starting Dagster's code server")
        socket_path = Path(environment["INFRINGEMENT_CODE_SERVER_SOCKET"])
        socket_path.unlink(missing_ok=True)
        definitions = ["-m", "infringement_dagster.definitions", "--socket", str(socket_path)]
        plain = ["dagster", "api", "grpc"]  # 6 CPU seconds more a run
        server = [WARM_CODE_SERVER] if self._settings.warm_runs else plain
        ready = partial(_answers, str(socket_path))
        self._keep("code-server", [*server, *definitions], environment, ready)
        workspace = ["--workspace", str(PROJECT_DIR / "workspace.yaml")]
        self._report("starting Dagster's daemon")
        daemon = ["infringement_dagster.engine.daemon", "run", *workspace]
        self._keep("daemon", daemon, environment, lambda: True)
        if webserver_port is not None:
            self._webserver(environment, workspace, webserver_port)

    def _webserver(self, environment: dict[str, str], workspace: list[str], port: int) -> None:
        self._report("starting Dagster's web server")
        arguments = ["dagster_webserver", "--host", "127.0.0.1", "--port", str(port), *workspace]
        self._keep("webserver", arguments, environment, lambda: _answers(("127.0.0.1", port)))

    def _keep(
        self,
        name: str,
        arguments: list[str],
        environment: dict[str, str],
        ready: Callable[[], bool],
    ) -> None:
        """Guarantees that the process answers, and is started again whenever it dies."""
        start = partial(
            start_guarded,
            [sys.executable, "-m", *arguments],
            env=environment,
            cwd=PROJECT_DIR,
            log_path=self._logs / f"{name}.log",
        )
        process = start()
        with ExitStack() as until_kept:
            until_kept.callback(process.stop)
            self._wait(name, process, ready)
            until_kept.pop_all()
        self._parts.callback(KeptAlive(process, start).stop)

    def _wait(self, name: str, process: GuardedProcess, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                log = self._logs / f"{name}.log"
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
                raise DidNotStart(f"the {name} did not start; see {log}:\n{tail}")
            time.sleep(_POLL_SECONDS)


@contextmanager
def _only_stack(settings: Settings) -> Iterator[None]:
    with _lock_file(settings).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"another command already runs the stack of {settings.state_dir}: "
                "stop it first, or set INFRINGEMENT_HOME to another directory"
            ) from None
        yield


def _environment(settings: Settings, urls: DatabaseUrls, sandbox_url: str | None) -> dict[str, str]:
    artifacts = settings.state_dir.resolve() / "dagster"
    artifacts.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ)
    environment.setdefault("DAGSTER_HOME", str(PROJECT_DIR))
    environment |= {
        "INFRINGEMENT_HOME": str(settings.state_dir.resolve()),
        "DATABASE_URL": urls.admin,
        "DATABASE_APP_URL": urls.app,
        "DATABASE_ADMISSION_URL": urls.admission,
        "DATABASE_IDENTITY_URL": urls.identity,
        "DATABASE_HOUSEKEEPING_URL": urls.housekeeping,
        "DAGSTER_DATABASE_URL": urls.dagster,
        "OBJECT_STORE_URL": absolute_location(settings.object_store_location),
        "DAGSTER_ARTIFACTS_DIR": str(artifacts),
        "INFRINGEMENT_CODE_SERVER_SOCKET": str(_socket_path(settings)),
    }
    if sandbox_url is not None:
        environment["INFRINGEMENT_SANDBOX_URL"] = sandbox_url
    return environment


def absolute_location(location: str) -> str:
    """The object store's location with a directory made absolute."""
    return location if "://" in location else str(Path(location).resolve())


def _socket_path(settings: Settings) -> Path:
    """A short path: the system allows a socket's path about 100 bytes."""
    digest = hashlib.sha256(str(settings.state_dir.resolve()).encode()).hexdigest()[:12]
    directory = Path(tempfile.gettempdir()) / f"infringement-{os.getuid()}-{digest}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory / "code-server.sock"


def _answers(address: tuple[str, int] | str) -> bool:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(address) == 0


def _kept_port(file: Path) -> int:
    """The port of the last time while it is free: picture URLs hold it, and known ones are kept."""
    try:
        port = int(file.read_text())
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
    except (OSError, ValueError):
        port = free_port()
        file.write_text(str(port))
    return port


def free_port() -> int:
    """A TCP port of the loopback address that nothing uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return int(port)


def _lock_file(settings: Settings) -> Path:
    return settings.state_dir / "stack.lock"


def _address_file(settings: Settings) -> Path:
    return settings.state_dir / "stack.json"
