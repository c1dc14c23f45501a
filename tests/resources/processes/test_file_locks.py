"""A lock belongs to the name of its file, and only the last of several holders gets it alone."""

from __future__ import annotations

import fcntl
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

from resources.processes.file_locks import becomes_exclusive, lock, locked


def test_only_the_last_holder_becomes_exclusive(tmp_path: Path) -> None:
    first, second = (lock(tmp_path / "lock", fcntl.LOCK_SH) for _ in range(2))
    assert not becomes_exclusive(first)
    os.close(first)
    assert becomes_exclusive(second)
    os.close(second)


def test_who_waited_for_a_deleted_file_holds_the_file_that_replaced_it(tmp_path: Path) -> None:
    path = tmp_path / "directory" / "lock"
    with ThreadPoolExecutor(1) as others:
        with locked(path):
            waiting = others.submit(lock, path, fcntl.LOCK_EX)
            sleep(0.2)
            assert not waiting.done()
            path.unlink()
            path.parent.rmdir()
        descriptor = waiting.result()
    assert os.path.samestat(os.fstat(descriptor), path.stat())
    os.close(descriptor)
