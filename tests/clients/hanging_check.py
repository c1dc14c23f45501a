"""The process of config checks with a check that never ends for one document."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from infringement_dagster.clients import config_check_process
from infringement_dagster.clients.config_faults import ConfigFault


def check(document: Mapping[str, object]) -> list[ConfigFault]:
    while document["hang"]:
        pass
    return []


if __name__ == "__main__":
    config_check_process.config_faults = check  # type: ignore[attr-defined]
    config_check_process.main(float(sys.argv[1]))
