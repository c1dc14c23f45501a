"""A vector drawing as pixels, for logos: drawn by resvg, which runs no script and asks no network.

Imported by a worker that is asked to draw.
"""

from __future__ import annotations

import re

import resvg_py

from infringement_dagster.domain.photo import MissedPhoto

WIDTH_PX = 800
# What would read other files, or grow without end.
_REFUSED = re.compile(r"<!ENTITY|<(?:\w+:)?(image|feImage|foreignObject)\b", re.IGNORECASE)


def drawn(content: bytes) -> bytes | MissedPhoto:
    """The SVG as a PNG on white, 800 px wide, or why not; letters must be paths."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return MissedPhoto("unsupported", f"the SVG is not UTF-8: {error}")
    refused = _REFUSED.search(text)
    if refused is not None:
        return MissedPhoto("unsupported", f"an SVG with {refused[0]!r} is not drawn: use paths")
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=text, width=WIDTH_PX, background="#ffffff", skip_system_fonts=True
            )
        )
    except ValueError as error:
        return MissedPhoto("unsupported", f"the SVG cannot be drawn: {error}")
