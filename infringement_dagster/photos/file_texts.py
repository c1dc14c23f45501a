"""Words in photos that stand in files, read as a scan reads those that it keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from infringement_dagster.domain.listing import Listing
from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.domain.score import Unavailable
from infringement_dagster.matching.judging import worth_reading
from infringement_dagster.matching.photo_text.brand_in_photo import ReadPhotos
from infringement_dagster.matching.photo_text.lines import PhotoText
from infringement_dagster.matching.photos.compared import Photo
from infringement_dagster.matching.scoring import FirstLook, Scorer
from infringement_dagster.photos.photo_texts import NOT_INSTALLED, budget_spent, unread
from resources.decoding.blocking import BlockingDecoder
from resources.decoding.pool import WORKERS_MAX, reads_text, text_workers


def texts_of_files(
    scorer: Scorer,
    shown: Sequence[tuple[Listing, Sequence[Photo]]],
    looks: Sequence[FirstLook | None],
    content_of: Callable[[str], bytes],
    photos_at_most: int,
) -> ReadPhotos:
    """By SHA-256 the text of each photo that earned it, or why it was not read."""
    wanted = worth_reading(scorer, shown, looks)
    if not wanted:
        return {}
    if not reads_text():
        return dict.fromkeys(wanted, NOT_INSTALLED)
    now, left = wanted[:photos_at_most], wanted[photos_at_most:]
    with BlockingDecoder(text_workers()) as reader, ThreadPoolExecutor(WORKERS_MAX) as threads:
        found = list(threads.map(lambda sha256: _text(reader, sha256, content_of(sha256)), now))
    texts = dict(zip(now, found, strict=True))
    return {**texts, **dict.fromkeys(left, budget_spent(photos_at_most))}


def _text(reader: BlockingDecoder, sha256: str, content: bytes) -> PhotoText | Unavailable:
    text = reader.text(content)
    return unread(text) if isinstance(text, MissedPhoto) else replace(text, read_sha256=sha256)
