"""Chromium for the tests of the pages: the one that is there, else brought the way that is open.

`python -m tests.support.browser [PYTEST ARGUMENTS]` brings one when those tests are among what is
asked for. It succeeds without one too: the tests are then left out, and pytest ends by saying so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

WITHOUT_BROWSER: Final = "WITHOUT_BROWSER"
LEFT_OUT: Final = "no Chromium for the tests of pages"
HOW_TO_GET_IT: Final = (
    "install Chromium or Chrome (Debian: apt-get install chromium libatomic1), or where the "
    "network allows .venv/bin/playwright install --only-shell chromium, and run the tests again"
)
# The machine's network may be closed: without these Chromium looks up its maker's hosts.
BROWSER_ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES: Final = Path("tests/api/pages")
_ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ON_MACOS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
_DOWNLOADED = ("headless_shell", "chrome-headless-shell", "chrome")
_DEBIAN_PACKAGES = ("chromium", "libatomic1")  # playwright's driver wants the second
_BRING_SECONDS_MAX = 600.0  # Debian's package is 90 MB, with its libraries 250 MB


def find_browser() -> str | None:
    """The path of a Chromium that starts on this machine and can be driven, or None."""
    found = next((path for path in _places() if _succeeds([path, "--version"])), None)
    return found if found and _succeeds([sys.executable, "-m", "playwright", "--version"]) else None


def _places() -> Iterator[str]:
    yield from filter(None, map(shutil.which, _ON_PATH))
    yield from (str(path) for path in _ON_MACOS if path.exists())
    for folder in sorted(_download_folder().glob("chromium*"), reverse=True):
        yield from (str(found) for name in _DOWNLOADED for found in folder.glob(f"*/{name}"))


def _download_folder() -> Path:
    """Where playwright keeps the browsers that it downloads."""
    named = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    caches = Path("Library/Caches") if sys.platform == "darwin" else Path(".cache")
    return Path(named) if named else Path.home() / caches / "ms-playwright"


def ways_to_bring(*, is_root: bool) -> list[list[list[str]]]:
    """The ways that are open to this user, in the order of trying; each is some commands."""
    download = [[sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]]
    apt_get = shutil.which("apt-get") if is_root else None
    if apt_get is None:
        return [download]
    install = [apt_get, "install", "-y", "-qq", "--no-install-recommends", *_DEBIAN_PACKAGES]
    return [[[apt_get, "update", "-qq"], install], download]


def bring_browser(*, is_root: bool) -> str | None:
    """The path of a Chromium, installed where there was none; None where none can be had."""
    if found := find_browser():
        return found
    for commands in ways_to_bring(is_root=is_root):
        print(f"the tests of pages need a browser: {' '.join(commands[-1])}", flush=True)  # noqa: T201
        if all(map(_succeeds, commands)) and (found := find_browser()):
            return found
    return None


def _succeeds(command: Sequence[str]) -> bool:
    environment: Mapping[str, str] = {
        **os.environ,
        "DEBIAN_FRONTEND": "noninteractive",
        "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000",
    }
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, timeout=_BRING_SECONDS_MAX, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def asks_for_pages(arguments: Sequence[str]) -> bool:
    """True when tests of pages are among those that these arguments of pytest name."""
    paths = [
        Path(argument.partition("::")[0]) for argument in arguments if not argument.startswith("-")
    ]
    named = [path.resolve() for path in paths if path.exists()]
    pages = PAGES.resolve()
    return not named or any(
        path.is_relative_to(pages) or pages.is_relative_to(path) for path in named
    )


def main() -> None:
    """Brings a browser when the tests need one."""
    if asks_for_pages(sys.argv[1:]) and not os.environ.get(WITHOUT_BROWSER):
        bring_browser(is_root=os.geteuid() == 0)


if __name__ == "__main__":
    main()
