"""Photos set into something larger: other photos, pages, other grounds."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from infringement_dagster.cli.matching.drawn_edits.framing import cropped

Draw = np.random.Generator
Others = Sequence[Image.Image]
_BACKGROUND_MIN = 243  # levels, of each colour
_RIM_SHARE_MIN = 0.85


def stands_on_white(photo: Image.Image) -> bool:
    """Whether the product can be cut out: nearly all of the photo's rim is white."""
    white = np.asarray(photo).min(axis=2) >= _BACKGROUND_MIN
    rim = np.concatenate((white[0], white[-1], white[:, 0], white[:, -1]))
    return bool(rim.mean() >= _RIM_SHARE_MIN and (~white).mean() >= 0.05)


def inset(photo: Image.Image, others: Others, rng: Draw, share: float) -> Image.Image:
    """Within another photo, its longer side a share of that one's."""
    page = other(others, rng).resize((800, 800))
    small = scaled(photo, round(800 * share))
    left = int(rng.integers(0, 800 - small.width))
    top = int(rng.integers(0, 800 - small.height))
    page.paste(small, (left, top))
    return page


def collage(photo: Image.Image, others: Others, rng: Draw, across: int, down: int) -> Image.Image:
    """Among others, each cut to a cell; the photo's cell holds all of it."""
    side = 840 // max(across, down)
    sheet = Image.new("RGB", (across * side, down * side), "white")
    own = int(rng.integers(across * down))
    for cell in range(across * down):
        place = (cell % across * side, cell // across * side)
        if cell == own:
            small = scaled(photo, side - 4)
            sheet.paste(small, (place[0] + 2, place[1] + 2))
        else:
            sheet.paste(other(others, rng).resize((side - 4, side - 4)), place)
    return sheet


def montage(photo: Image.Image, others: Others, rng: Draw) -> Image.Image:
    """Photos pasted over each other, slightly turned, the photo on top of a part of them."""
    sheet = ground(rng, 840)
    for item in (*(other(others, rng) for _ in range(3)), cropped(photo, 0.9, rng)):
        small = scaled(item, int(rng.integers(360, 460))).convert("RGBA")
        small = small.rotate(float(rng.uniform(-14, 14)), Image.Resampling.BICUBIC, expand=True)
        left = int(rng.integers(0, max(1, 840 - small.width)))
        top = int(rng.integers(0, max(1, 840 - small.height)))
        sheet.paste(small, (left, top), small)
    return sheet


def screenshot(photo: Image.Image, rng: Draw) -> Image.Image:
    """A shop's page: bars, lines of text, and the photo at 45% of the width."""
    page = Image.new("RGB", (1000, 800), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 1000, 60), fill=(30, 40, int(rng.integers(60, 140))))
    draw.text((20, 15), "Marketplace   Search   Basket   Help", fill="white", font_size=24)
    page.paste(scaled(photo, 450), (30, 110))
    for row in range(14):
        words = " ".join("lorem" if rng.random() < 0.5 else "ipsum dolor" for _ in range(5))
        draw.text(
            (520, 110 + row * 44), words, fill=(40, 40, 40), font_size=int(rng.integers(14, 26))
        )
    draw.rectangle((520, 730, 760, 780), fill=(240, 150, 20))
    return page


def cut_out(photo: Image.Image, scene: Image.Image, rng: Draw) -> Image.Image:
    """The product without its white ground, at 70 to 95% of its size, on the scene."""
    pixels = np.asarray(photo)
    white = (pixels.min(axis=2) >= _BACKGROUND_MIN).astype(np.uint8)
    _, parts = cv2.connectedComponents(white)
    rim = np.concatenate((parts[0], parts[-1], parts[:, 0], parts[:, -1]))
    shown = ~np.isin(parts, np.unique(rim[rim > 0]))
    soft = cv2.GaussianBlur(cv2.erode(shown.astype(np.uint8) * 255, np.ones((3, 3))), (0, 0), 0.8)
    scale = float(rng.uniform(0.7, 0.95))
    size = (round(photo.width * scale), round(photo.height * scale))
    page = scene.resize(photo.size)
    left = int(rng.integers(0, photo.width - size[0] + 1))
    top = int(rng.integers(0, photo.height - size[1] + 1))
    page.paste(
        photo.resize(size), (left, top), Image.fromarray(np.asarray(soft, np.uint8)).resize(size)
    )
    return page


def ground(rng: Draw, side_px: int = 600) -> Image.Image:
    """A plain ground: one colour that fades into another."""
    first, last = rng.integers(60, 235, (2, 3))
    share = np.linspace(0, 1, side_px)[:, None, None]
    rows = first * (1 - share) + last * share
    return Image.fromarray(np.repeat(rows, side_px, axis=1).astype(np.uint8))


def room(rng: Draw, side_px: int = 600) -> Image.Image:
    """A busy ground: boards, a wall with a grain, things about."""
    grain = Image.fromarray(rng.integers(90, 200, (side_px // 6, side_px // 40, 3), np.uint8))
    boards = np.asarray(grain.resize((side_px, side_px), Image.Resampling.BICUBIC), np.float32)
    noise = rng.normal(0, 9, (side_px, side_px, 1))
    page = Image.fromarray((boards + noise).clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(page)
    for board in range(0, side_px, side_px // int(rng.integers(5, 11))):
        draw.line((0, board, side_px, board), fill=(50, 40, 30), width=3)
    for _ in range(14):
        left, top = (int(v) for v in rng.integers(0, side_px, 2))
        wide, high = (int(v) for v in rng.integers(20, side_px // 4, 2))
        colour = tuple(int(v) for v in rng.integers(20, 240, 3))
        shape = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        shape((left, top, left + wide, top + high), fill=colour)
    return page.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 2.5))))


def other(others: Others, rng: Draw) -> Image.Image:
    """Any of the other photos."""
    return others[int(rng.integers(len(others)))].copy()


def scaled(photo: Image.Image, longer_px: int) -> Image.Image:
    """The photo with that longer side."""
    scale = longer_px / max(photo.size)
    size = (max(8, round(photo.width * scale)), max(8, round(photo.height * scale)))
    return photo.resize(size, Image.Resampling.LANCZOS)
