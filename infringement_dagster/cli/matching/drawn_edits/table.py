"""The edits by name, and each drawn on a photo as a marketplace would serve it."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from PIL import Image

from infringement_dagster.cli.matching.drawn_edits import colours, framing, overprints, scenes

Others = Sequence[Image.Image]
Edit = Callable[[Image.Image, Others, np.random.Generator], Image.Image]
_LONGER_MAX_PX = 1000

ON_WHITE_ONLY = frozenset({"cut out, plain ground", "cut out, busy ground", "cut out, other photo"})


def _stacked_lightly(photo: Image.Image, _: Others, rng: np.random.Generator) -> Image.Image:
    small = framing.cropped(photo, 0.88, rng)
    return framing.turned(overprints.badged(small, rng), float(rng.uniform(-8, 8)))


def _stacked_mirror(photo: Image.Image, _: Others, rng: np.random.Generator) -> Image.Image:
    flipped = photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return overprints.bannered(colours.hue_turned(framing.cropped(flipped, 0.85, rng), rng), rng)


def _stacked_letters(photo: Image.Image, _: Others, rng: np.random.Generator) -> Image.Image:
    lettered = overprints.lettered(framing.cropped(photo, 0.85, rng), rng, 2)
    return framing.padded(lettered, 0.08, "#203060")


def _stacked_inset(photo: Image.Image, others: Others, rng: np.random.Generator) -> Image.Image:
    return overprints.stickered(scenes.inset(framing.turned(photo, 6), others, rng, 0.6), rng)


EDITS: Mapping[str, Edit] = {
    "crop 10%": lambda photo, _, rng: framing.cropped(photo, 0.9, rng),
    "crop 20%": lambda photo, _, rng: framing.cropped(photo, 0.8, rng),
    "crop 40%": lambda photo, _, rng: framing.cropped(photo, 0.6, rng),
    "cropped twice": lambda photo, _, rng: framing.cropped_twice(photo, rng),
    "border": lambda photo, *_: framing.padded(photo, 0.1, "black"),
    "white pad": lambda photo, *_: framing.padded(photo, 0.2, "white"),
    "mirror": lambda photo, *_: photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "rotation 5": lambda photo, *_: framing.turned(photo, 5),
    "rotation 15": lambda photo, *_: framing.turned(photo, -15),
    "rotation 45": lambda photo, *_: framing.turned(photo, 45),
    "rotation 90": lambda photo, *_: framing.turned(photo, 90),
    "rotation 180": lambda photo, *_: framing.turned(photo, 180),
    "badge": lambda photo, _, rng: overprints.badged(photo, rng),
    "banner": lambda photo, _, rng: overprints.bannered(photo, rng),
    "watermark": lambda photo, _, rng: overprints.watermarked(photo, rng),
    "three stickers": lambda photo, _, rng: overprints.stickered(photo, rng),
    "lettering": lambda photo, _, rng: overprints.lettered(photo, rng),
    "inset 60%": lambda photo, others, rng: scenes.inset(photo, others, rng, 0.6),
    "inset 45%": lambda photo, others, rng: scenes.inset(photo, others, rng, 0.45),
    "inset 35%": lambda photo, others, rng: scenes.inset(photo, others, rng, 0.35),
    "collage of 2": lambda photo, others, rng: scenes.collage(photo, others, rng, 2, 1),
    "collage of 4": lambda photo, others, rng: scenes.collage(photo, others, rng, 2, 2),
    "collage of 9": lambda photo, others, rng: scenes.collage(photo, others, rng, 3, 3),
    "montage": scenes.montage,
    "screenshot": lambda photo, _, rng: scenes.screenshot(photo, rng),
    "from aside": lambda photo, _, rng: framing.from_aside(photo, rng),
    "photographed screen": lambda photo, _, rng: framing.photographed_screen(photo, rng),
    "cut out, plain ground": lambda photo, _, rng: scenes.cut_out(photo, scenes.ground(rng), rng),
    "cut out, busy ground": lambda photo, _, rng: scenes.cut_out(photo, scenes.room(rng), rng),
    "cut out, other photo": lambda photo, others, rng: scenes.cut_out(
        photo, scenes.other(others, rng), rng
    ),
    "two inks": lambda photo, _, rng: colours.in_two_inks(photo, rng),
    "hue turned": lambda photo, _, rng: colours.hue_turned(photo, rng),
    "channels changed": lambda photo, _, rng: colours.channels_changed(photo, rng),
    "inverted": lambda photo, *_: colours.inverted(photo),
    "crop, badge, turn": _stacked_lightly,
    "mirror, crop, hue, banner": _stacked_mirror,
    "crop, letters, frame": _stacked_letters,
    "turn, inset, stickers": _stacked_inset,
}


def drawn(edit: str, photo: Image.Image, others: Others, seed: int) -> bytes:
    """The edited photo as a JPEG, the same for the same seed and edit."""
    rng = np.random.default_rng((seed, zlib.crc32(edit.encode())))
    edited = EDITS[edit](photo, others, rng)
    if max(edited.size) > _LONGER_MAX_PX:
        edited = scenes.scaled(edited, _LONGER_MAX_PX)
    buffer = io.BytesIO()
    edited.save(buffer, "JPEG", quality=int(rng.integers(70, 90)))
    return buffer.getvalue()
