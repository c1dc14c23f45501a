"""The task of copied photos: edited copies of drawn photos, and photos of other products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from infringement_dagster.cli.benchmark.items import Item, new_id
from resources.providers.sandbox.drawing import SUBJECTS, ProductShot, draw

FOLDER: Final = "copied_photos"
_OTHERS_FROM = 100_000  # seeds of products that no reference shows


def _inset(photo: Image.Image) -> Image.Image:
    canvas = draw(ProductShot("box", _OTHERS_FROM - 1, 3))
    canvas.paste(photo.resize((180, 180)), (30, 190))
    return canvas


def _banner(photo: Image.Image) -> Image.Image:
    edited = photo.copy()
    ImageDraw.Draw(edited).rectangle((0, 0, edited.width, edited.height // 6), fill=(200, 30, 30))
    return edited


def _collage(photo: Image.Image) -> Image.Image:
    canvas = Image.new("RGB", (800, 400), "white")
    canvas.paste(photo.resize((400, 400)), (0, 0))
    canvas.paste(draw(ProductShot("lamp", _OTHERS_FROM - 2, 5)), (400, 0))
    return canvas


EDITS: Final[dict[str, Callable[[Image.Image], Image.Image]]] = {
    "encoded_anew": lambda photo: photo.resize((300, 300)),
    "bordered": lambda photo: ImageOps.expand(photo, 40, "white"),
    "brighter": lambda photo: ImageEnhance.Brightness(photo).enhance(1.4),
    "mirrored": ImageOps.mirror,
    "cropped": lambda photo: photo.crop((50, 40, 340, 330)),
    "rotated": lambda photo: photo.rotate(8, Image.Resampling.BICUBIC, fillcolor="white"),
    "banner": _banner,
    "collage": _collage,
    "inset": _inset,
}


def reference_photo(number: int, seed: int) -> Image.Image:
    """The client's photo of its product of this number."""
    return draw(ProductShot(SUBJECTS[number % len(SUBJECTS)], seed * 1000 + number, number))


def other_photo(number: int, seed: int) -> Image.Image:
    """A photo of a like product of another maker."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    return draw(ProductShot(subject, _OTHERS_FROM + seed * 1000 + number, 7 * number + 1))


def make_photos(folder: Path, seed: int, size: int) -> list[Item]:
    """The items, whose photos and references stand in the folder; as many others as copies."""
    rng = np.random.default_rng([seed, 1])
    items = list(_items(folder, seed, size, rng))
    return [items[at] for at in rng.permutation(len(items))]


def _items(folder: Path, seed: int, size: int, rng: np.random.Generator) -> Iterator[Item]:
    for number in range(size):
        original = reference_photo(number, seed)
        save(original, folder / FOLDER / "references" / f"r{number:03}.jpg")
        for at, (edit, change) in enumerate(EDITS.items()):
            yield _item(folder, change(original), new_id(rng), edit)
            other = other_photo(number * len(EDITS) + at, seed)
            yield _item(folder, other, new_id(rng), "other_product")


def _item(folder: Path, photo: Image.Image, item_id: str, kind: str) -> Item:
    path = folder / FOLDER / "photos" / f"{item_id}.jpg"
    save(photo, path)
    cells = {"photo": f"photos/{path.name}"}
    return Item("copied_photos", item_id, kind != "other_product", kind, cells)


def save(photo: Image.Image, path: Path) -> None:
    """Guarantees the photo as a JPEG file, as marketplaces encode them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    encoded = BytesIO()
    photo.convert("RGB").save(encoded, "JPEG", quality=80)
    path.write_bytes(encoded.getvalue())
