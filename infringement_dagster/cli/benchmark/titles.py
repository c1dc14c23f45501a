"""The task of brands in titles: made-up names in disguise, names that resemble them, mentions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import numpy as np

from infringement_dagster.cli.benchmark.items import Item, new_id

_STARTS = ("br", "t", "v", "kl", "m", "s", "dr", "f", "pl", "z", "gr", "n", "h", "l")
_VOWELS = ("a", "e", "i", "o", "u")
_ENDS = ("x", "ra", "lix", "mund", "ta", "ver", "dor", "nia", "sk", "vel", "quin", "lo")
PRODUCTS: Final = ("bottle", "jacket", "lamp", "backpack", "headphones", "wallet", "tent", "mug")
_MENTIONS = (
    "replacement strap compatible with {}", "case for {} {p}", "Ersatzteil passend für {} {p}",
    "filtre compatible avec {}", "funda para {} {p}", "zamiennik do {} {p}", "{} 互換 フィルター",
)  # fmt: skip
_CYRILLIC: Final = str.maketrans("aeopcx", "аеорсх")
_LEET: Final = str.maketrans("oile", "0113")

Spell = Callable[[str, int], str]  # a name and a place in it


def _swapped(name: str, at: int) -> str:
    return name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]


SPELLINGS: Final[Mapping[str, Spell]] = {
    "plain": lambda name, _: name,
    "letter_left_out": lambda name, at: name[:at] + name[at + 1 :],
    "letter_doubled": lambda name, at: name[:at] + name[at] + name[at:],
    "letters_swapped": _swapped,
    "letter_replaced": lambda name, at: (
        name[:at] + ("q" if name[at] != "q" else "w") + name[at + 1 :]
    ),
    "digits": lambda name, _: name.translate(_LEET),
    "cyrillic": lambda name, _: name.translate(_CYRILLIC),
    "masked": lambda name, at: name[:at] + "*" + name[at + 1 :],
    "split": lambda name, at: f"{name[:at]} {name[at:]}",
    "glued": lambda name, _: f"#{name}shop",
}


def made_up_name(rng: np.random.Generator) -> str:
    """A name of five letters and more that no maker has, as far as chance goes."""
    parts = (_STARTS, _VOWELS, _STARTS, _VOWELS, _ENDS)
    return "".join(str(rng.choice(part)) for part in parts)


def make_titles(seed: int, size: int) -> list[Item]:
    """The items: of each name every spelling, mentions, and titles of other makers."""
    rng = np.random.default_rng([seed, 2])
    names = list(dict.fromkeys(made_up_name(rng) for _ in range(size)))
    items = [item for at in range(len(names)) for item in _items(names, at, rng)]
    return [items[at] for at in rng.permutation(len(items))]


def _items(names: list[str], at: int, rng: np.random.Generator) -> Iterator[Item]:
    name, product = names[at], str(rng.choice(PRODUCTS))
    for kind, spell in SPELLINGS.items():
        spelt = spell(name, int(rng.integers(1, len(name) - 1)))
        if spelt != name or kind == "plain":
            yield _item(rng, name, f"new {spelt} {product} black", kind)
    for form in _MENTIONS:
        yield _item(rng, name, form.format(name, p=product), "mention")
    for other in rng.choice(names, 6):
        if other != name:
            yield _item(rng, name, f"new {other} {product} black", "other_maker")


def _item(rng: np.random.Generator, brand: str, title: str, kind: str) -> Item:
    cells = {"brand": brand, "title": title}
    return Item("titles", new_id(rng), kind not in ("mention", "other_maker"), kind, cells)
