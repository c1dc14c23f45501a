"""Lawful mention: "case for iPhone" names a brand without claiming to be of it."""

from __future__ import annotations

import re

from infringement_dagster.matching.text.normal_text import normal

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
_WEAK = ("for", "für", "pour", "para", "per", "with", "mit", "avec", "con")
# After these the brand is the maker again: "shoes for men by Acme".
_AUDIENCE = (
    "men", "mens", "man", "women", "womens", "woman", "kids", "kid", "boys", "girls", "boy", "girl",
    "children", "baby", "babies", "adults", "teens", "him", "her", "home", "office", "travel",
    "sale", "dogs", "cats", "pets", "by", "from", "genuine", "original", "authentic",
    "herren", "damen", "kinder", "von", "homme", "femme", "enfants", "hombre", "mujer", "niños",
    "uomo", "donna", "bambini",
)  # fmt: skip
# What is sold for another maker's thing; before "for" they settle what "for" means.
_ACCESSORY = (
    "case", "cases", "cover", "covers", "sleeve", "bag", "skin", "pouch", "holster", "battery",
    "batteries", "charger", "charging", "adapter", "adaptor", "cable", "cord", "cartridge",
    "cartridges", "toner", "ink", "drum", "strap", "band", "bands", "mount", "holder", "stand",
    "dock", "protector", "film", "filter", "filters", "lens", "parts", "part", "spare", "remote",
    "memory", "ram", "kit", "lamp", "bulb", "brush", "blade", "blades", "lid", "straw", "handle",
    "belt", "hose", "bracket", "screen", "glass", "keyboard", "stylus", "headset", "earpads",
    "refill", "refills", "pads", "module", "sticker", "decal", "accessory", "accessories",
    "hülle", "akku", "ladegerät", "kabel", "netzteil", "ersatz", "schutzfolie", "tasche", "patrone",
    "armband", "halterung", "coque", "étui", "batterie", "chargeur", "câble", "housse", "verre",
    "funda", "carcasa", "batería", "cargador", "correa", "protector", "custodia", "batteria",
    "caricatore", "cavo", "pellicola", "cinturino", "ricambi",
)  # fmt: skip
_DIRECT = frozenset(map(normal, ("for", "für", "pour", "para", "per")))
_AFTER_PHRASE = re.compile(r"(?:\W+\w+){0,2}?\W+(?P<phrase>compatib\w+|kompatib\w+|replacement)\b")
_AFTER_STRENGTH = 0.9  # "Acme compatible toner"
_WEAK_STRENGTH = 0.8  # "with": an ingredient more often than a claim
_WEAK_REACH_WORDS = 8  # "for Fujitsu Samsung Dell Acer Asus": a list, not a sentence


def _any_of(phrases: tuple[str, ...]) -> re.Pattern[str]:
    folded = sorted({normal(phrase) for phrase in phrases}, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, folded)) + r")\b")


_STRONG_PHRASE, _WEAK_PHRASE = _any_of(_STRONG), _any_of(_WEAK)
_AUDIENCE_WORD, _ACCESSORY_WORD = _any_of(_AUDIENCE), _any_of(_ACCESSORY)


def nominative_strength(normal_title: str, brand_start: int, brand_end: int) -> tuple[float, str]:
    """How surely the brand between start and end is only referred to, and by which words.

    From 0 to 1. A phrase counts when it stands before the brand; lists ("for Dell, HP, Acer")
    keep it in force.
    """
    before = normal_title[:brand_start]
    strong = _last(_STRONG_PHRASE, before)
    if strong is not None:
        return 1.0, strong
    after = _AFTER_PHRASE.match(normal_title[brand_end:])
    if after is not None:
        return _AFTER_STRENGTH, after["phrase"]
    *_, weak = (None, *_WEAK_PHRASE.finditer(before))
    return (0.0, "") if weak is None else _by_weak_phrase(before, weak)


def _by_weak_phrase(before: str, weak: re.Match[str]) -> tuple[float, str]:
    between = before[weak.end() :]
    if len(between.split()) > _WEAK_REACH_WORDS or _AUDIENCE_WORD.search(between):
        return 0.0, ""
    is_direct = weak.group() in _DIRECT and len(between.split()) <= 1
    is_accessory = _ACCESSORY_WORD.search(before[: weak.start()]) is not None
    return (1.0 if is_direct or is_accessory else _WEAK_STRENGTH), weak.group()


def _last(phrase: re.Pattern[str], text: str) -> str | None:
    found = [match.group() for match in phrase.finditer(text)]
    return found[-1] if found else None
