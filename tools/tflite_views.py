"""Writing operators that move data: functions on a `TFLiteWriter`.

Each adds one operator and returns its output, or its outputs, by their index.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import tflite  # pyright: ignore[reportMissingTypeStubs]

from tools.tflite_writer import TFLiteWriter

INT32 = tflite.TensorType.INT32


def _numbers(writer: TFLiteWriter, values: Sequence[int] | int) -> int:
    return writer.constant(np.array(values, np.int32))


def _output(writer: TFLiteWriter, x: int, shape: Sequence[int], name: str) -> int:
    return writer.activation(name, shape, writer.quant(x))


def strided_slice(
    writer: TFLiteWriter,
    x: int,
    begins: Sequence[int],
    ends: Sequence[int],
    strides: Sequence[int],
    *,
    begin_mask: int = 0,
    end_mask: int = 0,
    shrink_axis_mask: int = 0,
    name: str = "strided_slice",
) -> int:
    """STRIDED_SLICE; a bit of a mask stands for an axis."""
    shape: list[int] = []
    for axis, size in enumerate(writer.shape(x)):
        begin = None if begin_mask >> axis & 1 else begins[axis]
        end = None if end_mask >> axis & 1 else ends[axis]
        if not shrink_axis_mask >> axis & 1:
            indices = slice(begin, end, strides[axis]).indices(size)
            shape.append(len(range(*indices)))
    y = _output(writer, x, shape, name)
    lists = [_numbers(writer, values) for values in (begins, ends, strides)]
    masks = {
        "begin_mask": begin_mask,
        "end_mask": end_mask,
        "shrink_axis_mask": shrink_axis_mask,
    }
    writer.operator("STRIDED_SLICE", (x, *lists), (y,), masks)
    return y


def slice_of(
    writer: TFLiteWriter, x: int, begins: Sequence[int], sizes: Sequence[int]
) -> int:
    """SLICE; a size of -1 stands for all that is left."""
    shape = [
        whole - begin if size == -1 else size
        for whole, begin, size in zip(writer.shape(x), begins, sizes, strict=True)
    ]
    y = _output(writer, x, shape, "slice")
    lists = [_numbers(writer, values) for values in (begins, sizes)]
    writer.operator("SLICE", (x, *lists), (y,))
    return y


def tile(writer: TFLiteWriter, x: int, multiples: Sequence[int]) -> int:
    """TILE; TFLite Micro's interpreter of PyPI does not have it."""
    shape = [a * b for a, b in zip(writer.shape(x), multiples, strict=True)]
    y = _output(writer, x, shape, "tile")
    writer.operator("TILE", (x, _numbers(writer, multiples)), (y,))
    return y


def flatten_of_computed_shape(writer: TFLiteWriter, x: int) -> int:
    """SHAPE, STRIDED_SLICE, PACK and RESHAPE to [batch, all the rest], as Keras does.

    The batch is read from the shape, and the rest is a constant.
    """
    shape = writer.shape(x)
    sizes = writer.activation("sizes", (len(shape),), None, "int32")
    writer.operator("SHAPE", (x,), (sizes,), {"out_type": INT32})
    batch = writer.activation("batch", (), None, "int32")
    bounds = [_numbers(writer, [value]) for value in (0, 1, 1)]
    options = {"shrink_axis_mask": 1}
    writer.operator("STRIDED_SLICE", (sizes, *bounds), (batch,), options)
    rest = math.prod(shape[1:])
    wanted = writer.activation("wanted", (2,), None, "int32")
    parts = (batch, writer.constant(np.array(rest, np.int32)))
    writer.operator("PACK", parts, (wanted,), {"values_count": 2, "axis": 0})
    y = _output(writer, x, (shape[0], rest), "flatten")
    writer.operator("RESHAPE", (x, wanted), (y,))
    return y


def split(writer: TFLiteWriter, x: int, count: int, axis: int) -> list[int]:
    """SPLIT into equal parts."""
    shape = list(writer.shape(x))
    shape[axis] //= count
    parts = [_output(writer, x, shape, f"split_{n}") for n in range(count)]
    options = {"num_splits": count}
    writer.operator("SPLIT", (_numbers(writer, axis), x), parts, options)
    return parts


def split_v(writer: TFLiteWriter, x: int, sizes: Sequence[int], axis: int) -> list[int]:
    """SPLIT_V into parts of the given sizes, of which one may be -1."""
    whole = list(writer.shape(x))
    rest = whole[axis] - sum(size for size in sizes if size != -1)
    parts: list[int] = []
    for number, size in enumerate(sizes):
        whole[axis] = rest if size == -1 else size
        parts.append(_output(writer, x, whole, f"split_{number}"))
    constants = _numbers(writer, sizes), _numbers(writer, axis)
    options = {"num_splits": len(sizes)}
    writer.operator("SPLIT_V", (x, *constants), parts, options)
    return parts


def unpack(writer: TFLiteWriter, x: int, axis: int) -> list[int]:
    """UNPACK along an axis."""
    shape = list(writer.shape(x))
    count = shape.pop(axis)
    parts = [_output(writer, x, shape, f"unpack_{n}") for n in range(count)]
    writer.operator("UNPACK", (x,), parts, {"num": count, "axis": axis})
    return parts


def pack(writer: TFLiteWriter, values: Sequence[int], axis: int) -> int:
    """PACK along a new axis."""
    shape = list(writer.shape(values[0]))
    shape.insert(axis if axis >= 0 else len(shape) + 1 + axis, len(values))
    y = _output(writer, values[0], shape, "pack")
    options = {"values_count": len(values), "axis": axis}
    writer.operator("PACK", values, (y,), options)
    return y


def transpose(writer: TFLiteWriter, x: int, perm: Sequence[int]) -> int:
    """TRANSPOSE."""
    y = _output(writer, x, [writer.shape(x)[axis] for axis in perm], "transpose")
    writer.operator("TRANSPOSE", (x, _numbers(writer, perm)), (y,))
    return y


def squeeze(writer: TFLiteWriter, x: int, axes: Sequence[int]) -> int:
    """SQUEEZE of axes of size 1."""
    shape = [s for axis, s in enumerate(writer.shape(x)) if axis not in axes]
    y = _output(writer, x, shape, "squeeze")
    writer.operator("SQUEEZE", (x,), (y,), {"squeeze_dims": list(axes)})
    return y


def expand_dims(writer: TFLiteWriter, x: int, axis: int) -> int:
    """EXPAND_DIMS."""
    shape = list(writer.shape(x))
    shape.insert(axis if axis >= 0 else len(shape) + 1 + axis, 1)
    y = _output(writer, x, shape, "expand_dims")
    writer.operator("EXPAND_DIMS", (x, _numbers(writer, axis)), (y,))
    return y


def padv2(
    writer: TFLiteWriter, x: int, paddings: Sequence[Sequence[int]], value: int
) -> int:
    """PADV2 with a value of the input's quantization."""
    shape = [
        before + size + after
        for size, (before, after) in zip(writer.shape(x), paddings, strict=True)
    ]
    y = _output(writer, x, shape, "padv2")
    table = writer.constant(np.array(paddings, np.int32))
    constant = writer.constant(np.array(value, np.int8), writer.quant(x))
    writer.operator("PADV2", (x, table, constant), (y,))
    return y


def resize(
    writer: TFLiteWriter,
    x: int,
    sizes: Sequence[int],
    *,
    bilinear: bool,
    align_corners: bool = False,
    half_pixel_centers: bool = False,
) -> int:
    """RESIZE_BILINEAR or RESIZE_NEAREST_NEIGHBOR of an image."""
    batch, _, _, channels = writer.shape(x)
    kind = "RESIZE_BILINEAR" if bilinear else "RESIZE_NEAREST_NEIGHBOR"
    y = _output(writer, x, (batch, *sizes, channels), kind.lower())
    options = {
        "align_corners": align_corners,
        "half_pixel_centers": half_pixel_centers,
    }
    writer.operator(kind, (x, _numbers(writer, sizes)), (y,), options)
    return y


def elements(writer: TFLiteWriter, x: int) -> int:
    """The number of elements of a tensor."""
    return math.prod(writer.shape(x))
