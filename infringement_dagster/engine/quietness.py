"""Dagster's processes made to say and leave behind only what is news."""

from __future__ import annotations

import logging
import re
from typing import Any

from dagster._core import telemetry_upload

# Four sensors and three other daemons say each second that they looked: 18 MB a day idle.
_LOOKS = re.compile(
    r"Checking for new runs for sensor|Sensor \w+ skipped:|Checking run |\d+ runs are currently in"
    r" progress\. Maximum is|Collected \d+ runs for monitoring"
)
_DAEMONS = ("SensorDaemon", "QueuedRunCoordinatorDaemon", "MonitoringDaemon")


def be_quiet() -> None:
    """Guarantees that looks without a finding are not logged and no folders of telemetry made."""
    leave_no_telemetry()
    for name in _DAEMONS:
        logging.getLogger(f"dagster.daemon.{name}").addFilter(is_news)


def leave_no_telemetry() -> None:
    """Guarantees that no `logs` and `.logs_queue` are made in DAGSTER_HOME: nothing is sent."""
    telemetry_upload.upload_logs = _nothing


def is_news(record: logging.LogRecord) -> bool:
    """False for the record of a look that found nothing."""
    return record.levelno > logging.INFO or not _LOOKS.match(record.getMessage())


def _nothing(*_: Any, **__: Any) -> None:
    return None
