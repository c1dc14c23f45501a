"""News since a person's last visit, in words; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.pages.languages.words import ngettext


@dataclass(frozen=True, slots=True)
class _Wording:
    types: tuple[str, ...]
    single: str
    many: str
    path: str  # below /clients/{client_id}/


@dataclass(frozen=True, slots=True)
class News:
    """A number of things that happened, in words, and where they are seen."""

    number: int
    said: str
    path: str


_WORDINGS: Final = (
    _Wording(("case.flagged",), "new case", "new cases", "cases?sort=newest"),
    _Wording(
        ("case.flagged_by_hand",),
        "case opened by hand",
        "cases opened by hand",
        "cases?tab=all&origin=by_hand",
    ),
    _Wording(
        ("case.sampled",),
        "listing drawn for review",
        "listings drawn for review",
        "cases?origin=sampled",
    ),
    _Wording(("case.decided",), "decision", "decisions", "cases?tab=infringing"),
    _Wording(
        ("case.gone",),
        "listing no longer found",
        "listings no longer found",
        "cases?tab=infringing",
    ),
    _Wording(
        ("case.listed", "case.relisted"),
        "listing offered again",
        "listings offered again",
        "cases?tab=all&sort=newest",
    ),
    _Wording(("notice.sent",), "notice sent", "notices sent", "notices?state=sent"),
    _Wording(("notice.accepted",), "notice accepted", "notices accepted", "notices?state=accepted"),
    _Wording(("notice.rejected",), "notice rejected", "notices rejected", "notices?state=rejected"),
    _Wording(("scan.finished",), "scan ended", "scans ended", "scans"),
    _Wording(("check.failed",), "failed check of a scan", "failed checks of scans", "scans"),
)


def news_of(events: Mapping[str, int]) -> list[News]:
    """The news in events counted by their type; empty where none of them is any."""
    counted = [
        (wording, sum(events.get(name, 0) for name in wording.types)) for wording in _WORDINGS
    ]
    return [
        News(number, ngettext(wording.single, wording.many, number), wording.path)
        for wording, number in counted
        if number
    ]
