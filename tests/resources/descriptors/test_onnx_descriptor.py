from __future__ import annotations

import builtins
import hashlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto

from infringement_dagster.matching.photos.plain_pixels import Frame, extract_pixels
from resources.descriptors.onnx_descriptor import DescriptorAccess, DescriptorNotUsable
from tests.support.onnx_models import cells_model, kept_model
from tests.support.photos import encoded, product


def pixels_of(seed: int, frame: Frame) -> bytes:
    pixels = extract_pixels(encoded(product(seed), "PNG"), frame)
    assert isinstance(pixels, bytes)
    return pixels


@pytest.mark.parametrize("shape", [("n", 3, 64, 96), (1, 3, 64, 96), (1, 64, 96, 3)])
def test_the_frame_is_read_from_the_model(shape: tuple[str | int, ...], tmp_path: Path) -> None:
    model = DescriptorAccess(kept_model(tmp_path, cells_model(shape))).model()
    assert model is not None
    assert model.frame == Frame(96, 64)
    photo = model.of_photo(pixels_of(1, model.frame))
    reference = model.of_reference(pixels_of(1, model.frame))
    assert photo is not None
    assert reference is not None
    assert reference.mirrored is not None
    assert np.linalg.norm(photo.upright) == pytest.approx(1.0, abs=1e-5)
    assert photo.upright @ reference.upright == pytest.approx(1.0, abs=1e-5)
    assert photo.upright @ reference.mirrored < 0.99


def test_a_photo_in_a_mirror_is_the_reference_s_mirrored_way(tmp_path: Path) -> None:
    model = DescriptorAccess(kept_model(tmp_path)).model()
    assert model is not None
    pixels = pixels_of(2, model.frame)
    rows = np.frombuffer(pixels, np.uint8).reshape(model.frame.height_px, -1, 3)
    mirrored = model.of_photo(rows[:, ::-1].tobytes())
    reference = model.of_reference(pixels)
    assert mirrored is not None
    assert reference is not None
    assert reference.mirrored is not None
    assert mirrored.upright @ reference.mirrored == pytest.approx(1.0, abs=1e-5)


def test_the_version_is_the_file_s_and_it_is_loaded_once(tmp_path: Path) -> None:
    path = kept_model(tmp_path)
    first = DescriptorAccess(path).model()
    assert first is not None
    assert hashlib.sha256(path.read_bytes()).hexdigest().startswith(first.version)
    assert DescriptorAccess(path).model() is first
    path.write_bytes(cells_model(factor=2.0))
    os.utime(path, ns=(1, 1))
    second = DescriptorAccess(path).model()
    assert second is not None
    assert second.version != first.version


def test_it_adds_no_thread_of_its_own(tmp_path: Path) -> None:
    model = DescriptorAccess(kept_model(tmp_path, cells_model(factor=3.0))).model()
    assert model is not None
    before = (threading.active_count(), threads_of_process())
    for seed in range(5):
        model.of_photo(pixels_of(seed, model.frame))
    assert (threading.active_count(), threads_of_process()) == before


def threads_of_process() -> int:
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.exists() else 0


@pytest.mark.parametrize("factor", [0.0, float("nan")])
def test_where_the_model_sees_nothing_there_is_no_descriptor(factor: float, tmp_path: Path) -> None:
    model = DescriptorAccess(kept_model(tmp_path, cells_model(factor=factor))).model()
    assert model is not None
    assert model.of_photo(pixels_of(1, model.frame)) is None
    assert model.of_reference(pixels_of(1, model.frame)) is None


def test_without_a_setting_there_is_no_model() -> None:
    assert DescriptorAccess().model() is None


UNUSABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "no model": (lambda: b"weights", "is no ONNX model in one file"),
    "open sides": (lambda: cells_model(("n", 3, "h", "w")), r"takes .*, not \[photos, 3, height"),
    "grey": (lambda: cells_model((1, 1, 64, 64)), r"takes \[1, 1, 64, 64\], not"),
    "too large": (lambda: cells_model((1, 3, 4096, 4096)), "4096 x 4096 px, not 8 to 1024"),
    "many at once": (lambda: cells_model((4, 3, 64, 64)), "takes 4 photos at once"),
    "two inputs": (lambda: cells_model(inputs=2), "one input, of type float32"),
    "halves": (lambda: cells_model(element=TensorProto.FLOAT16), "one input, of type float32|ONNX"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_file_that_is_no_descriptor_is_refused_with_what_to_do(kind: str, tmp_path: Path) -> None:
    content, words = UNUSABLE[kind]
    path = kept_model(tmp_path, content())
    with pytest.raises(DescriptorNotUsable, match=words) as told:
        DescriptorAccess(path).model()
    assert str(told.value).startswith(f"COPY_DESCRIPTOR_MODEL names {path}, which ")
    assert "unset COPY_DESCRIPTOR_MODEL" in str(told.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DescriptorNotUsable, match=r"absent\.onnx, which cannot be read \(No such"):
        DescriptorAccess(tmp_path / "absent.onnx").model()
    with pytest.raises(DescriptorNotUsable, match="cannot be read"):
        DescriptorAccess(tmp_path).model()


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def absent(name: str, *rest: object, **more: object) -> object:
        if name == "onnxruntime":
            raise ImportError(name)
        return imported(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(DescriptorNotUsable, match=r"pip install 'infringement-dagster\[descriptor"):
        DescriptorAccess(kept_model(tmp_path, cells_model(factor=5.0))).model()
