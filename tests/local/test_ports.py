from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from infringement_dagster.local.ports import (
    LOOPBACK,
    PortInUse,
    check_free,
    free_port,
    kept_port,
    listens_at,
)


@pytest.fixture
def held() -> Iterator[int]:
    """A port at which this process listens."""
    with socket.socket() as listening:
        listening.bind((LOOPBACK, 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_port_in_use_is_refused_with_who_holds_it(held: int) -> None:
    with pytest.raises(PortInUse) as refused:
        check_free(held, "the API", "--api-port")
    said = str(refused.value)
    assert f"port {held}, meant for the API, is held by process {os.getpid()} (" in said
    assert "--api-port" in said


def test_a_free_port_is_not_refused() -> None:
    check_free(free_port(), "the API", "--api-port")


def test_only_the_process_that_listens_is_ready(held: int) -> None:
    assert listens_at(os.getpid(), held)
    assert not listens_at(os.getppid(), free_port())
    assert not listens_at(os.getpid(), free_port())


def test_the_port_of_the_last_time_is_kept_while_it_is_free(tmp_path: Path, held: int) -> None:
    file = tmp_path / "sandbox.port"
    first = kept_port(file)
    assert kept_port(file) == first
    file.write_text(str(held))
    assert kept_port(file) != held
