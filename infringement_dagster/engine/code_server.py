"""Dagster's code server, whose runs start from a process that has already imported the code.

A run is still a process of its own; launching, cancelling and crash detection are Dagster's.

A spawned run spends about 6 CPU seconds importing; a forked one none. The one private name used
is checked at start; `python -m dagster api grpc` is the fallback with the same arguments.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from typing import Any

import dagster._grpc.server as grpc_server
from dagster._cli import main as dagster_main

from infringement_dagster.domain.errors import PermanentError

PRELOADED = "infringement_dagster.engine.preload"


class DagsterChanged(PermanentError):
    """Dagster no longer starts its run processes where this module looks."""


class WarmApiServer(grpc_server.DagsterApiServer):
    """Dagster's server with run processes forked from a preloaded one."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        if not hasattr(self, "_mp_ctx"):
            raise DagsterChanged(
                "DagsterApiServer has no _mp_ctx: start the code server with "
                "`python -m dagster api grpc` and mend infringement_dagster/engine/code_server.py"
            )
        setattr(self, "_mp_ctx", warm_context())  # noqa: B010 - typed as a spawn context


def warm_context() -> ForkServerContext:
    """A multiprocessing context that forks its processes from a preloaded, single-threaded one."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED])
    forkserver.ensure_running()
    return context


def _hide_main_module() -> None:
    """Keeps run processes from importing this file, and with it Dagster's server, as their own.

    multiprocessing does so for pickled functions of the main module; a run has none, and saves
    0.5 CPU seconds.
    """
    main_module = sys.modules["__main__"]
    main_module.__spec__ = None
    if hasattr(main_module, "__file__"):
        del main_module.__file__


def main() -> None:
    """Runs `dagster api grpc` with this process's arguments."""
    _hide_main_module()
    # Its threads would not survive the fork, and one core a run is what a run gets anyway.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    grpc_server.DagsterApiServer = WarmApiServer  # type: ignore[misc]  # there is no other seam
    sys.argv = ["dagster", "api", "grpc", *sys.argv[1:]]
    dagster_main()  # type: ignore[no-untyped-call]  # Dagster's own entry point


if __name__ == "__main__":
    main()
