"""Measures and figures in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from infringement_dagster.domain.report.figures import (
    Absent,
    Figure,
    Interval,
    Measure,
)
from infringement_dagster.notices.channels import RULES
from resources.providers.registry import installed

Unit = Literal["number", "share", "days", "ratio", "credits"]


@dataclass(frozen=True, slots=True)
class Wording:
    """A measure's name, its unit, and how it is counted."""

    title: str
    unit: Unit
    meaning: str


WORDINGS: Final[dict[Measure, Wording]] = {
    "listings_seen": Wording(
        "Listings seen",
        "number",
        "Different listings that scans of the week found; one that two scans found counts once.",
    ),
    "reviews_reached": Wording(
        "Reviews of them",
        "number",
        "How many reviews these listings show: at least so many people bought.",
    ),
    "infringing_reviews_reached": Wording(
        "Reviews of infringing listings",
        "number",
        "The same of those that a person has decided to be infringing.",
    ),
    "infringing_share": Wording(
        "Infringing among what is listed",
        "share",
        "Listings of the week that stood decided as infringing at its end, among all seen. "
        "Listings that nobody has looked at count as not infringing, so it is a lower bound.",
    ),
    "rank_weighted_infringing_share": Wording(
        "Infringing among what buyers see first",
        "share",
        "The same, weighted by the place among the results.",
    ),
    "suspected_share": Wording(
        "Flagged and not decided",
        "share",
        "Listings of the week whose case is open, among all seen.",
    ),
    "new_infringements": Wording(
        "New infringements",
        "number",
        "Cases first decided as infringing in the week, where that still stands.",
    ),
    "removed_infringements": Wording(
        "Removed infringements",
        "number",
        "Infringing listings that a complete scan of the week no longer found.",
    ),
    "returned_infringements": Wording(
        "Returned infringements", "number", "Infringing listings that were gone and came back."
    ),
    "repeat_seller_share": Wording(
        "By sellers who did it before",
        "share",
        "New infringements whose seller had an infringing listing before, by the seller's id or "
        "name at one marketplace; those without a seller are left out.",
    ),
    "repeat_actor_share": Wording(
        "By actors who did it before", "share", "The same over all names of one actor."
    ),
    "notices_sent": Wording("Notices sent", "number", "In the 52 weeks up to this one."),
    "removed_share": Wording(
        "Removed",
        "share",
        "Listings gone since their notice was sent; without a notice, since they were found.",
    ),
    "days_to_removal": Wording(
        "Days to removal",
        "days",
        "After so many days half were gone, by Kaplan and Meier: what still stands counts, too. "
        "A scan notices it, so it is as exact as scans are frequent.",
    ),
    "notice_acceptance": Wording(
        "Accepted notices",
        "share",
        "Among notices of the 52 weeks that were answered.",
    ),
    "price_of_floor": Wording(
        "Price as share of the floor",
        "ratio",
        "The median of the week's listings that were held against a price floor.",
    ),
    "below_floor_share": Wording(
        "Below the floor", "share", "Among the listings held against a price floor."
    ),
    "credits": Wording("Credits spent", "credits", "Charged by the vendor in the week."),
    "credits_per_infringement": Wording(
        "Credits for each new infringement", "credits", "Credits of the week by its infringements."
    ),
    "flagged_precision": Wording(
        "Infringing among decided cases",
        "share",
        "Of cases flagged by their score and decided in the 52 weeks, by probability.",
    ),
    "sampled_infringing_share": Wording(
        "Infringing among listings sampled below the threshold",
        "share",
        "An estimate of what the flagging misses.",
    ),
    "reviewer_hours_saved": Wording(
        "Reviewer hours saved", "number", "By deciding for groups or by rules."
    ),
}
_PARTS: Final[dict[str, str]] = {
    **{channel: rules.title for channel, rules in RULES.items()},
    "no_notice": "Without a notice",
    "infringing": "Infringing",
    "not_infringing": "Not infringing",
    "undecided": "Not decided",
}


def part_name(part: str | None) -> str:
    """The marketplace, channel or band as people read it."""
    if part is None:
        return "All"
    return _PARTS.get(part) or installed().title(part)


def title_of(measure: Measure) -> str:
    """The measure's name."""
    return WORDINGS[measure].title


def meaning_of(measure: Measure) -> str:
    """How the measure is counted."""
    return WORDINGS[measure].meaning


def told(figure: Figure | None, *, alone: bool = False) -> str:
    """The figure in words; with its week unless `alone`."""
    said = _value(figure)
    if alone or figure is None:
        return said
    return f"week of {figure.week:%-d %b %Y}: {said}"


def interval_of(figure: Figure | None) -> str:
    """The interval in words, empty where there is none."""
    if figure is None or figure.interval is None:
        return ""
    return _between(figure.interval)


def _value(figure: Figure | None) -> str:
    if figure is None:
        return "not told"
    if isinstance(figure.value, Absent):
        return f"not known: {figure.value.reason}"
    return number_in(WORDINGS[figure.measure].unit, figure.value)


def number_in(unit: Unit, value: float) -> str:
    """The number with its unit, as exact as it is worth."""
    if unit in ("share", "ratio"):
        return _percent(value)
    if unit == "days":
        return f"{value:,.1f}"
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:,.1f}"


def _percent(share: float) -> str:
    return f"{share:.0%}" if share == 0 or share >= 0.1 else f"{share:.1%}"


def _between(interval: Interval) -> str:
    return f"{_percent(interval.low)} to {_percent(interval.high)}"
