"""Writing operators along an axis: functions on a `TFLiteWriter`.

Each adds one operator and returns its output by its index.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tflite  # pyright: ignore[reportMissingTypeStubs]

from tools.tflite_writer import Quant, TFLiteWriter

INT32 = tflite.TensorType.INT32


def arg_max(
    writer: TFLiteWriter, x: int, axis: int, *, least: bool = False
) -> int:
    """ARG_MAX, or ARG_MIN, to int32."""
    shape = list(writer.shape(x))
    del shape[axis]
    builtin = "ARG_MIN" if least else "ARG_MAX"
    name = f"{builtin.lower()}_{len(writer.operators)}"
    y = writer.activation(name, shape, None, "int32")
    table = writer.constant(np.array(axis, np.int32))
    writer.operator(builtin, (x, table), (y,), {"output_type": INT32})
    return y


def log_softmax(writer: TFLiteWriter, x: int) -> int:
    """LOG_SOFTMAX over the last axis, whose range is -16 to 0."""
    return writer.unary("LOG_SOFTMAX", x, output=Quant(1 / 16, 127))


def l2_normalization(writer: TFLiteWriter, x: int) -> int:
    """L2_NORMALIZATION over the last axis, whose range is -1 to 1."""
    return writer.unary("L2_NORMALIZATION", x, output=Quant(1 / 128, 0))


def sum_over(
    writer: TFLiteWriter,
    x: int,
    axes: Sequence[int],
    *,
    keep_dims: bool = False,
    output: Quant,
) -> int:
    """SUM over `axes` (negative ones count from the last)."""
    shape = writer.shape(x)
    reduced = {axis % len(shape) for axis in axes}
    kept = [
        1 if axis in reduced else size
        for axis, size in enumerate(shape)
        if keep_dims or axis not in reduced
    ]
    y = writer.activation(f"sum_{len(writer.operators)}", kept, output)
    table = writer.constant(np.array(axes, np.int32))
    writer.operator("SUM", (x, table), (y,), {"keep_dims": keep_dims})
    return y


def batch_matmul(
    writer: TFLiteWriter,
    a: int,
    b: int,
    adj_x: bool = False,
    adj_y: bool = False,
    *,
    output: Quant,
) -> int:
    """BATCH_MATMUL; with `adj_x` and `adj_y` the last two axes are exchanged."""
    left, right = writer.shape(a), writer.shape(b)
    batches = np.broadcast_shapes(left[:-2], right[:-2])
    matrix = left[-1] if adj_x else left[-2], right[-2] if adj_y else right[-1]
    name = f"matmul_{len(writer.operators)}"
    y = writer.activation(name, (*batches, *matrix), output)
    options = {"adj_x": adj_x, "adj_y": adj_y}
    writer.operator("BATCH_MATMUL", (a, b), (y,), options)
    return y
