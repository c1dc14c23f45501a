from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.browser import asks_for_pages, bring_browser, find_browser, ways_to_bring

STARTS = "#!/bin/sh\nexit 0\n"
LACKS_LIBRARIES = "#!/bin/sh\necho 'libnss3.so: cannot open shared object file' >&2\nexit 127\n"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH; nothing was ever downloaded."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "downloads"))
    # As where no network is: the download that playwright would try is refused at once.
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    return folder


def put(program: Path, text: str) -> Path:
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(text)
    program.chmod(0o755)
    return program


def package_manager(programs: Path, body: str) -> Path:
    """An `apt-get` that notes its calls and then does as told."""
    calls = programs.parent / "calls"
    put(programs / "apt-get", f'#!/bin/sh\necho "$@" >> {calls}\n{body}\n')
    return calls


def test_a_browser_that_is_there_is_taken_and_nothing_installed(programs: Path) -> None:
    calls = package_manager(programs, "")
    browser = put(programs / "google-chrome", STARTS)
    assert bring_browser(is_root=True) == str(browser)
    assert not calls.exists()


def test_root_gets_debians_package(programs: Path) -> None:
    package = put(programs.parent / "package", STARTS)
    copy = shutil.which("cp", path=os.defpath)
    body = f'if [ "$1" = install ]; then {copy} {package} {programs}/chromium; fi'
    calls = package_manager(programs, body)
    assert bring_browser(is_root=True) == str(programs / "chromium")
    assert [line.split()[0] for line in calls.read_text().splitlines()] == ["update", "install"]


def test_others_never_call_debians_package_manager(programs: Path) -> None:
    calls = package_manager(programs, "")
    assert bring_browser(is_root=False) is None
    assert not calls.exists()
    assert [way[-1][1:4] for way in ways_to_bring(is_root=False)] == [
        ["-m", "playwright", "install"]
    ]


def test_where_none_can_be_had_there_is_none_and_no_error(programs: Path) -> None:
    package_manager(programs, "exit 100")
    assert bring_browser(is_root=True) is None


def test_a_download_of_playwright_is_found(programs: Path) -> None:
    downloads = programs.parent / "downloads"
    shell = downloads / "chromium_headless_shell-1200" / "chrome-linux" / "headless_shell"
    put(shell, STARTS)
    assert find_browser() == str(shell)


def test_a_browser_that_cannot_start_is_none(programs: Path) -> None:
    put(programs / "chromium", LACKS_LIBRARIES)
    assert find_browser() is None


def test_a_browser_that_nothing_can_drive_is_none(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(programs / "chromium", STARTS)
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(put(programs / "node", LACKS_LIBRARIES)))
    assert find_browser() is None


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ((), True),
        (("-k", "queue"), True),
        (("tests",), True),
        (("tests/api/pages/test_ground.py::test_one",), True),
        (("-x", "tests/support"), False),
        (("tests/support", "tests/api/pages"), True),
    ],
)
def test_a_browser_is_brought_only_for_tests_of_pages(
    arguments: Sequence[str], wanted: bool
) -> None:
    assert asks_for_pages(arguments) is wanted
