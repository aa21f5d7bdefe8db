"""The first random graphs have the attributes that networks of the field have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tflite  # pyright: ignore[reportMissingTypeStubs]

from tools.operator_options import options_of
from tools.random_graphs import random_graph
from tools.tflite_file import OperatorInfo, TensorInfo, TFLiteFile, read_tflite
from tools.tflite_writer import OPERATOR_KINDS

SEEDS = 320
"""So many graphs have all of them."""


class Seen:
    """One operator of a graph, as the predicates look at it."""

    def __init__(self, file: TFLiteFile, operator: OperatorInfo) -> None:
        self.file, self.operator = file, operator
        self.inputs = [file.tensors[i] for i in operator.inputs if i >= 0]
        self.outputs = [file.tensors[i] for i in operator.outputs]

    def options(self) -> Any:
        """The operator's options."""
        table = OPERATOR_KINDS[self.operator.builtin].options
        return options_of(self.operator, getattr(tflite, str(table)))

    def constants(self) -> list[bool]:
        """Which inputs are constant."""
        return [tensor.data is not None for tensor in self.inputs]

    def numbers(self, position: int) -> list[Any]:
        """The contents of an input."""
        data = self.inputs[position].data
        return [] if data is None else data.tolist()

    def strides(self) -> tuple[int, int]:
        return self.options().StrideH(), self.options().StrideW()

    def filter(self) -> tuple[int, int]:
        return self.options().FilterHeight(), self.options().FilterWidth()


def kernel(seen: Seen) -> tuple[int, ...]:
    return seen.inputs[1].shape[1:3]


def values(tensor: TensorInfo) -> int:
    """How many values a constant has; 0 of what is computed."""
    return tensor.data.size if tensor.data is not None else 0


ATTRIBUTES: dict[str, tuple[str, Callable[[Seen], object]]] = {
    "constant ADD": ("ADD", lambda s: s.constants()[1]),
    "scalar MUL": ("MUL", lambda s: s.constants()[1] and values(s.inputs[1]) == 1),
    "squared MUL": ("MUL", lambda s: s.operator.inputs[0] == s.operator.inputs[1]),
    "broadcast MUL": (
        "MUL",
        lambda s: not any(s.constants()) and s.inputs[0].shape != s.inputs[1].shape,
    ),
    "SUB from a constant": ("SUB", lambda s: s.constants()[0]),
    "MINIMUM of a scalar": ("MINIMUM", lambda s: values(s.inputs[1]) == 1),
    "row or column kernel": (
        "CONV_2D",
        lambda s: min(kernel(s)) == 1 < max(kernel(s)),
    ),
    "stride h != w": ("CONV_2D", lambda s: len({*s.strides()}) > 1),
    "stride beyond the kernel": ("CONV_2D", lambda s: s.strides()[0] > kernel(s)[0]),
    "long depthwise kernel": ("DEPTHWISE_CONV_2D", lambda s: max(kernel(s)) > 8),
    "depth multiplier": (
        "DEPTHWISE_CONV_2D",
        lambda s: s.options().DepthMultiplier() > 1,
    ),
    "per-tensor CONV_2D": ("CONV_2D", lambda s: len(s.inputs[1].scales) == 1),
    "per-channel FULLY_CONNECTED": (
        "FULLY_CONNECTED",
        lambda s: len(s.inputs[1].scales) > 1,
    ),
    "FULLY_CONNECTED without a bias": ("FULLY_CONNECTED", lambda s: len(s.inputs) < 3),
    "FULLY_CONNECTED of rank 3": (
        "FULLY_CONNECTED",
        lambda s: len(s.inputs[0].shape) > 2,
    ),
    "keep_num_dims": ("FULLY_CONNECTED", lambda s: s.options().KeepNumDims()),
    "FULLY_CONNECTED of rows": ("FULLY_CONNECTED", lambda s: s.outputs[0].shape[0] > 1),
    "PAD on channels": (
        "PAD",
        lambda s: len(s.numbers(1)) == 4 and any(s.numbers(1)[3]),
    ),
    "PAD of nothing": ("PAD", lambda s: not any(map(any, s.numbers(1)))),
    "PADV2 of the least value": ("PADV2", lambda s: s.inputs[2].data == -128),
    "MEAN over one axis": ("MEAN", lambda s: len(s.numbers(1)) == 1),
    "MEAN with negative axes": ("MEAN", lambda s: min(s.numbers(1)) < 0),
    "MEAN of rank 3": ("MEAN", lambda s: len(s.inputs[0].shape) == 3),
    "STRIDED_SLICE with masks": ("STRIDED_SLICE", lambda s: s.options().EndMask() > 1),
    "STRIDED_SLICE of negative bounds": (
        "STRIDED_SLICE",
        lambda s: min(s.numbers(1)) < 0,
    ),
    "uneven SPLIT_V": ("SPLIT_V", lambda s: len({t.shape for t in s.outputs}) > 1),
    "CONCATENATION on a negative axis": (
        "CONCATENATION",
        lambda s: s.options().Axis() < 0,
    ),
    "CONCATENATION of rank 5": ("CONCATENATION", lambda s: len(s.outputs[0].shape) > 4),
    "TRANSPOSE of rank 5": ("TRANSPOSE", lambda s: len(s.numbers(1)) > 4),
    "overlapping MAX_POOL_2D": (
        "MAX_POOL_2D",
        lambda s: s.filter()[0] > s.strides()[0] > 1,
    ),
    "MAX_POOL_2D beyond its filter": (
        "MAX_POOL_2D",
        lambda s: s.strides()[0] > s.filter()[0],
    ),
    "SAME AVERAGE_POOL_2D": (
        "AVERAGE_POOL_2D",
        lambda s: s.options().Padding() == tflite.Padding.SAME and s.filter()[0] > 1,
    ),
    "half-pixel RESIZE_BILINEAR": (
        "RESIZE_BILINEAR",
        lambda s: s.options().HalfPixelCenters(),
    ),
    "half-pixel RESIZE_NEAREST_NEIGHBOR": (
        "RESIZE_NEAREST_NEIGHBOR",
        lambda s: s.options().HalfPixelCenters(),
    ),
    "SOFTMAX of many rows": ("SOFTMAX", lambda s: len(s.inputs[0].shape) > 2),
    "SOFTMAX to int16": ("SOFTMAX", lambda s: s.outputs[0].type == "int16"),
    "RESHAPE to -1": ("RESHAPE", lambda s: -1 in s.numbers(1)),
    "RESHAPE to a computed shape": ("RESHAPE", lambda s: not s.constants()[1]),
    "QUANTIZE of int8 to int8": (
        "QUANTIZE",
        lambda s: s.inputs[0].type == s.outputs[0].type == "int8",
    ),
    "QUANTIZE to int32": ("QUANTIZE", lambda s: s.outputs[0].type == "int32"),
    "constant output": ("DEQUANTIZE", lambda s: s.inputs[0].name == "anchors"),
    "output that is read": (
        "CONV_2D",
        lambda s: s.operator.inputs[0] in s.file.outputs,
    ),
}
"""By the operator; the census of `.tflite` files for microcontrollers has them."""


def test_attributes_of_the_field() -> None:
    missing = dict(ATTRIBUTES)
    for seed in range(SEEDS):
        if not missing:
            break
        file = read_tflite(random_graph(seed))
        for operator in file.operators:
            for name, (builtin, holds) in list(missing.items()):
                if builtin == operator.builtin and holds(Seen(file, operator)):
                    del missing[name]
    assert not list(missing)
