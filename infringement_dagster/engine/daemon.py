"""Dagster's daemon, which looks at its sensors every second instead of every five.

A sensor still ticks no more often than it asks to.

The admission of a scan and the end of a run each wait for a tick, which with the constant as it is
takes 2.5 s at the mean. `python -m dagster._daemon` with the same arguments is the fallback.
"""

from __future__ import annotations

import dagster._daemon.sensor as sensor_daemon
from dagster._daemon.cli import main as daemon_main

from infringement_dagster.engine.code_server import DagsterChanged
from infringement_dagster.engine.quietness import be_quiet

LOOK_SECONDS = 1


def main() -> None:
    """Runs `dagster-daemon` with this process's arguments."""
    if not isinstance(getattr(sensor_daemon, "MIN_INTERVAL_LOOP_TIME", None), int):
        raise DagsterChanged(
            "dagster._daemon.sensor has no MIN_INTERVAL_LOOP_TIME: start the daemon with "
            "`python -m dagster._daemon run` and mend infringement_dagster/engine/daemon.py"
        )
    sensor_daemon.MIN_INTERVAL_LOOP_TIME = LOOK_SECONDS
    be_quiet()
    daemon_main()


if __name__ == "__main__":
    main()
