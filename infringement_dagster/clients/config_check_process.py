"""The process in which config documents are checked: a check that takes too long ends it.

Standard input is a socket, on which the asker sends one JSON document a message and is answered
with its faults as JSON. Its end means that the asker has gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import astuple
from multiprocessing.connection import Connection

from infringement_dagster.clients.config_faults import config_faults

NICENESS = 5  # whoever sends large configs waits for whoever looks at cases


def main(seconds: float) -> None:
    """Answers until the asker has gone; SIGALRM ends the process when an answer takes too long."""
    os.nice(NICENESS)
    with Connection(os.dup(sys.stdin.fileno())) as asker:
        while True:
            try:
                content = asker.recv_bytes()
            except EOFError:
                return
            signal.setitimer(signal.ITIMER_REAL, seconds)
            faults = [astuple(fault) for fault in config_faults(json.loads(content))]
            signal.setitimer(signal.ITIMER_REAL, 0)
            asker.send_bytes(json.dumps(faults).encode())


if __name__ == "__main__":
    main(float(sys.argv[1]))
