"""Addresses at which marketplaces serve one photo in several sizes; pure.

Only the part that names a size is exchanged: host and path of a photo stay as they are given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LARGEST_PX: Final = 1600  # the longer side that all of them serve
_EBAY_PX: Final = (140, 225, 300, 400, 500, 640, 800, 960, 1200, 1600)  # it serves no others


@dataclass(frozen=True, slots=True)
class _Sizes:
    """A marketplace's pattern: the part of an address that names the size, and how it is written.

    `written` holds `{px}`, and `{0}`, `{1}` for the pattern's groups.
    """

    named: re.Pattern[str]
    written: str
    unsized: str
    served_px: tuple[int, ...] = ()  # none: any


_SIZES: Final = (
    # eBay: /images/g/ID/s-l140.webp
    _Sizes(re.compile(r"(?<=/)s-l(\d{2,4})(?=\.(?:jpe?g|png|webp)\Z)"), "s-l{px}", "s-l", _EBAY_PX),
    # Amazon: /images/I/71abc._AC_UL320_.jpg; without the middle part it is the original.
    _Sizes(
        re.compile(r"(?<=/images/I/)([\w+%-]{1,80})\.(?:_[^/?#]{1,80}_)(?=\.\w{2,5}\Z)"),
        "{0}._AC_SL{px}_",
        "{0}",
    ),
    # Walmart: /asr/ID.jpeg?odnHeight=180&odnWidth=180&odnBg=FFFFFF
    _Sizes(re.compile(r"(?<=[?&])odn(Height|Width)=\d{1,4}(?=&|\Z)"), "odn{0}={px}", "odn{0}="),
)
_GIVEN_PX: Final = (  # the size that an address asks for, in each of the patterns
    re.compile(r"/s-l(\d{2,4})\."),
    re.compile(r"_(?:[A-Z]{2}_)?[A-Z]{2}(\d{2,4})(?:_|,)"),
    re.compile(r"[?&]odn(?:Height|Width)=(\d{1,4})"),
)


def larger_url(url: str, size_px: int = LARGEST_PX) -> str | None:
    """The same photo's address with a longer side of about `size_px`.

    None where no size is known to be named, or the one that is named is as large.
    """
    given_px = max((int(size) for found in _GIVEN_PX for size in found.findall(url)), default=None)
    if given_px is not None and given_px >= size_px:
        return None
    larger = _exchanged(url, size_px)
    return larger if larger != url else None


def unsized_url(url: str) -> str:
    """The address without its size: the same for all sizes of one photo."""
    return _exchanged(url, None)


def _exchanged(url: str, size_px: int | None) -> str:
    for sizes in _SIZES:
        written = sizes.unsized if size_px is None else sizes.written
        px = size_px if size_px is None else _served(sizes, size_px)

        def put(found: re.Match[str], written: str = written, px: int | None = px) -> str:
            return written.format(*found.groups(), px=px)

        exchanged = sizes.named.sub(put, url)
        if exchanged != url:
            return exchanged
    return url


def _served(sizes: _Sizes, size_px: int) -> int:
    """The smallest served size that is as large as wanted, else the largest."""
    if not sizes.served_px:
        return size_px
    return next((px for px in sizes.served_px if px >= size_px), sizes.served_px[-1])
