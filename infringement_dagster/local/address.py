"""Where a running stack answers, as it tells the other commands of its state directory."""

from __future__ import annotations

import fcntl
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from infringement_dagster.local.ports import LOOPBACK
from resources.settings import Settings

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class StackAddress:
    """Where the parts of a running stack answer; `sandbox_url` is None with a vendor key."""

    pid: int
    sandbox_url: str | None
    webserver_url: str | None
    api_url: str | None = None
    ui_token: str | None = field(default=None, repr=False)

    @property
    def ui_url(self) -> str:
        """The address with which an operator opens Dagster's UI for the first time."""
        return f"{by_name(str(self.webserver_url))}/?token={self.ui_token}"

    @property
    def pages_url(self) -> str | None:
        """Where people open the pages, or None where this stack serves none."""
        return None if self.api_url is None else by_name(self.api_url)


def by_name(url: str) -> str:
    """The address by the name that the pages and Dagster's UI link to.

    Cookies belong to one name: who logged in at the number would be a stranger behind a link.
    """
    return url.replace(LOOPBACK, "localhost", 1)


def pages_url(settings: Settings) -> str | None:
    """Where people open the pages of this installation, or None where nothing says."""
    running = running_address(settings)
    return settings.pages_url or (running.pages_url if running else None)


def running_address(settings: Settings, wait_seconds: float = 0.0) -> StackAddress | None:
    """Where this state directory's stack answers, or None when none is running.

    One that is just starting is waited for, so long.
    """
    until = time.monotonic() + wait_seconds
    while _is_locked(settings):
        found = _read_address(settings)
        if found is not None or time.monotonic() >= until:
            return found
        time.sleep(_POLL_SECONDS)
    return None


def _is_locked(settings: Settings) -> bool:
    try:
        with lock_file(settings).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _read_address(settings: Settings) -> StackAddress | None:
    try:
        return StackAddress(**json.loads(address_file(settings).read_text()))
    except (FileNotFoundError, ValueError):
        return None  # it is still starting or already stopping


def write_address(settings: Settings, address: StackAddress) -> None:
    """Guarantees that other commands of this user find the stack; the file holds its token."""
    file = address_file(settings)
    file.unlink(missing_ok=True)  # one that others may read was left by an older version
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(address)))


def lock_file(settings: Settings) -> Path:
    """The file that a running stack keeps locked."""
    return settings.state_dir / "stack.lock"


def address_file(settings: Settings) -> Path:
    """The file that tells where it answers."""
    return settings.state_dir / "stack.json"
