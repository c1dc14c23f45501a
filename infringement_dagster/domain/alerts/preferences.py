"""A person's choices of mail about a client, and when it comes; without any nothing is told.

Times are hours of the day where the person is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from infringement_dagster.domain.permissions import Permission

Cadence = Literal["off", "daily", "weekly"]
AlertKind = Literal["digest", "priority_cases", "failed_scans", "providers_down"]
ALERT_KINDS: Final[tuple[AlertKind, ...]] = get_args(AlertKind)
AT_ONCE: Final[tuple[AlertKind, ...]] = ("priority_cases", "failed_scans", "providers_down")
# Whoever is told of failures can do something about them.
NEED_OF: Final[Mapping[AlertKind, Permission]] = {
    "digest": "results:read",
    "priority_cases": "results:read",
    "failed_scans": "access:manage",
    "providers_down": "access:manage",
}


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one hour of the day until another, over midnight where the second is the smaller.

    Never the same hour twice.
    """

    from_hour: int
    until_hour: int

    def holds(self, hour: int) -> bool:
        """True when the hour of the day is quiet."""
        if self.from_hour < self.until_hour:
            return self.from_hour <= hour < self.until_hour
        return hour >= self.from_hour or hour < self.until_hour


@dataclass(frozen=True, slots=True)
class AlertPreferences:
    """A person's choices for one client."""

    digest: Cadence = "off"
    digest_hour: int = 8
    priority_cases: bool = False
    failed_scans: bool = False
    providers_down: bool = False
    zone: str = "UTC"  # of the IANA database
    quiet: QuietHours | None = None  # None: mail may come at any hour

    def wants(self, kind: AlertKind) -> bool:
        """True when the person wants to be told."""
        return self.digest != "off" if kind == "digest" else bool(getattr(self, kind))

    def without(self, kind: AlertKind) -> AlertPreferences:
        """The same choices, but none of this kind."""
        return replace(
            self,
            digest="off" if kind == "digest" else self.digest,
            priority_cases=self.priority_cases and kind != "priority_cases",
            failed_scans=self.failed_scans and kind != "failed_scans",
            providers_down=self.providers_down and kind != "providers_down",
        )

    @property
    def needs(self) -> frozenset[Permission]:
        """The permissions without which a person may not want this."""
        return frozenset(NEED_OF[kind] for kind in ALERT_KINDS if self.wants(kind))
