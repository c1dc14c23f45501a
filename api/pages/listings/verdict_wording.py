"""Why a listing is no case, in sentences; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.pages.cases.signal_wording import ShownSignal
from api.pages.languages.figures import percent
from api.pages.languages.words import gettext
from infringement_dagster.domain.client import Thresholds

ALLOWED: Final = "On your allow list"
_REASONS_TOLD: Final = 3


@dataclass(frozen=True, slots=True)
class ScoredListing:
    """How a listing was scored, and what is asked of a score now."""

    probability: float
    config_version: int  # under which it was scored
    newest_version: int
    thresholds: Thresholds  # of the newest config
    signals: list[ShownSignal]  # the strongest first


def why_no_case(scored: ScoredListing | None) -> list[str]:
    """The sentences that say why the listing was not flagged; at least one."""
    if scored is None:
        return [
            gettext(
                "No score of it is kept: its scan is still running, failed before scoring, or is "
                "so long ago that its scores are kept no longer."
            )
        ]
    return [_against_threshold(scored), *_by_signals(scored)]


def _against_threshold(scored: ScoredListing) -> str:
    probability, review = percent(scored.probability), percent(scored.thresholds.review)
    if scored.probability < scored.thresholds.review:
        return gettext(
            "It probably does not infringe: its probability is %(probability)s, and your config "
            "asks for %(review)s before a person is shown a listing.",
            probability=probability,
            review=review,
        )
    if scored.config_version < scored.newest_version:
        return gettext(
            "Its probability of %(probability)s would be flagged now, from %(review)s on. It was "
            "scored under version %(then)s of the config, of which version "
            "%(newest)s is the newest: apply that to what is stored, or scan again.",
            probability=probability,
            review=review,
            then=scored.config_version,
            newest=scored.newest_version,
        )
    return gettext(
        "Its probability of %(probability)s reaches your threshold of %(review)s: the scan that "
        "scored it has not come to flagging yet, or failed there.",
        probability=probability,
        review=review,
    )


def _by_signals(scored: ScoredListing) -> list[str]:
    """The strongest signs against infringement; or that there was nothing to hold against it."""
    telling = [signal for signal in scored.signals if signal.is_telling and signal.is_found]
    against = [signal for signal in telling if signal.contribution < 0]
    if any(signal.words.name == ALLOWED for signal in against):
        return [
            gettext("You allow its seller or the listing itself, which outweighs everything else.")
        ]
    if against:
        meanings = " ".join(signal.meaning for signal in against[:_REASONS_TOLD])
        return [gettext("Against infringement speaks most: %(meanings)s", meanings=meanings)]
    if not telling:
        return [gettext("None of the signals found anything to hold against it.")]
    too_little = "What speaks for infringement is too little by itself: %(meaning)s"
    return [gettext(too_little, meaning=telling[0].meaning)]
