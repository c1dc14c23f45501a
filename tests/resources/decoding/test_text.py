from __future__ import annotations

import asyncio
import json

import psutil
import pytest
from PIL import Image

from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photo_text.lines import PhotoText, PixelBox, TextLine
from resources.decoding.pool import text_workers
from resources.decoding.text_answers import TextRead, read_text
from resources.decoding.worker import FAILED, HASH, TEXT, TEXT_LINES_MAX
from tests.support.photos import encoded
from tests.support.reading import needs_ocr
from tests.support.worded_photos import worded_photo


def read(*contents: bytes) -> tuple[list[TextRead], int]:
    """The texts that one worker read, and the most memory that it had."""

    async def asked() -> tuple[list[TextRead], int]:
        async with text_workers(1) as workers:
            texts = [await workers.text(content) for content in contents]
            return texts, sum(psutil.Process(pid).memory_info().rss for pid in workers.pids)

    return asyncio.run(asked())


@needs_ocr
def test_a_word_is_read_where_it_stands_and_a_damaged_photo_harms_no_other() -> None:
    drawn = worded_photo(3, "VELDORAN", share=0.2)
    (damaged, text), _ = read(b"no photo", drawn.content)
    assert isinstance(damaged, MissedPhoto)
    assert isinstance(text, PhotoText)
    (line,) = (line for line in text.lines if line.text == "VELDORAN")
    assert (text.width_px, text.height_px) == (drawn.side_px, drawn.side_px)
    assert line.confidence >= 0.8
    middle_px = (line.box.left_px + line.box.right_px) / 2 / drawn.side_px
    assert middle_px == pytest.approx(drawn.centre[0], abs=0.02)
    assert line.box.right_px - line.box.left_px == pytest.approx(0.2 * drawn.side_px, rel=0.35)


@needs_ocr
def test_large_and_narrow_photos_stay_within_the_worker_s_memory() -> None:
    large = encoded(Image.effect_noise((4000, 4000), 80).convert("RGB"), quality=70)
    narrow = encoded(Image.new("RGB", (4000, 20), "white"))
    texts, memory_bytes = read(large, narrow, encoded(Image.new("RGB", (30, 30), "white")))
    assert all(isinstance(text, PhotoText) for text in texts), texts
    assert memory_bytes <= 700 * 2**20


LINE = ["VELDORAN", 0.9, 10, 20, 90, 40]


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[1, 2]",
        b"[0, 100, []]",
        json.dumps([100, 100, [LINE] * (TEXT_LINES_MAX + 1)]).encode(),
        json.dumps([100, 100, [["VELDORAN", 7.5, 10, 20, 90, 40]]]).encode(),
        json.dumps([100, 100, [["VELDORAN", 0.9, -10, 20, 90, 40]]]).encode(),
        json.dumps([100, 100, [["VELDORAN", 0.9, 10, 20]]]).encode(),
        json.dumps([100, 100, [[7, 0.9, 10, 20, 90, 40]]]).encode(),
    ],
)
def test_what_is_no_text_ends_as_an_outcome(said: bytes) -> None:
    text = read_text(TEXT, said)
    assert isinstance(text, MissedPhoto)
    assert text.reason == "crashed"


def test_an_answer_of_another_kind_is_none_and_a_failure_says_why() -> None:
    assert isinstance(read_text(HASH, b"[100, 100, []]"), MissedPhoto)
    failed = read_text(FAILED, b'{"reason": "blank", "detail": "nothing"}')
    assert failed == MissedPhoto("blank", "nothing")


def test_what_was_read_is_cleaned_of_direction_marks() -> None:
    said = json.dumps([100, 100, [["VEL\u202eDORAN", *LINE[1:]]]]).encode()
    assert read_text(TEXT, said) == PhotoText(
        100, 100, (TextLine("VELDORAN", 0.9, PixelBox(10, 20, 90, 40)),), ""
    )
