"""Imports what every run needs, into the process that run processes are forked from.

Belongs here: modules that start no thread when imported. polars starts three, so it and the assets
are imported by each run itself (0.3 CPU seconds).
"""

import cv2  # noqa: F401

import resources.bindings  # noqa: F401
