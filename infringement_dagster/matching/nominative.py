"""Lawful mention: "case for iPhone" names a brand without claiming to be of it.

Belongs here: the phrases of the marketplaces' languages (en, de, fr, es, it) and where they
stand. Not here: whether the brand is named at all (`brand_text.py`).
"""

from __future__ import annotations

import re

_STRONG = (
    # en
    "compatible with", "compatible for", "compatible to", "compatible", "replacement for",
    "replaces", "replacement", "fits for", "fits with", "fits", "fit for",
    "suitable for", "designed for", "made for", "works with", "work with",
    "for use with", "for use in", "adapter for",
    "accessory for", "accessories for", "case for", "cover for", "not for", "alternative to",
    # de
    "kompatibel mit", "kompatibel zu", "kompatibel", "passend für", "passend fur", "passend zu",
    "geeignet für", "geeignet fur", "ersatz für", "ersatz fur", "passt für", "passt fur",
    "passt zu", "zubehör für", "zubehor fur", "hülle für", "hulle fur", "ersatzteil für",
    # fr
    "compatible avec", "compatible pour", "compatibles avec", "adapté à", "adapte a",
    "adapté pour", "adapte pour", "remplacement pour", "remplace", "coque pour", "convient pour",
    # es
    "compatible con", "compatibles con", "repuesto para", "recambio para", "apto para",
    "reemplazo para", "funda para",
    # it
    "compatibile con", "compatibili con", "compatibile per", "ricambio per", "adatto a",
    "adatto per", "sostituzione per", "custodia per",
)  # fmt: skip
_WEAK = ("for", "für", "fur", "pour", "para", "per", "with", "mit", "avec", "con")

_FOLDED_STRONG = sorted(set(_STRONG), key=len, reverse=True)
_BEFORE_STRONG = re.compile(r"\b(?:" + "|".join(map(re.escape, _FOLDED_STRONG)) + r")\b")
_BEFORE_WEAK = re.compile(r"\b(?:" + "|".join(_WEAK) + r")\b")


def nominative_strength(normal_title: str, brand_start: int) -> tuple[float, str]:
    """How surely the brand that begins at `brand_start` is only referred to, and by which words.

    From 0 to 1. A phrase counts when it stands before the brand; lists ("for Dell, HP, Acer")
    keep it in force up to the end of the title.
    """
    before = normal_title[:brand_start]
    strong = list(_BEFORE_STRONG.finditer(before))
    if strong:
        return 0.95, strong[-1].group()
    weak = list(_BEFORE_WEAK.finditer(before))
    if weak:
        return 0.8, weak[-1].group()
    return 0.0, ""
