"""How surely, and at what price, logos on product photos are seen: `python bench/logos.py`.

Draws logos on 8 to 20% of the area, tilted by up to 25 degrees, and as many photos that bear
another maker's logo. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from infringement_dagster.domain.score import MATCH_MIN
from infringement_dagster.matching.photos.compared import Photo, Reference
from infringement_dagster.matching.photos.corners.points import (
    BothWays,
    CornerPoints,
    extract_logo,
    extract_points,
)
from infringement_dagster.matching.photos.hashes.hashing import hash_photo
from infringement_dagster.matching.photos.local_features import LocalFeatures, extract_features
from infringement_dagster.matching.photos.logos import LogoBank, LogoSeen
from tests.support.photos import encoded
from tests.support.worded_photos import drawn_logo, logo_photo

LOGOS = 10  # in the bank


@dataclass(frozen=True, slots=True)
class Seen:
    """The shares of photos whose logo was seen, and of those where one was seen wrongly."""

    photos: int
    found: float
    false: float
    asked: float  # share of the photos with another's logo that earned key points
    cpu_ms: float  # a photo, beyond the corner points that every photo gets


class Bank:
    """Ten drawn logos as a client's, with their key points."""

    def __init__(self) -> None:
        self.drawn = [drawn_logo(1000 + number) for number in range(LOGOS)]
        contents = [_on_white(logo) for logo in self.drawn]
        self.logos = LogoBank(_reference(f"r{n}", content) for n, content in enumerate(contents))
        self.features = {f"r{n}": _features(content) for n, content in enumerate(contents)}

    def seen(self, content: bytes) -> tuple[str | None, bool, float]:
        """The logo seen in the photo, whether key points were asked, and the CPU seconds."""
        points = extract_points(content)
        assert isinstance(points, CornerPoints)
        photo = Photo("photo", hash_photo(content), points)
        began = time.process_time()
        named = self.logos.named([photo])
        known = {**self.features, "photo": _features(content)} if named else {}
        found = self.logos.seen(named, known)
        spent = time.process_time() - began
        is_seen = isinstance(found, LogoSeen) and found.match.similarity >= MATCH_MIN
        name = found.reference.reference_id if is_seen and isinstance(found, LogoSeen) else None
        return name, bool(named), spent


def measured(photos: int) -> Seen:
    """Looks into so many photos with a logo of the bank and as many with another's."""
    bank = Bank()
    found = false = asked = 0
    spent = 0.0
    for seed in range(photos):
        own = seed % LOGOS
        name, _, seconds = bank.seen(logo_photo(seed, bank.drawn[own]).content)
        foreign = logo_photo(50_000 + seed, drawn_logo(9000 + seed))
        other, is_asked, more = bank.seen(foreign.content)
        found += name == f"r{own}"
        false += other is not None
        asked += is_asked
        spent += seconds + more
    return Seen(photos, found / photos, false / photos, asked / photos, 1000 * spent / (2 * photos))


def _reference(name: str, content: bytes) -> Reference:
    points = extract_logo(content)
    assert isinstance(points, BothWays)
    return Reference(name, Photo(name, hash_photo(content)), points=points, kind="logo")


def _features(content: bytes) -> LocalFeatures:
    found = extract_features(content)
    assert isinstance(found, LocalFeatures)
    return found


def _on_white(logo: Image.Image) -> bytes:
    ground = Image.new("RGB", logo.size, "white")
    ground.paste(logo, mask=logo.getchannel("A"))
    return encoded(ground, "PNG")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=100, help="with a logo, and as many without")
    seen = measured(parser.parse_args().photos)
    print(f"{seen.found:.3f} found, {seen.false:.3f} false, {seen.cpu_ms:.0f} ms CPU a photo")
    print(json.dumps(asdict(seen)))


if __name__ == "__main__":
    main()
