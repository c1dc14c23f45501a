"""What an older commit spends on a photo through all tiers, measured in the same run.

Its files are unpacked into a directory that goes with the measurement; the working copy and its
branches stay as they are.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.photo_tiers import Tiers
from resources.settings import PROJECT_DIR

_ASKING = Path(__file__).with_name("older_tiers.py")


def through_older_tiers(commit: str, photos: Sequence[bytes], references: Sequence[bytes]) -> Tiers:
    """What the commit's own code spends; ends the program where the clone lacks the commit."""
    with tempfile.TemporaryDirectory(prefix="infringement-older-") as directory:
        place = Path(directory)
        tree = place / "tree"
        _unpack(commit, tree)
        for name, contents in (("photos", photos), ("references", references)):
            (place / name).mkdir()
            for number, content in enumerate(contents):
                (place / name / f"{number:05}.jpg").write_bytes(content)
        done = subprocess.run(
            [sys.executable, str(_ASKING), str(place / "photos"), str(place / "references")],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree), "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"commit {commit} could not be measured:\n{done.stderr[-2000:]}")
    return Tiers(**json.loads(done.stdout.splitlines()[-1]))


def _unpack(commit: str, tree: Path) -> None:
    packed = subprocess.run(
        ["git", "archive", "--format=tar", f"--output={tree}.tar", commit],
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    if packed.returncode:
        raise SystemExit(f"commit {commit} is not in this clone: {packed.stderr.strip()}")
    with tarfile.open(f"{tree}.tar") as archive:
        archive.extractall(tree, filter="data")
