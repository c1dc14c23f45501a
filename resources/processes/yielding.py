"""Commands that yield to everything else on the machine, from their first instruction on."""

from __future__ import annotations

import shutil
from collections.abc import Sequence


def yielding(argv: Sequence[str], niceness: int) -> list[str]:
    """The command at so much lower a priority; itself where the system has no `nice`.

    A process that lowers its own has imported its modules before, which for a worker of jobs are
    two seconds of a core at the priority of whoever waits for an answer.
    """
    nice = shutil.which("nice")
    return list(argv) if nice is None else [nice, "-n", str(niceness), *argv]
