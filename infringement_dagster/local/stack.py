"""Starts and stops the processes of a local installation, none of which outlives its starter."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

from infringement_dagster.domain.errors import PermanentError, TransientError
from infringement_dagster.engine.celery.local import LocalEngine
from infringement_dagster.local.address import (
    StackAddress,
    address_file,
    by_name,
    lock_file,
    write_address,
)
from infringement_dagster.local.logs import kept_small, turn_over
from infringement_dagster.local.ports import LOOPBACK, check_free, kept_port, listens_at
from infringement_dagster.local.supervision import KeptAlive
from resources.mail.mailer import CONSOLE
from resources.postgres.database import DatabaseUrls
from resources.processes.guarded import GuardedProcess, start_guarded
from resources.settings import PROJECT_DIR, SHIPPED_DIR, Settings

# A first start compiles what it imports: beside twenty busy processes on two cores the code server
# took over 90 s. One that ends is told of at once.
START_SECONDS_MAX = 300.0
WEB_SERVER = "infringement_dagster.engine.webserver"
WARM_CODE_SERVER = "infringement_dagster.engine.code_server"
_POLL_SECONDS = 0.05


class DidNotStart(TransientError):
    """A process ended or did not answer in time; the message names its log."""


class AlreadyRunning(PermanentError):
    """Another command of this checkout runs the stack with what this one would need."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """The sandbox's listings: its own catalogue, or capture files and photos of folders."""

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


Report = Callable[[str], None]
Ready = Callable[[GuardedProcess], bool]


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

    Raises `AlreadyRunning` when this state directory has a stack, `PortInUse` when somebody else
    listens at a port, `DidNotStart` when one part of it fails. Leaving the block stops every
    process; so does the death of this one.
    """
    with ExitStack() as parts:
        parts.enter_context(_alone_at_ports(settings, webserver_port, api_port))
        sockets = _socket_path(settings).parent
        parts.callback(shutil.rmtree, sockets, ignore_errors=True)
        starter = _Starter(settings, parts, report)
        turn_over(starter.logs, bytes_max=0)  # troubles of an earlier start are not this one's
        parts.enter_context(kept_small(starter.logs))
        sandbox_url = starter.sandbox(sandbox) if settings.uses_sandbox else None
        environment = _environment(settings, urls, sandbox_url)
        environment = _links(webserver_port, api_port) | environment
        if api_port:
            environment.setdefault("SMTP_URL", CONSOLE)  # mails are in api.log
        if settings.workers:
            environment |= starter.workers(environment)
        starter.dagster(environment)
        token = starter.webserver(environment, webserver_port) if webserver_port else None
        url = f"http://127.0.0.1:{webserver_port}" if webserver_port else None
        api_url = starter.api(environment, api_port) if api_port else None
        address = StackAddress(os.getpid(), sandbox_url, url, api_url, token)
        write_address(settings, address)
        parts.callback(address_file(settings).unlink, missing_ok=True)
        parts.callback(starter.tell_askers_to_stop)
        yield address


def check_can_start(settings: Settings, webserver_port: int, api_port: int) -> None:
    """Returns when a stack can start at these ports; raises AlreadyRunning and PortInUse."""
    with _alone_at_ports(settings, webserver_port, api_port):
        pass


@contextmanager
def _alone_at_ports(
    settings: Settings, webserver_port: int | None, api_port: int | None
) -> Iterator[None]:
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    with _only_stack(settings):
        if webserver_port:
            check_free(webserver_port, "Dagster's UI", "--port")
        if api_port:
            check_free(api_port, "the API", "--api-port")
        yield


class _Starter:
    """Starts the parts one after the other into one exit stack."""

    def __init__(self, settings: Settings, parts: ExitStack, report: Report) -> None:
        self._settings = settings
        self._parts = parts
        self._report = report
        self._askers: list[KeptAlive] = []
        self.logs = private_directory(settings.log_dir)

    def sandbox(self, options: SandboxOptions) -> str:
        """The URL of a started sandbox, or of one that runs elsewhere."""
        if self._settings.sandbox_url is not None:
            return self._settings.sandbox_url
        self._report("starting the sandbox")
        port = kept_port(self._settings.state_dir / "sandbox.port")
        arguments = ["resources.providers.sandbox", "--port", str(port), *options.arguments()]
        self._keep("sandbox", arguments, dict(os.environ), _listens_at(port), is_asked=True)
        return f"http://127.0.0.1:{port}"

    def api(self, environment: dict[str, str], port: int) -> str:
        """The URL of the started API."""
        self._report("starting the API")
        arguments = ["api", "--port", str(port)]
        self._keep("api", arguments, environment, _listens_at(port))
        return f"http://127.0.0.1:{port}"

    def workers(self, environment: dict[str, str]) -> dict[str, str]:
        """Environment variables that tell Dagster of the Celery workers and their broker."""
        self._report(f"starting {self._settings.workers} Celery workers")
        engine = LocalEngine(self._settings, _socket_path(self._settings).with_name("broker.sock"))
        environment = environment | engine.environment()
        answers = _answers_at(engine.socket)
        self._keep("broker", engine.broker(), environment, answers, is_asked=True)
        for name, worker in engine.workers():
            self._keep(name, worker, environment, lambda _: True)
        return engine.environment()

    def dagster(self, environment: dict[str, str]) -> None:
        """Starts code server and daemon."""
        self._report("starting Dagster's code server")
        socket_path = Path(environment["INFRINGEMENT_CODE_SERVER_SOCKET"])
        socket_path.unlink(missing_ok=True)
        definitions = ["-m", "infringement_dagster.definitions", "--socket", str(socket_path)]
        plain = ["dagster", "api", "grpc"]  # 6 CPU seconds more a run
        server = [WARM_CODE_SERVER] if self._settings.warm_runs else plain
        self._keep("code-server", [*server, *definitions], environment, _answers_at(socket_path))
        self._report("starting Dagster's daemon")
        daemon = ["infringement_dagster.engine.daemon", "run", *_workspace()]
        self._keep("daemon", daemon, environment, lambda _: True)

    def webserver(self, environment: dict[str, str], port: int) -> str:
        """The token that opens the started web server of Dagster."""
        self._report("starting Dagster's web server")
        token = secrets.token_urlsafe(24)
        arguments = [WEB_SERVER, "--host", LOOPBACK, "--port", str(port), *_workspace()]
        environment = environment | {"INFRINGEMENT_UI_TOKEN": token}
        self._keep("webserver", arguments, environment, _listens_at(port))
        return token

    def tell_askers_to_stop(self) -> None:
        """Guarantees that those stop side by side; what they ask outlives them."""
        for asker in self._askers:
            asker.begin_to_stop()

    def _keep(
        self,
        name: str,
        arguments: list[str],
        environment: dict[str, str],
        ready: Ready,
        *,
        is_asked: bool = False,
    ) -> None:
        """Guarantees that the process answers, and is started again whenever it dies."""
        start = partial(
            start_guarded,
            [sys.executable, "-m", *arguments],
            env=environment,
            cwd=PROJECT_DIR,
            log_path=self.logs / f"{name}.log",
        )
        process = start()
        with ExitStack() as until_kept:
            until_kept.callback(process.stop)
            self._wait(name, process, ready)
            until_kept.pop_all()
        kept = KeptAlive(process, start)
        self._parts.callback(kept.stop)
        if not is_asked:
            self._askers.append(kept)

    def _wait(self, name: str, process: GuardedProcess, ready: Ready) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while not ready(process):
            if process.poll() is not None:
                self._give_up(name, "ended before it answered")
            if time.monotonic() > deadline:
                self._give_up(name, f"did not answer within {START_SECONDS_MAX:.0f} s")
            time.sleep(_POLL_SECONDS)

    def _give_up(self, name: str, how: str) -> NoReturn:
        log = self.logs / f"{name}.log"
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
        raise DidNotStart(f"the {name} {how}; try again, or see {log}:\n{tail}")


@contextmanager
def _only_stack(settings: Settings) -> Iterator[None]:
    with lock_file(settings).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"another command already runs the stack of {settings.state_dir}: stop it first, "
                "or set INFRINGEMENT_HOME to another directory"
                if address_file(settings).exists()
                else f"the stack of {settings.state_dir} is just starting or stopping: try again "
                "once `infringement up` has printed its addresses, or has ended"
            ) from None
        yield


def _environment(settings: Settings, urls: DatabaseUrls, sandbox_url: str | None) -> dict[str, str]:
    artifacts = private_directory(settings.state_dir.resolve() / "dagster")
    if settings.object_store_url is None:
        private_directory(Path(settings.object_store_location))
    environment = dict(os.environ)
    environment.setdefault("DAGSTER_HOME", str(SHIPPED_DIR))
    environment |= urls.variables() | {
        "INFRINGEMENT_HOME": str(settings.state_dir.resolve()),
        "OBJECT_STORE_URL": absolute_location(settings.object_store_location),
        "DAGSTER_ARTIFACTS_DIR": str(artifacts),
        "INFRINGEMENT_CODE_SERVER_SOCKET": str(_socket_path(settings)),
    }
    if settings.copy_descriptor_model is not None:
        environment["COPY_DESCRIPTOR_MODEL"] = str(settings.copy_descriptor_model.resolve())
    if sandbox_url is not None:
        environment["INFRINGEMENT_SANDBOX_URL"] = sandbox_url
    return environment


def _links(webserver_port: int | None, api_port: int | None) -> dict[str, str]:
    """How Dagster's UI and the pages link to each other, unless the environment says otherwise.

    Under one host name: an operator's session on the pages opens the UI there too.
    """
    ports = {"INFRINGEMENT_UI_URL": webserver_port, "INFRINGEMENT_PAGES_URL": api_port}
    return {name: by_name(f"http://{LOOPBACK}:{port}") for name, port in ports.items() if port}


def _workspace() -> tuple[str, str]:
    """The option that names the `workspace.yaml` of DAGSTER_HOME, or ours where it has none."""
    own = Path(os.environ.get("DAGSTER_HOME", SHIPPED_DIR)) / "workspace.yaml"
    return "--workspace", str(own if own.is_file() else SHIPPED_DIR / "workspace.yaml")


def absolute_location(location: str) -> str:
    """The object store's location with a directory made absolute."""
    return location if "://" in location else str(Path(location).resolve())


def _socket_path(settings: Settings) -> Path:
    """A short path: the system allows a socket's path about 100 bytes."""
    digest = hashlib.sha256(str(settings.state_dir.resolve()).encode()).hexdigest()[:12]
    directory = Path(tempfile.gettempdir()) / f"infringement-{os.getuid()}-{digest}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory / "code-server.sock"


def _listens_at(port: int) -> Ready:
    """Ready once the process itself listens: at a port that was taken meanwhile another would."""
    return lambda process: listens_at(process.pid, port)


def _answers_at(socket_path: Path) -> Ready:
    def answers(_: GuardedProcess) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(1.0)
            return probe.connect_ex(str(socket_path)) == 0

    return answers


def private_directory(path: Path) -> Path:
    """The directory, which from here on only its owner may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path
