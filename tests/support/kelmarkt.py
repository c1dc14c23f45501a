"""The example of docs/providers.md as files, as a wheel, and installed into a folder."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from resources.settings import PROJECT_DIR

_FILE = re.compile(r"^`([\w./-]+)`:\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def written_example(folder: Path) -> Path:
    """The folder with every file that the page of the docs shows."""
    page = (PROJECT_DIR / "docs/providers.md").read_text()
    for name, content in _FILE.findall(page):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def built_wheel(package: Path) -> Path:
    """The package's wheel."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "dist"]
    subprocess.run(command, cwd=package, check=True, capture_output=True)
    return next((package / "dist").glob("*.whl"))


def installed_into(folder: Path, wheel: Path) -> Path:
    """The folder with what is in the wheel, which is how a pure one is installed."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder
