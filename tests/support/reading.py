"""The extra that reads photos: tests that need it are left out loudly where it is missing."""

from __future__ import annotations

import pytest

from resources.decoding.pool import reads_text

needs_ocr = pytest.mark.skipif(
    not reads_text(), reason="the extra `ocr` is not installed: `make setup` installs it"
)
