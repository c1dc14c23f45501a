from __future__ import annotations

import fcntl
import threading
from pathlib import Path

import pytest

from infringement_dagster.local import stack
from infringement_dagster.local.address import (
    StackAddress,
    lock_file,
    running_address,
    write_address,
)
from infringement_dagster.local.stack import (
    AlreadyRunning,
    DidNotStart,
    SandboxOptions,
    running_stack,
)
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


@pytest.mark.parametrize(
    ("seconds_max", "told"),
    [(60.0, "code-server ended before it answered"), (0.0, "did not answer within 0 s")],
)
def test_a_part_that_does_not_start_is_told_with_how_and_its_log(
    seconds_max: float, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "WARM_CODE_SERVER", "no_such_code_server")
    monkeypatch.setattr(stack, "START_SECONDS_MAX", seconds_max)
    settings = Settings(state_dir=tmp_path / "home", sandbox_url="http://127.0.0.1:1")
    urls = DatabaseUrls(*["postgresql://127.0.0.1:1/none"] * 7)
    settings.log_dir.mkdir(parents=True)
    log = settings.log_dir / "code-server.log"
    log.write_text("RuntimeError: of an earlier start")
    start = running_stack(
        settings, urls, sandbox=SandboxOptions(), webserver_port=None, report=lambda _: None
    )
    with pytest.raises(DidNotStart, match=told) as refused, start:
        pass
    assert str(log) in str(refused.value)
    assert "earlier start" not in str(refused.value)
    assert "earlier start" in log.with_suffix(".log.1").read_text()
