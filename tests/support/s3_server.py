"""A fixture that starts a real S3 server of its own."""

from __future__ import annotations

import itertools
import json
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from resources.objects.store import ObjectStore, ObjectStoreUnavailable
from resources.processes.guarded import start_guarded

ACCESS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "only for tests"}
_START_SECONDS_MAX = 60


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a bucket of a running S3 server; its credentials are in `ACCESS`."""
    program = Path(sys.executable).with_name("weed")
    if not program.exists():
        pytest.skip("the S3 server of the development extra is for Linux")
    folder = tmp_path_factory.mktemp("s3")
    identity = {
        "name": "test",
        "credentials": [
            {
                "accessKey": ACCESS["AWS_ACCESS_KEY_ID"],
                "secretKey": ACCESS["AWS_SECRET_ACCESS_KEY"],
            }
        ],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    ports = _free_ports(4)
    options = {
        "dir": folder,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "s3.config": folder / "s3.json",
        "s3.port": ports[0],
        "master.port": ports[1],
        "volume.port": ports[2],
        "filer.port": ports[3],
        # Catalogs that nobody asks for; their ports are fixed, and a second server would die of it.
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "master.electionTimeout": "1s",
        "volume.preStopSeconds": 0,
        "volume.max": 200,  # each bucket takes seven; with the default of 8 the second one fails
        "master.volumeSizeLimitMB": 32,
    }
    flags = ["-filer", "-s3", *(f"-{name}={value}" for name, value in options.items())]
    command = [str(program), "server", *flags]
    with start_guarded(command, log_path=folder / "log", cwd=folder, grace_seconds=1):
        url = f"s3://bucket?endpoint=http://127.0.0.1:{ports[0]}"
        _wait_until_it_keeps(url)
        yield url
    shutil.rmtree(folder)


def _wait_until_it_keeps(url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS_MAX
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ACCESS.items():
            patch.setenv(name, value)
        while True:
            try:
                ObjectStore(url, retry_seconds=1).put_once("probe", b"")
            except ObjectStoreUnavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return


_GRPC_OFFSET = 10_000  # the server listens on each port plus this, too


def _free_ports(count: int) -> list[int]:
    """Ports that are free with their twins, all below 32768, where clients' ports begin."""
    with ExitStack() as probes:
        candidates = itertools.count(11_000 + time.time_ns() // 1000 % 10_000)
        return list(
            itertools.islice(
                (candidate for candidate in candidates if _is_free(probes, candidate)), count
            )
        )


def _is_free(probes: ExitStack, port: int) -> bool:
    """Whether both ports are free; they stay taken until the stack is closed."""
    try:
        for item in (port, port + _GRPC_OFFSET):
            probes.enter_context(socket.socket()).bind(("127.0.0.1", item))
    except OSError:
        return False
    return True
