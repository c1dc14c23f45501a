"""Reads the words in a photo with PP-OCR's small models, which the extra `ocr` brings along.

Imported by a worker that is asked to read, and by nobody else: its libraries take 150 MiB.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from infringement_dagster.domain.photo import MissedPhoto
from infringement_dagster.matching.photo_text.lines import (
    CONFIDENCE_MIN,
    PhotoText,
    PixelBox,
    TextLine,
)
from infringement_dagster.matching.photos.decoding import decode

SIDE_PX: Final = 736  # longer side while words are looked for; `bench/reading.py` prints others
_SHRINK_LEAST: Final = 0.5  # up to twice as large, recognition looks at the photo's own pixels
_SIDE_MIN_PX: Final = 32
_DETECTION, _RECOGNITION = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"


def read_lines(content: bytes) -> PhotoText | MissedPhoto:
    """The sure lines of text in an encoded photo, boxes in its pixels; never raises."""
    decoded = decode(content, SIDE_PX)
    if isinstance(decoded, MissedPhoto):
        return decoded
    try:
        pixels = _framed(np.asarray(decoded.pixels.convert("RGB"))[:, :, ::-1])
        lines = _lines(pixels)
    except (MemoryError, cv2.error) as error:
        return MissedPhoto("too_large", f"no room to read its text: {error}")
    height_px, width_px = pixels.shape[:2]
    return PhotoText(width_px, height_px, lines, "").at_size(decoded.width_px, decoded.height_px)


def _framed(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The photo at the size at which words are recognised; small ones are enlarged."""
    height, width = pixels.shape[:2]
    scale = SIDE_PX / max(height, width)
    if 1 >= scale >= _SHRINK_LEAST:
        return pixels
    size = (max(_SIDE_MIN_PX, round(width * scale)), max(_SIDE_MIN_PX, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), dtype=np.uint8)


def _lines(pixels: NDArray[np.uint8]) -> tuple[TextLine, ...]:
    found = _engine()(pixels)
    if found.txts is None or found.boxes is None or found.scores is None:
        return ()
    lines = (
        TextLine(str(text), min(1.0, float(score)), _box(corners))
        for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True)
    )
    return tuple(line for line in lines if line.is_telling)


def _box(corners: NDArray[np.float32]) -> PixelBox:
    left, top = np.floor(corners.min(axis=0)).clip(0).astype(int).tolist()
    right, bottom = np.ceil(corners.max(axis=0)).clip(0).astype(int).tolist()
    return PixelBox(left, top, right, bottom)


@cache
def _engine() -> Any:
    """The models of the wheel, by their paths: otherwise missing ones would be fetched."""
    import rapidocr  # noqa: PLC0415 - takes half a second

    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.text_score": CONFIDENCE_MIN,
            "Global.use_cls": False,  # nobody prints names upside down
            "Det.model_path": str(models / _DETECTION),
            "Rec.model_path": str(models / _RECOGNITION),
            "Det.limit_type": "max",
            "Det.limit_side_len": SIDE_PX,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,  # workers share the cores
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
