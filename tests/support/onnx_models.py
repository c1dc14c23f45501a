"""Tiny ONNX models that tests make: a photo as its colours in a few cells, seen from the mean."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

CELLS = 8  # a side


def cells_model(
    shape: Sequence[str | int] = ("photos", 3, 64, 64),
    *,
    inputs: int = 1,
    element: int = TensorProto.FLOAT,
    factor: float = 1.0,
) -> bytes:
    """A model that answers with the mean colours of 8 x 8 cells, less their own mean.

    `factor` changes its weights and so its version, not its directions.
    """
    given = [helper.make_tensor_value_info(f"photo{at}", element, shape) for at in range(inputs)]
    answer = helper.make_tensor_value_info("descriptor", TensorProto.FLOAT, None)
    channels_first = list(shape)[1:2] == [3]
    laid = "photo0" if channels_first else "laid"
    steps = (
        []
        if channels_first
        else [helper.make_node("Transpose", ["photo0"], ["laid"], perm=[0, 3, 1, 2])]
    )
    side = list(shape)[2]
    step = side // CELLS if isinstance(side, int) else CELLS
    steps += [
        helper.make_node(
            "AveragePool", [laid], ["cells"], kernel_shape=[step, step], strides=[step, step]
        ),
        helper.make_node("ReduceMean", ["cells"], ["mean"], axes=[2, 3], keepdims=1),
        helper.make_node("Sub", ["cells", "mean"], ["apart"]),
        helper.make_node("Mul", ["apart", "factor"], ["scaled"]),
        helper.make_node("Flatten", ["scaled"], ["descriptor"]),
    ]
    weights = [numpy_helper.from_array(np.array([factor], np.float32), "factor")]
    graph = helper.make_graph(steps, "cells", given, [answer], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    content: bytes = model.SerializeToString()
    return content


def kept_model(folder: Path, content: bytes | None = None) -> Path:
    """The file of a model, by default of the usual one."""
    path = folder / "descriptor.onnx"
    path.write_bytes(cells_model() if content is None else content)
    return path
