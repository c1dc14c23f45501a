from __future__ import annotations

import subprocess
import sys

from resources.settings import PROJECT_DIR

# What a run process is forked from must have one thread, or its children inherit locked locks.
_LOOK = """
import os, sys
import infringement_dagster.preload
import psutil
print(psutil.Process().num_threads(), "polars" in sys.modules)
"""


def test_preloading_starts_no_thread_and_leaves_polars_out() -> None:
    looked = subprocess.run(
        [sys.executable, "-c", _LOOK],
        env={"OPENBLAS_NUM_THREADS": "1", "HOME": "/nonexistent"},
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert looked.stdout.split() == ["1", "False"]
