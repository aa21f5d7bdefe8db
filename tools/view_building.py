"""How operators that move data are built of reshapes, slices and concatenations."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import SSAValue

from tinyts_dialect.attributes import PairAttr, WindowAttr
from tinyts_dialect.ops.concatenation import ConcatenationOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.strided_slice import StridedSliceOp
from tinyts_dialect.tensors import dtype_of, end_quant_of, quant_of, shape_of
from tinyts_dialect.windows import Pads, Window
from tools.operator_reader import OperatorReader

IMAGE_RANK = 4


def reshaped(
    reader: OperatorReader, value: SSAValue, shape: Sequence[int]
) -> SSAValue:
    """A value in another shape."""
    if shape_of(value) == tuple(shape):
        return value
    return reader.build(
        ReshapeOp,
        [value],
        shape=tuple(shape),
        quant=end_quant_of(value),
        computes=False,
        dtype=dtype_of(value).name,
    )


def around(shape: Sequence[int], axis: int) -> tuple[int, int, int, int]:
    """The shape as an image whose columns are one axis."""
    return 1, prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])


def sliced(
    reader: OperatorReader,
    value: SSAValue,
    ranges: Sequence[range],
    shape: Sequence[int],
) -> SSAValue:
    """The value at the given indices along each axis, in the shape `shape`.

    Ascending ranges that are not empty. What has at most three axes behind a batch of 1
    is one slice; else each axis that is cut is one, of columns.
    """
    whole = shape_of(value)
    cut = [axis for axis, r in enumerate(ranges) if r != range(whole[axis])]
    if not cut:
        return _copy(reader, value, shape)
    image = (1,) * (IMAGE_RANK - len(whole)) + whole
    if len(image) == IMAGE_RANK and image[0] == 1:
        missing = [range(1)] * (IMAGE_RANK - len(whole))
        last = _slice_image(
            reader, reshaped(reader, value, image), [*missing, *ranges][1:], shape
        )
        return reshaped(reader, last, shape)
    sizes = list(whole)
    for axis in cut:
        outer, columns, inner = around(sizes, axis)[1:]
        value = reshaped(reader, value, (1, outer, columns, inner))
        sizes[axis] = len(ranges[axis])
        parts = [range(outer), ranges[axis], range(inner)]
        target = shape if axis == cut[-1] else ()
        value = _slice_image(reader, value, parts, target)
    return reshaped(reader, value, shape)


def part(
    reader: OperatorReader, value: SSAValue, ranges: Sequence[range]
) -> SSAValue:
    """Rows, columns and channels of an image that are no tensor of the file."""
    return _slice_image(reader, value, ranges, ())


def _copy(
    reader: OperatorReader, value: SSAValue, shape: Sequence[int]
) -> SSAValue:
    """All of a value: a reshape that computes the operator's output."""
    return reader.build(
        ReshapeOp, [value], shape=tuple(shape), quant=quant_of(value)
    )


def _slice_image(
    reader: OperatorReader,
    value: SSAValue,
    ranges: Sequence[range],
    target: Sequence[int],
) -> SSAValue:
    """A slice of an image; it computes the output where it has the target's size."""
    rows, columns, channels = ranges
    height, width, _ = shape_of(value)[1:]
    window = Window(
        (1, 1),
        (rows.step, columns.step),
        Pads(
            -rows.start, rows[-1] + 1 - height, -columns.start, columns[-1] + 1 - width
        ),
    )
    shape = (1, len(rows), len(columns), len(channels))
    return reader.build(
        StridedSliceOp,
        [value],
        {
            "window": WindowAttr(window),
            "channels": PairAttr((channels.start, channels.step)),
        },
        shape=shape,
        quant=quant_of(value),
        computes=prod(shape) == prod(target) and bool(target),
    )


def concatenated(
    reader: OperatorReader,
    values: Sequence[SSAValue],
    axis: int,
    computes: bool = True,
) -> SSAValue:
    """Values joined along an axis; along columns of images where no other way is."""
    shape = shape_of(values[0])
    total = sum(shape_of(value)[axis] for value in values)
    result = (*shape[:axis], total, *shape[axis + 1 :])
    first = max(0, len(shape) - 3)  # what the kernel sees as rows
    if axis > first or (axis == first and prod(shape[:first]) == 1):
        return _join(reader, values, axis, result, computes)
    columns = [reshaped(reader, v, around(shape_of(v), axis)) for v in values]
    joined = _join(reader, columns, 2, around(result, axis), computes)
    return reshaped(reader, joined, result)


def _join(
    reader: OperatorReader,
    values: Sequence[SSAValue],
    axis: int,
    shape: Sequence[int],
    computes: bool,
) -> SSAValue:
    return reader.build(
        ConcatenationOp,
        list(values),
        {"axis": IntegerAttr(axis, i64)},
        shape=tuple(shape),
        quant=None if computes else end_quant_of(values[0]),
        computes=computes,
    )
