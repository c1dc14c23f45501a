"""When a listing becomes a case: by its score, drawn or by hand; what a decision does to it.

Who only ever sees what the score accuses learns nothing about what it misses. A few of the rest
are therefore drawn, by a hash, so that a repeated step draws the same ones.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, get_args
from uuid import UUID

from infringement_dagster.domain.client import Sampling, Thresholds
from infringement_dagster.domain.errors import PermanentError, ProblemKind
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import Score, ViolationType

Decision = Literal["infringing", "not_infringing", "unsure"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
CaseState = Literal["open", "decided", "dropped"]
# By its score, drawn from those below the threshold, or by a person.
CaseOrigin = Literal["flagged", "sampled", "by_hand"]


class StaleCase(PermanentError):
    """Somebody has decided on the case since it was read."""

    problem = ProblemKind(
        409, "stale-case", "The case has changed", "Read it again, decide on what it says now."
    )


def origin_of(sampled_chance: float | None, flagged_by: str | None) -> CaseOrigin:
    """The reason why a person gets to see a case."""
    if sampled_chance is not None:
        return "sampled"
    return "flagged" if flagged_by is None else "by_hand"


def should_flag(score: Score, thresholds: Thresholds) -> bool:
    """Whether a person should look at the listing."""
    return score.probability >= thresholds.review


def decide(
    decision: Decision, *, case: str, version: int, expected_version: int
) -> tuple[CaseState, int]:
    """The state and version of `case` after a decision; `unsure` leaves it open.

    Raises `StaleCase`, which names the case, when the reviewer saw another version.
    """
    if version != expected_version:
        raise StaleCase(
            f"{case} is at version {version}, not at {expected_version}: somebody has decided "
            "meanwhile; read it again first"
        )
    return ("open" if decision == "unsure" else "decided"), version + 1


def digest_of(versions: Mapping[UUID, int], told: Iterable[Sequence[object]] = ()) -> str:
    """Which cases at which versions somebody has seen, as SHA-256 in hex.

    `told` is what else they were shown, part by part.
    """
    named = sorted(f"{case_id}:{version}" for case_id, version in versions.items())
    shown = sorted(":".join(map(str, part)) for part in told)
    return sha256(",".join((*named, *shown)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RuleMark:
    """The rule of the client that decided, and the version of the config that had it."""

    rule: str
    config_version: int


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision that was taken on a case."""

    decision: Decision
    reason: str
    sets_aside: bool  # leaves the case open but out of the way
    by_rule: RuleMark | None = None  # None: a person took it


def decided_as(decision: Decision, reason: str) -> PastDecision:
    """A person's decision; who is unsure sets the case aside."""
    return PastDecision(decision, reason, sets_aside=decision == "unsure")


# Holds again once an only decision is taken back.
NOT_DECIDED = PastDecision("unsure", "", sets_aside=False)


@dataclass(frozen=True, slots=True)
class CaseFlag:
    """A listing that a person should look at, as a scan scored it."""

    listing_id: str
    probability: float  # 0 to 1
    violation_type: ViolationType | None
    sampled_chance: float | None = None  # of being drawn; None where its score flags it

    @property
    def origin(self) -> CaseOrigin:
        """Why a person gets to see it."""
        return origin_of(self.sampled_chance, None)


@dataclass(frozen=True, slots=True)
class FlaggedCase:
    """The case of a flagged or sampled listing.

    `created` is False when an earlier scan opened it. `was_sampled` is True where it was open as a
    sampled one until now.
    """

    case_id: UUID
    listing_id: str
    created: bool
    was_sampled: bool = False


@dataclass(frozen=True, slots=True)
class LastWord:
    """A person's last decision on a case."""

    case_id: UUID
    decided_by: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Sample:
    """Drawn listings, and the chance that each had; `below` is how many they were drawn from."""

    listing_ids: frozenset[str] = frozenset()
    chance: float | None = None  # None: none was drawn
    below: int = 0

    def chance_of(self, listing_id: str) -> float | None:
        """The listing's chance where it was drawn, else None."""
        return self.chance if listing_id in self.listing_ids else None

    def shows(self, listing_id: str, score: Score, thresholds: Thresholds) -> bool:
        """Whether a person gets to see the listing, flagged or drawn."""
        return should_flag(score, thresholds) or listing_id in self.listing_ids


NO_SAMPLE = Sample()


@dataclass(frozen=True, slots=True)
class Draw:
    """Whose listings are drawn from: one provider of a scan that asks `providers`."""

    client_id: str
    scan_id: UUID
    provider: Provider
    providers: tuple[Provider, ...]

    def of(self, below: Collection[str], sampling: Sampling) -> Sample:
        """The client's share of these listings, and at least its part of the scan's least."""
        size = min(len(below), max(int(sampling.share * len(below)), self._least(sampling.least)))
        if size == 0:
            return Sample(below=len(below))
        drawn = heapq.nsmallest(size, below, key=self._place)
        return Sample(frozenset(drawn), size / len(below), len(below))

    def _least(self, of_scan: int) -> int:
        """This provider's part of the least that a scan draws; the parts add up to it."""
        each, left = divmod(of_scan, len(self.providers))
        return each + (sorted(self.providers).index(self.provider) < left)

    def _place(self, listing_id: str) -> bytes:
        named = "\0".join((self.client_id, str(self.scan_id), self.provider, listing_id))
        return sha256(named.encode(errors="surrogatepass")).digest()
