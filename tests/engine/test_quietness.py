from __future__ import annotations

import logging
import re
from pathlib import Path

import dagster._daemon
import pytest
from dagster._core import telemetry_upload

from infringement_dagster.engine.quietness import be_quiet


@pytest.fixture
def quiet() -> None:
    be_quiet()


@pytest.mark.usefixtures("quiet")
def test_looks_without_a_finding_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    sensors = logging.getLogger("dagster.daemon.SensorDaemon")
    with caplog.at_level(logging.INFO):
        sensors.info("Checking for new runs for sensor: scan_watch")
        sensors.info("Sensor scan_admission skipped: no run is queued")
        sensors.info("Launching run for scan_admission")
        sensors.error("Sensor scan_watch skipped: an error is news, whatever its words")
    assert [record.getMessage() for record in caplog.records] == [
        "Launching run for scan_admission",
        "Sensor scan_watch skipped: an error is news, whatever its words",
    ]


def test_dagster_still_says_so_in_these_words() -> None:
    sources = "".join(path.read_text() for path in Path(dagster._daemon.__path__[0]).rglob("*.py"))
    for words in ("Checking for new runs for sensor", "Checking run ", "runs are currently in"):
        assert re.search(re.escape(words), sources), words


@pytest.mark.usefixtures("quiet")
def test_no_folder_of_telemetry_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setattr(telemetry_upload, "is_running_in_test", lambda: False)
    with telemetry_upload.uploading_logging_thread():
        pass
    assert list(tmp_path.iterdir()) == []
