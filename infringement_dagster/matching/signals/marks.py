"""Signals of marks that photos show: the brand's name in letters, its logo."""

from __future__ import annotations

from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.signals.comparison import Comparison, Found

_SECOND_HAND = 0.5  # a private person who sells something used may leave its name to the photo


def brand_in_photo(c: Comparison) -> Found:
    """How surely a photo shows the brand's name where the title keeps quiet about it."""
    if isinstance(c.brand_in_photo, Unavailable):
        return c.brand_in_photo
    if c.brand_in_photo is None:
        return 0.0, "no brand of the client was read in the photos"
    seen = c.brand_in_photo.seen
    told = f"'{seen.text}' in a photo reads as {seen.brand} ({seen.kind.replace('_', ' ')})"
    if c.read_in_photo < c.brand_in_photo.strength / 2:
        return c.read_in_photo, f"{told}, which the title names too"
    if c.is_second_hand:
        return c.read_in_photo * _SECOND_HAND, f"{told}; on something used it may be left unsaid"
    return c.read_in_photo, f"{told}, and the title does not name it"


def logo_in_photo(c: Comparison) -> Found:
    """How surely a photo shows a logo of the client where the title does not name its brand."""
    if isinstance(c.logo, Unavailable):
        return c.logo
    if c.logo is None:
        return 0.0, "no logo of the client was seen in the photos"
    told = f"a logo of the client, by {c.logo.match.inlier_count} places that agree"
    if c.logo_shown < c.logo.match.similarity / 2:
        return c.logo_shown, f"{told}; the title names the brand too"
    if c.is_second_hand:
        return c.logo_shown * _SECOND_HAND, f"{told}; on something used the name may be left unsaid"
    return c.logo_shown, f"{told}, and the title does not name the brand"
