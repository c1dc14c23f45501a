"""What kind of violation a listing would be, if it is one."""

from __future__ import annotations

from infringement_dagster.domain.score import ViolationType
from infringement_dagster.matching.combination import Values
from infringement_dagster.matching.signals import Comparison
from infringement_dagster.matching.text.brand_text import DISGUISES

_EVEN = 0.5
_IDENTITY_MIN = 0.4
_CHEAP_MIN = 0.3  # half way from the floor to a third of it
_PICTURED_MAX = 0.3


def violation_type_of(comparison: Comparison, values: Values) -> ViolationType | None:
    """The kind of violation that the signals point to; None when nothing links to the client."""
    value = {name: given or 0.0 for name, given in values.items()}
    is_mention = value["nominative"] >= _EVEN
    if comparison.identity < _IDENTITY_MIN and not is_mention:
        return None
    if is_mention and comparison.pictured < _EVEN:
        return "accessory"
    if value["stolen_photo"] >= _EVEN:
        return "stolen_photo"
    is_disguised = comparison.brand_use is not None and comparison.brand_use.kind in DISGUISES
    if is_disguised or value["low_price"] >= _CHEAP_MIN or value["fraud_terms"] >= _EVEN:
        return "counterfeit_suspicion"
    is_squat = value["keyword_squat"] >= _EVEN and comparison.pictured < _PICTURED_MAX
    return "keyword_squat" if is_squat else "grey_market"
