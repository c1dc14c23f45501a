"""The listing's photos beside the references that they were compared with, as the score kept it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.access import ClientScope
from api.pages.cases.signal_wording import words_of
from api.pages.languages.figures import percent, whole_percent
from api.pages.languages.words import gettext, translated
from infringement_dagster.domain.listing import Provider
from infringement_dagster.domain.score import (
    NotRecorded,
    PhotoRead,
    Region,
    Score,
    Shown,
    Signal,
    Unavailable,
)
from resources.postgres.clients import client_store
from resources.postgres.listings import photo_store
from resources.postgres.listings.records import PhotoRow, StoredPhoto

PHOTO_SIGNALS = ("image_hash", "image_local")
LOGO_SIGNAL = "logo_in_photo"
_WHOLE_MIN = 0.95  # share of a photo from which its outline would tell nothing


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """A photo with the size that outlines are drawn in."""

    sha256: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class ShownReference:
    """A reference photo and the name of its file."""

    photo: ShownPhoto
    name: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A part of a photo in its pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A listing's photo and a reference, by their places; only a match has an outline."""

    photo: int
    reference: int
    is_match: bool
    outline: Outline | None  # None: as a whole
    told: str  # by which signal, and how sure


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of the client in a photo, outlined there, with what it is in words."""

    photo: int
    outline: Outline
    caption: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """All photos of a listing, the references compared with them, and what was found in them.

    Where nothing matched, the nearest reference is the only one.
    """

    photos: list[ShownPhoto]
    references: list[ShownReference]
    pairs: list[Pair]  # the surest first
    marks: list[Mark]
    why_none: str  # why no reference is there, as a sentence; empty where one is

    @property
    def first(self) -> Pair | None:
        """The pair that the page opens with."""
        return self.pairs[0] if self.pairs else None

    @property
    def is_match(self) -> bool:
        """Whether any photo shows a reference."""
        return self.first is not None and self.first.is_match


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A reference in one of the listing's photos, by one signal."""

    signal: Signal
    shown: Shown


def compare_photos(
    scope: ClientScope, score: Score | None, provider: Provider, listing_id: str
) -> Comparison:
    """The comparison that the score tells of."""
    photos = _listing_photos(scope, provider, listing_id)
    places = {photo.sha256: place for place, photo in enumerate(photos)}
    marks = marks_seen(score, photos)
    if score is None or not _is_recorded(score):
        why = gettext("It was not recorded which of your photos these were compared with.")
        return Comparison(photos, [], [], marks, why)
    sightings = _sightings(score)
    if not sightings:
        return Comparison(photos, [], [], marks, _why_no_sighting(score))
    there = [found for found in sightings if found.shown.photo_id in places]
    if not there:
        why = gettext("The listing no longer shows the photo that was compared.")
        return Comparison(photos, [], [], marks, why)
    references = _references(scope, there)
    pairs = list(_pairs(there, photos, places, list(references)))
    why = "" if pairs else gettext("The reference photo that was compared has been removed.")
    return Comparison(photos, list(references.values()), pairs, marks, why)


def _listing_photos(scope: ClientScope, provider: Provider, listing_id: str) -> list[ShownPhoto]:
    """The listing's kept photos in the listing's order, each once."""
    rows = photo_store.listing_photos(scope.connection, scope.client_id, provider, [listing_id])
    kept = dict.fromkeys(row.photo.sha256 for row in rows if isinstance(row.photo, StoredPhoto))
    photos = photo_store.photo_rows_of(scope.connection, scope.client_id, list(kept))
    return [_shown(photos[sha256]) for sha256 in kept if sha256 in photos]


def _sightings(score: Score) -> list[_Sighting]:
    """The matches, the surest first; where nothing did, what came nearest."""
    seen = [_Sighting(*found) for found in score.sightings if found[0].name in PHOTO_SIGNALS]
    return [found for found in seen if found.signal.is_match] or seen[:1]


def _is_recorded(score: Score) -> bool:
    kept = [score.basis_of(name) for name in PHOTO_SIGNALS]
    return not all(isinstance(basis, NotRecorded) for basis in kept)


def _why_no_sighting(score: Score) -> str:
    values = [signal.value for signal in score.signals if signal.name in PHOTO_SIGNALS]
    missing = [value.reason for value in values if isinstance(value, Unavailable)]
    if len(missing) < len(values):
        return gettext("No photo of yours was found in them.")
    return gettext(
        "They could not be compared with your photos: %(why)s.", why=translated(missing[0])
    )


def _references(scope: ClientScope, sightings: Iterable[_Sighting]) -> dict[str, ShownReference]:
    """By id, in the order of the sightings; a removed one keeps its bytes, not its name."""
    in_use = {
        str(row.reference_id): row
        for row in client_store.reference_photos(scope.connection, scope.client_id)
    }
    named: dict[str, tuple[str, str]] = {}
    for found in sightings:
        key, kept = found.shown.reference_id, found.shown.reference_sha256
        if row := in_use.get(key):
            named[key] = (row.sha256, row.file_name)
        elif isinstance(kept, str):
            named[key] = (kept, gettext("(removed since)"))
    wanted = [sha256 for sha256, _ in named.values()]
    photos = photo_store.photo_rows_of(scope.connection, scope.client_id, wanted)
    return {
        key: ShownReference(_shown(photos[sha256]), name)
        for key, (sha256, name) in named.items()
        if sha256 in photos
    }


def _pairs(
    sightings: Sequence[_Sighting],
    photos: Sequence[ShownPhoto],
    places: Mapping[str, int],
    references: Sequence[str],
) -> Iterable[Pair]:
    """Each photo with each reference once, by its surest signal."""
    seen: set[tuple[str, str]] = set()
    for found in sightings:
        compared = (found.shown.photo_id, found.shown.reference_id)
        if compared in seen or compared[1] not in references:
            continue
        seen.add(compared)
        place = places[compared[0]]
        region = _matched_region(sightings, found.shown)
        outline = None if region is None else _outline(photos[place], region)
        reference = references.index(compared[1])
        yield Pair(place, reference, found.signal.is_match, outline, _told(found.signal))


def _matched_region(sightings: Iterable[_Sighting], pair: Shown) -> Region | None:
    """The part of the pair's photo that a match says is the reference; None as a whole.

    The largest: a hash compares a photo within its border, points find the border too.
    """
    compared = (pair.photo_id, pair.reference_id)
    regions = [
        found.shown.region
        for found in sightings
        if found.signal.is_match
        and (found.shown.photo_id, found.shown.reference_id) == compared
        and found.shown.region
    ]
    parts = [region for region in regions if _share(region) < _WHOLE_MIN]
    return max(parts, key=_share, default=None)


def _share(region: Region) -> float:
    return (region.right - region.left) * (region.bottom - region.top)


def _told(signal: Signal) -> str:
    assert not isinstance(signal.value, Unavailable)  # sightings have a value
    called = translated(words_of(signal.name).name)
    return gettext("%(signal)s, %(share)s sure", signal=called, share=percent(signal.value))


def marks_seen(score: Score | None, photos: Sequence[ShownPhoto]) -> list[Mark]:
    """The client's marks that the score found in these photos of the listing."""
    if score is None:
        return []
    places = {photo.sha256: place for place, photo in enumerate(photos)}
    found = [(item.photo_id, item.region, _caption(item)) for item in score.photos_read]
    found += [
        (shown.photo_id, shown.region, gettext("Your logo: %(found)s", found=signal.explanation))
        for signal, shown in score.sightings
        if signal.name == LOGO_SIGNAL and signal.is_match and shown.region is not None
    ]
    return [
        Mark(places[photo_id], _outline(photos[places[photo_id]], region), caption)
        for photo_id, region, caption in found
        if photo_id in places
    ]


def _caption(read: PhotoRead) -> str:
    shown = {"brand": read.brand, "text": read.text, "share": whole_percent(read.confidence)}
    if read.read_sha256 == read.photo_id:
        return gettext("Read as %(brand)s: “%(text)s”, %(share)s sure", **shown)
    return gettext(
        "Read as %(brand)s: “%(text)s”, %(share)s sure, in a larger size of the photo", **shown
    )


def _shown(row: PhotoRow) -> ShownPhoto:
    return ShownPhoto(row.sha256, row.width_px, row.height_px)


def _outline(photo: ShownPhoto, region: Region) -> Outline:
    return Outline(
        region.left * photo.width_px,
        region.top * photo.height_px,
        max(1.0, (region.right - region.left) * photo.width_px),
        max(1.0, (region.bottom - region.top) * photo.height_px),
    )
