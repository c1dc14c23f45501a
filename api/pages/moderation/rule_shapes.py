"""The three usual rules as forms with numbers to fill in; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

ShapeName = Literal["dealers", "risk", "group"]


@dataclass(frozen=True, slots=True)
class Shape:
    """A usual rule; `before` and `after` are the words around its number of percent."""

    name: ShapeName
    title: str
    before: str
    after: str
    percent: int


SHAPES: Final = (
    Shape(
        "dealers",
        "Allow dealers at fair prices",
        "Not infringing when the seller is on your allow list and the price is at least",
        "% of your floor",
        85,
    ),
    Shape(
        "risk",
        "Flag risky sellers as priority",
        "Priority when the risk of the actor behind the seller is at least",
        "%",
        80,
    ),
    Shape(
        "group",
        "Follow a decided group",
        "Infringing when its group is decided so, the photo is exact and the probability at least",
        "%",
        97,
    ),
)


def rule_of(
    shape: ShapeName, percent: float, limit_percent: float, taken: Sequence[str]
) -> Mapping[str, object]:
    """The rule as a config holds it, under a name that none of those taken is."""
    share = round(percent / 100, 6)
    rules: Mapping[ShapeName, tuple[str, str, Mapping[str, object], str]] = {
        "dealers": (
            "dealers-at-fair-prices",
            "decide_not_infringing",
            {"seller_list": "allow", "price_of_floor_at_least": share},
            "Seller on the allow list, at a fair price",
        ),
        "risk": ("risky-actors", "flag_priority", {"actor_risk_at_least": share}, ""),
        "group": (
            "follow-decided-groups",
            "decide_infringing",
            {
                "group_decision": "infringing",
                "photo_exact": True,
                "probability_at_least": share,
            },
            "Its group is decided so, and the photo is the same",
        ),
    }
    name, then, when, reason = rules[shape]
    guard = {"overturned_at_most": round(limit_percent / 100, 6)}
    return {"name": _free(name, taken), "then": then, "when": when, "guard": guard} | (
        {"reason": reason} if reason else {}
    )


def _free(name: str, taken: Sequence[str]) -> str:
    numbered = [name, *(f"{name}-{number}" for number in range(2, len(taken) + 3))]
    return next(free for free in numbered if free not in taken)
