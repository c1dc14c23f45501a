"""Brand words on drawn photos are read as promised: a small form of `bench/reading.py`."""

from __future__ import annotations

import sys

import pytest

from tests.support.reading import needs_ocr


@needs_ocr
@pytest.mark.timeout(1200)  # about 10 CPU seconds, of a machine that may be shared
def test_brand_words_on_photos_are_found_and_other_words_are_not() -> None:
    from bench.reading import measured  # noqa: PLC0415 - its library is an extra

    read = measured(16)
    told = f"{read.found:.2f} found, {read.false:.2f} false, {read.cpu_ms:.0f} ms CPU a photo"
    sys.stdout.write(f"{told}\n")
    assert read.found >= 0.85, read
    assert read.false <= 0.01, read
