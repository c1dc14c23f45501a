from __future__ import annotations

import subprocess
import sys

from resources.settings import PROJECT_DIR

# What a run process is forked from must have one thread, or its children inherit locked locks.
_LOOK = """
import asyncio, gc, os, sys
import infringement_dagster.engine.preload
import psutil
print(psutil.Process().num_threads(), "infringement_dagster.definitions" in sys.modules)
print(gc.get_freeze_count() > 100_000, flush=True)
async def parents():
    async with DecodingWorkers() as workers:
        await workers.hash(b"no photo")
        return {psutil.Process(pid).ppid() for pid in workers.pids}
from resources.decoding.pool import DecodingWorkers
child = os.fork()
if child == 0:
    import polars as pl
    frame = pl.DataFrame({"client": ["a", "b", "a"], "price": [1, 2, 3]})
    print(asyncio.run(parents()) <= {p.pid for p in psutil.Process(os.getppid()).children()})
    print(frame.lazy().group_by("client").agg(pl.col("price").sum()).collect()["price"].sum())
    sys.stdout.flush()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


def test_everything_is_preloaded_without_a_thread_and_works_in_a_fork() -> None:
    looked = subprocess.run(
        [sys.executable, "-c", _LOOK],
        env={"OPENBLAS_NUM_THREADS": "1", "HOME": "/nonexistent"},
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert looked.stdout.split() == ["1", "True", "True", "True", "6"]
