"""A listing's page as a browser might show it: drawn, of no marketplace's looks."""

from __future__ import annotations

import io
import textwrap
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from resources.providers.sandbox.catalogue import Item
from resources.providers.sandbox.photos import PhotoBook

WIDTH_PX, HEIGHT_PX = 1280, 1080
_INK, _QUIET, _LINE, _BAR = (24, 28, 36), (104, 112, 124), (216, 220, 226), (38, 60, 96)
_NAMES: Final = {"amazon": "Amazon", "ebay": "eBay", "walmart": "Walmart"}


def page_png(item: Item, photos: PhotoBook) -> bytes:
    """The page as a PNG, always the same for the same listing."""
    page = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), "white")
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, WIDTH_PX, 72), fill=_BAR)
    shop = _NAMES.get(item.provider, "Shopping")
    pen.text((40, 22), f"{shop} (sandbox)", fill="white", font=_font(24))
    _show_photos(page, item, photos)
    _say_facts(pen, item)
    pen.line((40, 900, WIDTH_PX - 40, 900), fill=_LINE, width=2)
    pen.text((40, 930), "About this item", fill=_INK, font=_font(28))
    about = f"Listing {item.listing_id}. Ships in plain packaging. Brand: {item.brand}."
    pen.text((40, 980), about, fill=_QUIET, font=_font(20))
    file = io.BytesIO()
    page.save(file, "PNG")
    return file.getvalue()


def _show_photos(page: Image.Image, item: Item, photos: PhotoBook) -> None:
    for place, name in enumerate(item.photos[:4]):
        content = photos.file(name)
        if content is None:
            continue
        side_px = 560 if place == 0 else 140
        at = (40, 120) if place == 0 else (40 + (place - 1) * 160, 700)
        shown = Image.open(io.BytesIO(content)).convert("RGB").resize((side_px, side_px))
        page.paste(shown, at)


def _say_facts(pen: ImageDraw.ImageDraw, item: Item) -> None:
    top_px = 120
    for line in textwrap.wrap(item.title, 40)[:4]:
        pen.text((660, top_px), line, fill=_INK, font=_font(28))
        top_px += 40
    price = f"${item.price_usd:,.2f}" if item.price_usd else "See offers"
    pen.text((660, top_px + 20), price, fill=_INK, font=_font(40))
    facts = (f"{item.stars} of 5 from {item.review_count:,} reviews", f"Sold by {item.seller}")
    for place, line in enumerate((*facts, f"Condition: {item.condition}")):
        pen.text((660, top_px + 90 + 34 * place), line, fill=_QUIET, font=_font(20))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
