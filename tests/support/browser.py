"""The Chromium that tests of the pages and benchmarks drive."""

from __future__ import annotations

import os
import shutil

import pytest

WITHOUT_BROWSER = "WITHOUT_BROWSER"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# The machine's network may be closed: without these Chromium looks up its maker's hosts.
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def browser_path() -> str:
    """The installed Chromium; fails, or skips where that is asked for, without one."""
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if found is None and os.environ.get(WITHOUT_BROWSER):
        pytest.skip(f"{WITHOUT_BROWSER} is set")
    if found is None:
        pytest.fail(
            "tests of the pages need Chromium: apt-get install chromium "
            f"(or set {WITHOUT_BROWSER}=1 to leave them out)"
        )
    return found
