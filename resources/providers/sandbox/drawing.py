"""Product photos, drawn from two numbers: one for the product, one for the scene it stands in."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIDE_PX = 400
_OVERSAMPLING = 2  # edges are drawn twice as large and reduced

# Outlines on a field of 100 by 100: E for an ellipse and B for a rounded block by their corners,
# P for a polygon by its points.
_OUTLINES = {
    "bottle": "B36,26,64,92 B43,12,57,30",
    "flask": "B33,30,67,93 P40,32,45,8,55,8,60,32",
    "mug": "B22,35,66,85 E56,42,84,76",
    "tumbler": "P30,20,70,20,63,92,37,92 B27,14,73,22",
    "growler": "E22,32,78,94 B42,10,58,42 E55,14,80,42",
    "sipper": "B35,38,65,90 E34,22,66,46 B47,6,53,30",
    "bear": "E30,42,70,94 E30,14,70,50 E25,8,41,26 E59,8,75,26 E17,50,37,70 E63,50,83,70",
    "penguin": "E30,10,70,94 P32,40,14,72,34,66 P68,40,86,72,66,66",
    "otter": "E12,50,80,82 E58,30,90,62 P16,62,2,34,26,56",
    "moose": "E32,46,68,94 E36,26,64,60 P38,32,8,20,14,6,42,24 P62,32,92,20,86,6,58,24",
    "turtle": "E16,34,78,78 E70,40,94,62 B22,68,36,86 B58,68,72,86",
    "bunny": "E32,50,68,95 E34,32,66,62 E36,4,46,42 E54,4,64,42",
    "bag": "B20,34,80,90 E36,12,64,50",
    "tent": "P6,86,50,14,94,86",
    "lamp": "P30,10,70,10,86,46,14,46 B47,44,53,86 B32,84,68,92",
    "box": "P14,36,50,20,86,36,86,76,50,92,14,76",
    "ball": "E18,18,82,82",
    "ring": "E12,30,88,72",
    "strap": "B6,40,94,58 E70,34,92,64",
    "lid": "B20,50,80,72 E36,30,64,60",
    "jacket": "P30,18,70,18,92,40,80,52,72,42,74,90,26,90,28,42,20,52,8,40",
    "blocks": "B12,56,42,88 B46,50,84,88 B30,18,60,50",
}
SUBJECTS = tuple(_OUTLINES)
_FACED = frozenset({"bear", "penguin", "moose", "bunny"})


@dataclass(frozen=True, slots=True)
class ProductShot:
    """One product in one scene; the same numbers draw the same photo everywhere."""

    subject: str
    product_seed: int
    scene_seed: int


def draw(shot: ProductShot) -> Image.Image:
    """The photo, `SIDE_PX` on each side, in about 10 ms."""
    product = np.random.default_rng([shot.product_seed, 1])
    scene = np.random.default_rng([shot.scene_seed, 2])
    photo = _backdrop(scene)
    surface = _surface(product)
    if shot.subject in _FACED:
        _paint_face(surface)
    surface.putalpha(_silhouette(shot.subject))
    posed = _pose(surface, scene)
    shadow = posed.getchannel("A").reduce(8).filter(ImageFilter.BoxBlur(3)).resize(posed.size)
    photo.paste((25, 25, 35), (12, 8), shadow.point(_HALF))
    photo.paste(posed, (0, 0), posed)
    return _grain(photo, scene)


_HALF = [value // 2 for value in range(256)]


def _backdrop(scene: np.random.Generator) -> Image.Image:
    """A softly lit room: a few large lights and darks above a surface."""
    lights = scene.integers(70, 250, (5, 5, 1)) + scene.integers(-25, 26, (1, 1, 3))
    wall = Image.fromarray(np.clip(lights, 20, 255).astype(np.uint8))
    photo = wall.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(photo)
    edge = int(scene.integers(250, 350))
    pen.rectangle((0, edge, SIDE_PX, SIDE_PX), fill=_colour(scene, 60, 230))
    for _ in range(2):  # a prop, partly out of the frame
        x, y, side = (int(v) for v in scene.integers((-50, 35, 50), (365, 315, 140)))
        box = (x, y, x + side, y + side)
        if scene.random() < 0.5:
            pen.ellipse(box, fill=_colour(scene, 40, 240))
        else:
            pen.rectangle(box, fill=_colour(scene, 40, 240))
    return photo


def _surface(product: np.random.Generator) -> Image.Image:
    """The product's skin: lit from one side, banded, with a printed label."""
    body = np.array(_colour(product, 30, 240))
    around = np.linspace(-1.2, 1.2, SIDE_PX)
    light = 0.45 + 0.75 * np.cos(around - product.uniform(-0.7, 0.7)) ** 2
    skin = np.clip(body * light[None, :, None], 0, 255).astype(np.uint8)
    surface = Image.fromarray(np.repeat(skin, SIDE_PX, axis=0))
    pen = ImageDraw.Draw(surface)
    for _ in range(int(product.integers(1, 4))):
        top = int(product.integers(35, 350))
        band = (0, top, SIDE_PX, top + int(product.integers(12, 50)))
        pen.rectangle(band, fill=_colour(product, 20, 250))
    x, y = (int(v) for v in product.integers((125, 175), (175, 250)))
    pen.rectangle((x, y, x + 108, y + 75), fill=_colour(product, 200, 256))
    for line in range(3):
        width = int(product.integers(33, 92))
        at = (x + 8, y + 12 + 20 * line, x + 8 + width, y + 20 + 20 * line)
        pen.rectangle(at, fill=_colour(product, 0, 120))
    return surface


@functools.cache
def _silhouette(subject: str) -> Image.Image:
    side = SIDE_PX * _OVERSAMPLING
    mask = Image.new("L", (side, side))
    pen = ImageDraw.Draw(mask)
    for shape in _OUTLINES[subject].split():
        points = [float(value) * side / 100 for value in shape[1:].split(",")]
        if shape[0] == "P":
            pen.polygon(points, fill=255)
        elif shape[0] == "E":
            pen.ellipse(points, fill=255)
        else:
            pen.rounded_rectangle(points, radius=0.05 * side, fill=255)
    return mask.reduce(_OVERSAMPLING)


def _paint_face(surface: Image.Image) -> None:
    pen = ImageDraw.Draw(surface)
    pen.ellipse((158, 125, 242, 192), fill=(235, 220, 200))
    for x in (167, 218):
        pen.ellipse((x, 108, x + 18, 126), fill=(15, 15, 15))
    pen.ellipse((188, 142, 212, 160), fill=(40, 20, 20))


def _pose(surface: Image.Image, scene: np.random.Generator) -> Image.Image:
    """Turned a little, nearer or farther, off the centre."""
    angle, zoom = math.radians(scene.uniform(-14, 14)), scene.uniform(0.78, 1.08)
    across, down = scene.uniform(-42, 42, 2)
    a, b = math.cos(angle) / zoom, math.sin(angle) / zoom
    centre = SIDE_PX / 2
    matrix = np.array(
        [
            [a, b, centre - a * (centre + across) - b * (centre + down)],
            [-b, a, centre + b * (centre + across) - a * (centre + down)],
        ]
    )
    # OpenCV turns the shot in a twentieth of the 6 ms that Pillow takes.
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return Image.fromarray(cv2.warpAffine(np.asarray(surface), matrix, surface.size, flags=flags))


def _grain(photo: Image.Image, scene: np.random.Generator) -> Image.Image:
    noise = scene.integers(0, 9, (SIDE_PX, SIDE_PX), dtype=np.uint8)
    grain = Image.fromarray(noise)
    return ImageChops.subtract(photo, Image.merge("RGB", (grain, grain, grain)))


def _colour(rng: np.random.Generator, low: int, high: int) -> tuple[int, int, int]:
    red, green, blue = (int(value) for value in rng.integers(low, high, 3))
    return red, green, blue
