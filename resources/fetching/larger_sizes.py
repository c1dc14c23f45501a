"""Addresses at which marketplaces serve the same photo larger than a page of results shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Sizes:
    """A marketplace's pattern: the part of an address that names the size, and what to ask for."""

    named: re.Pattern[str]
    larger: str | Callable[[re.Match[str]], str]


_SIZES = (
    # eBay: /images/g/ID/s-l140.webp
    _Sizes(re.compile(r"(?<=/)s-l\d{2,3}(?=\.(?:jpe?g|png|webp)$)"), "s-l1600"),
    # Amazon: /images/I/71abc._AC_UL320_.jpg; without the middle part it is the original
    _Sizes(re.compile(r"(?<=/images/I/)([\w+%-]+)\._[^/]*_(?=\.\w+$)"), lambda found: found[1]),
    # Walmart: /asr/ID.jpeg?odnHeight=180&odnWidth=180&odnBg=FFFFFF
    _Sizes(
        re.compile(r"(?<=[?&])odn(Height|Width)=\d{1,3}(?=&|$)"),
        lambda found: f"odn{found[1]}=1600",
    ),
)


def larger_url(url: str) -> str | None:
    """The same photo's address in a size that words can be read in; None where none is known."""
    for sizes in _SIZES:
        larger = sizes.named.sub(sizes.larger, url)
        if larger != url:
            return larger
    return None
