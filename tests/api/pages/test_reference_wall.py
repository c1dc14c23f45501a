"""What is wrong with reference photos, told by their size, hashes and corners."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from api.pages.clients.reference_wall import FEW, LEVEL, SMALL, STRANGE, TWIN, wall_of
from infringement_dagster.domain.photo import PerceptualHash
from resources.postgres.clients.records import ReferencePhotoRow
from resources.postgres.listings.records import PhotoRow

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def warnings_of(
    points: int | None, *, side_px: int = 400, looks: str | None = "f" * 64, brand: str = "Acme"
) -> set[str]:
    """The warnings of a photo beside another one that looks like nothing else."""
    row = ReferencePhotoRow(UUID(int=1), "a", "a.png", brand, "photo", NOW, "image/png", "k")
    photo = PhotoRow("a", "image/png", side_px, side_px, 9, "k", NOW)
    found = [] if looks is None else [PerceptualHash("pdq", 1, "raw", looks)]
    hashes = {"a": found, "b": [PerceptualHash("pdq", 1, "raw", "0" * 64)]}
    counted = {} if points is None else {"a": points}
    (shown,) = wall_of([row], {"a": photo}, hashes, counted, ["Acme"])
    return set(shown.warnings)


@pytest.mark.parametrize(
    ("warned", "expected"),
    [
        (warnings_of(500), set()),
        (warnings_of(None), set()),  # not looked for yet
        (warnings_of(28), {FEW}),
        (warnings_of(0, looks=None), {LEVEL}),
        (warnings_of(500, side_px=120), {SMALL}),
        (warnings_of(500, looks="0" * 62 + "ff"), {TWIN}),
        (warnings_of(500, brand="Bolt"), {STRANGE}),
    ],
)
def test_a_photo_says_what_is_wrong_with_it(warned: set[str], expected: set[str]) -> None:
    assert warned == expected
