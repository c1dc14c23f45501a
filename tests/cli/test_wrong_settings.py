"""Wrong settings end each command and the API with one line that names them, and exit code 2."""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import api.server
from infringement_dagster.cli import app
from resources.postgres.database import DatabaseUrls

UP, LIST, KEY = ("up",), ("clients", "list"), ("evidence", "key")
API = "api"
# The variable, what it holds, who is started with it and what the line says; {tmp} is a folder.
WRONG = [
    ("DATABASE_URL", "nonsense", LIST, "postgresql://USER:PASSWORD@HOST"),
    ("DATABASE_URL", "mysql://hunter2@localhost/x", LIST, "postgresql://USER:PASSWORD@HOST"),
    ("DATABASE_URL", "postgresql://ann:hunter2@[::1/x", LIST, "cannot be read"),
    ("DATABASE_URL", "postgresql://ann:hunter2@localhost:port/x", LIST, "localhost"),
    ("DATABASE_URL", "postgresql://ann:hunter2@127.0.0.1:1/x", LIST, "refused"),
    ("DATABASE_URL", "postgresql://ann:hunter2@/x?host={tmp}", UP, "No such file"),
    ("DATABASE_URL", "postgresql://localhost/x?colour=hunter2", LIST, "cannot be read"),
    ("DATABASE_APP_URL", "sqlite:///hunter2", LIST, "postgresql://"),
    ("DATABASE_HOUSEKEEPING_URL", "hunter2", LIST, "postgresql://"),
    ("DAGSTER_DATABASE_URL", "oracle://hunter2", UP, "postgresql://"),
    ("OBJECT_STORE_URL", "ftp://x", UP, "ftp://x"),
    ("OBJECT_STORE_URL", "s3://", UP, "s3://"),
    ("OBJECT_STORE_URL", "s3://bucket?endpoint=nowhere", UP, "nowhere"),
    ("OBJECT_STORE_URL", "s3://bucket?colour=red", UP, "colour"),
    ("OBJECT_STORE_URL", "s3://bucket?lock_days=ever", UP, "lock_days='ever'"),
    ("OBJECT_STORE_URL", "{file}/objects", UP, "Not a directory"),
    ("VENDOR_CONCURRENCY", "abc", LIST, "=abc"),
    ("VENDOR_CONCURRENCY", "0", LIST, "greater than or equal to 1"),
    ("SCRAPERAPI_URL", "api.scraperapi.com", LIST, "http:// or https://"),
    ("INFRINGEMENT_SANDBOX_URL", "localhost:1", LIST, "http:// or https://"),
    ("INFRINGEMENT_HOME", "{file}", LIST, "{file}"),
    ("INFRINGEMENT_HOME", "{file}/home", UP, "Not a directory"),
    ("INFRINGEMENT_HOME", "/proc/nowhere/home", LIST, "/proc/nowhere/home"),
    ("INFRINGEMENT_HOME", "{tmp}/" + "x" * 300, LIST, "File name too long"),
    ("INFRINGEMENT_WARM_RUNS", "perhaps", LIST, "=perhaps"),
    ("INFRINGEMENT_WORKERS", "-1", LIST, "=-1"),
    ("EVIDENCE_SIGNING_KEY", "hunter2", KEY, "PEM"),
    ("EVIDENCE_SIGNING_KEY", "hunter2", UP, "PEM"),
    ("INFRINGEMENT_API_PORT", "abc", API, "=abc"),
    ("INFRINGEMENT_API_PORT", "99999", API, "65535"),
    ("INFRINGEMENT_API_SESSION_HOURS", "-3", API, "greater than 0"),
    ("INFRINGEMENT_WEBHOOK_PRIVATE_HOSTS", "localhost:1", API, "JSON"),
    ("OBJECT_STORE_URL", "ftp://x", API, "ftp://x"),
]


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The API logs to the standard error of its process, which here is that of one test."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(("name", "value", "started", "told"), WRONG)
def test_a_wrong_setting_is_one_line_that_names_it(
    name: str,
    value: str,
    started: str | tuple[str, ...],
    told: str,
    tmp_path: Path,
    database_urls: DatabaseUrls,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("INFRINGEMENT_HOME", str(tmp_path / "home"))
    if name != "DATABASE_URL":
        monkeypatch.setenv("DATABASE_URL", database_urls.admin)
    monkeypatch.setenv(name, value.format(tmp=tmp_path, file=file))
    line = error_line(started, monkeypatch, capsys)
    assert told.format(file=file) in line
    assert name.removesuffix("_URL").split("_")[0] in line
    assert "hunter2" not in line


def error_line(
    started: str | tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> str:
    """The one line with which the command, or the API, ends."""
    main: Callable[[], None] = api.server.main if started == API else app.main
    monkeypatch.setattr(sys, "argv", ["started", *(() if started == API else started)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    errors = [line for line in said.splitlines() if not line.startswith("{")]  # the API's log
    assert [line[:7] for line in errors] == ["error: "], said
    return errors[0]


def test_a_login_that_may_not_make_roles_is_told_what_is_needed(
    database_urls: DatabaseUrls,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("INFRINGEMENT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DATABASE_URL", database_urls.app)
    line = error_line(LIST, monkeypatch, capsys)
    assert "permission denied" in line
    assert "administrating login" in line
