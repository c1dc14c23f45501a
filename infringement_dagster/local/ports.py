"""TCP ports of this machine: which are free, who holds one, whether a process has its own."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from infringement_dagster.domain.errors import PermanentError

LOOPBACK: Final = "127.0.0.1"


class PortInUse(PermanentError):
    """Another process listens where one of ours was to."""


def free_port() -> int:
    """A TCP port of the loopback address that nothing uses."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    return int(port)


def kept_port(file: Path) -> int:
    """The port of the last time while it is free: photo URLs hold it, and known ones are kept."""
    try:
        port = int(file.read_text())
        _bind(port)
    except (OSError, ValueError):
        port = free_port()
        file.write_text(str(port))
    return port


def check_free(port: int, purpose: str, option: str) -> None:
    """Returns when nothing listens at the port; raises PortInUse, which says who does."""
    try:
        _bind(port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise PortInUse(
                f"port {port} cannot be used for {purpose}: {error.strerror}; "
                f"give another one with {option}"
            ) from error
        raise PortInUse(
            f"port {port}, meant for {purpose}, is held by {holder_of(port)}: stop that, "
            f"or give another port with {option}"
        ) from None


def _bind(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((LOOPBACK, port))


def holder_of(port: int) -> str:
    """The process that listens at the port, in words."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if _listens(process, port):
                return f"process {process.pid} ({' '.join(process.cmdline())[:120]})"
    return "a process of another user"


def listens_at(pid: int, port: int) -> bool:
    """True when this process, or one that it started, accepts connections at the port."""
    return any(_listens(process, port) for process in _family(pid))


def _family(pid: int) -> Iterator[psutil.Process]:
    with suppress(psutil.Error):
        parent = psutil.Process(pid)
        yield parent
        yield from parent.children(recursive=True)


def _listens(process: psutil.Process, port: int) -> bool:
    with suppress(psutil.Error):
        return any(
            connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
            for connection in process.net_connections("tcp")
        )
    return False
