from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

from infringement_dagster.local.address import (
    StackAddress,
    lock_file,
    running_address,
    write_address,
)
from infringement_dagster.local.stack import AlreadyRunning, SandboxOptions, running_stack
from resources.postgres.database import DatabaseUrls
from resources.settings import Settings


def test_a_command_waits_for_a_stack_that_is_starting(tmp_path: Path) -> None:
    settings, address = Settings(state_dir=tmp_path), StackAddress(1, None, None)
    assert running_address(settings, 60) is None  # there is none to be waited for
    with lock_file(settings).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert running_address(settings) is None
        started = threading.Timer(0.3, write_address, (settings, address))
        started.start()
        assert running_address(settings, 60) == address
        started.join()


def test_a_second_stack_is_told_that_the_first_is_starting(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    urls = DatabaseUrls(*[""] * 7)
    with lock_file(settings).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with (
            pytest.raises(AlreadyRunning, match="just starting or stopping: try again"),
            running_stack(
                settings,
                urls,
                sandbox=SandboxOptions(),
                webserver_port=None,
                report=lambda _: None,
            ),
        ):
            pass
