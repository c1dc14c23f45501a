"""How surely, and at what price, brand words on product photos are read: `python bench/reading.py`.

Draws words at 5 to 25% of the width in five fonts, tilted by up to 25 degrees, and as many photos
that bear another maker's word. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from infringement_dagster.domain.client import Brand
from infringement_dagster.matching.photo_text.brand_in_photo import BrandInPhoto, brand_in_photos
from infringement_dagster.matching.photo_text.lines import PhotoText
from infringement_dagster.matching.text.brand_text import BrandMatcher
from resources.decoding.pool import reads_text
from tests.support.worded_photos import worded_photo

BRANDS = ("Veldoran", "Kelvarra", "TAVRIN", "SUMIKAZE", "Zuvora", "Brinelle", "NORQUIST", "Ostmark")
OTHERS = ("Maplewood", "ALTISSIMO", "Greenline", "SPORTIVA", "Havenport", "Lumistar", "PACIFIC")
NAMED_MIN = 0.45  # from here on a photo counts as showing the brand, as a title does
WIDTHS = (0.05, 0.1, 0.15, 0.25)


@dataclass(frozen=True, slots=True)
class Read:
    """The shares of photos whose brand was found, and of those where one was found wrongly."""

    photos: int
    found: float
    false: float
    found_by_width: dict[str, float]  # of the photo's width, up to
    cpu_ms: float  # a photo


def measured(photos: int) -> Read:
    """Reads so many photos with a brand and as many without, in this process."""
    from resources.decoding.text_reading import read_lines  # noqa: PLC0415 - loads the models

    matcher = BrandMatcher([Brand(name) for name in BRANDS])
    read_lines(worded_photo(0, "warm").content)
    by_width: dict[str, list[bool]] = {}
    false = spent = 0.0
    for seed in range(photos):
        brand = BRANDS[seed % len(BRANDS)]
        drawn = worded_photo(seed, brand)
        other = worded_photo(100_000 + seed, OTHERS[seed % len(OTHERS)])
        began = time.process_time()
        texts = [read_lines(drawn.content), read_lines(other.content)]
        spent += time.process_time() - began
        own, foreign = (_brand(matcher, text) for text in texts)
        width = next(f"{width:.2f}" for width in WIDTHS if drawn.share <= width)
        by_width.setdefault(width, []).append(own == brand)
        false += foreign is not None
    found = [hit for hits in by_width.values() for hit in hits]
    return Read(
        photos,
        sum(found) / photos,
        false / photos,
        {width: sum(hits) / len(hits) for width, hits in sorted(by_width.items())},
        1000 * spent / (2 * photos),
    )


def _brand(matcher: BrandMatcher, text: object) -> str | None:
    assert isinstance(text, PhotoText), text
    found = brand_in_photos(matcher, "always", {"photo": text})
    is_named = isinstance(found, BrandInPhoto) and found.strength >= NAMED_MIN
    return found.seen.brand if is_named and isinstance(found, BrandInPhoto) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100, help="with a brand, and as many without")
    if not reads_text():
        sys.exit("the extra `ocr` is not installed: `make setup` installs it")
    read = measured(parser.parse_args().photos)
    print(f"{read.found:.3f} found, {read.false:.3f} false, {read.cpu_ms:.0f} ms CPU a photo")
    for width, share in read.found_by_width.items():
        print(f"  up to {width} of the width: {share:.3f}")
    print(json.dumps(asdict(read)))


if __name__ == "__main__":
    main()
