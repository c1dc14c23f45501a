"""The version of key points, apart so that the keys of objects can hold it without OpenCV."""

from __future__ import annotations

FEATURES_VERSION = 1  # raise it whenever the same photo may get other key points
