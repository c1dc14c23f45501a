from __future__ import annotations

import time
from pathlib import Path

from infringement_dagster.local.logs import kept_small, last_error, turn_over


def test_a_large_log_begins_anew_while_its_process_goes_on_writing(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    with log.open("ab", buffering=0) as held:  # as the processes hold theirs
        held.write(b"old\n" * 1000)
        turn_over(tmp_path, bytes_max=10_000)
        assert log.stat().st_size == 4000
        turn_over(tmp_path, bytes_max=3000)
        held.write(b"new\n")
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "daemon.log.1").read_bytes() == b"old\n" * 1000


def test_logs_are_looked_at_again_and_again(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    log.write_bytes(b"x" * 6_000_000)
    with kept_small(tmp_path, look_seconds=0.01):
        deadline = time.monotonic() + 20
        while log.stat().st_size:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_the_newest_trouble_is_quoted_with_its_log(tmp_path: Path) -> None:
    assert "name no error" in last_error(tmp_path)
    (tmp_path / "daemon.log").write_text(
        "OSError: first\nfine\nPermissionError: /data is read-only\nfine\n"
    )
    assert last_error(tmp_path) == (
        f"{tmp_path / 'daemon.log'} says: PermissionError: /data is read-only"
    )
