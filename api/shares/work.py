"""The kinds of work that a request may ask for, by its method and path."""

from __future__ import annotations

import re
from enum import Enum


class Work(Enum):
    """Kinds of work that never wait for each other: places, a caller's share of them, and cost."""

    FREE = (0, 0, 0)  # neither database nor threads: liveness, style sheets
    PROBE = (2, 2, 1)
    QUICK = (8, 2, 1)
    PHOTO = (4, 2, 1)
    UPLOAD = (4, 1, 25)  # decodes a photo
    LONG = (12, 3, 25)  # waits for a job
    IMPORT = (4, 1, 25)  # takes minutes to come in, then waits for a job
    DOWNLOAD = (4, 1, 5)
    LOG_IN = (32, 8, 10)  # 60 ms of a core and 64 MiB

    @property
    def places(self) -> int:
        """How many are served at once."""
        return self.value[0]

    @property
    def share(self) -> int:
        """How many of one caller are."""
        return self.value[1]

    @property
    def cost(self) -> int:
        """As how many requests it counts."""
        return self.value[2]


_CLIENT = r"(?:/v1)?/clients/[^/]+"
_PURCHASE = rf"{_CLIENT}/cases/[^/]+/(?:test-)?purchases/[^/]+"
_KINDS: tuple[tuple[str, re.Pattern[str], Work], ...] = tuple(
    (methods, re.compile(pattern), work)
    for methods, pattern, work in (
        ("GET HEAD", r"/healthz|/static/.*", Work.FREE),
        ("GET HEAD", r"/readyz|/metrics", Work.PROBE),
        ("POST", r"/v1/session|/log-in", Work.LOG_IN),
        ("GET HEAD", rf"{_CLIENT}/(?:photos|trials)/.*", Work.PHOTO),
        ("GET HEAD", rf"{_CLIENT}/cases/[^/]+/screenshots/.*", Work.PHOTO),
        ("GET HEAD", rf"{_PURCHASE}/photos/.*", Work.PHOTO),
        ("POST PUT", rf"{_CLIENT}/references", Work.UPLOAD),
        ("POST", rf"{_PURCHASE}/photos", Work.UPLOAD),
        ("POST", rf"{_CLIENT}/(?:listings:import|imports)", Work.IMPORT),
        ("GET HEAD POST", rf"{_CLIENT}/(?:cases-export|config/preview|trials)", Work.LONG),
        ("GET HEAD", rf"{_CLIENT}/cases/[^/]+/bundle", Work.LONG),
        ("POST", rf"{_CLIENT}/cases/[^/]+/screenshots", Work.LONG),
        ("GET HEAD", rf"{_CLIENT}/exports/[^/]+/file", Work.DOWNLOAD),
        ("GET HEAD", rf"{_CLIENT}/imports/[^/]+/faults", Work.DOWNLOAD),
    )
)


def work_of(method: str, path: str) -> Work:
    """Which kind of work the request asks for."""
    for methods, pattern, work in _KINDS:
        if method in methods.split() and pattern.fullmatch(path):
            return work
    return Work.QUICK
