"""Entries of operators that move data: slices, joints, other shapes."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import tflite
from xdsl.ir import SSAValue

from tinyts_dialect.ops.concatenation import ConcatenationOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.strided_slice import StridedSliceOp
from tinyts_dialect.tensors import shape_of
from tools.constant_folding import slice_ranges
from tools.operator_entry import OperatorEntry, check_output_shape
from tools.operator_reader import OperatorReader
from tools.tflite_file import MAX_OPERANDS
from tools.view_building import concatenated, reshaped, sliced


def _read_reshape(reader: OperatorReader) -> SSAValue:
    value = reader.end(0)
    before, after = shape_of(value), reader.output.shape
    if prod(before) != prod(after):
        reader.fail(
            f"shapes {list(before)} and {list(after)} differ in size; export the model "
            "with a fixed batch of 1, so that all shapes are known"
        )
    return reader.build(ReshapeOp, [value])


def _axis(reader: OperatorReader, axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        reader.fail(
            f"axis {axis} does not exist in a tensor of rank {rank}; export the model "
            "again"
        )
    return axis % rank


def _numbers(reader: OperatorReader, position: int) -> list[int]:
    values = reader.constant(position, "int32", "int64").reshape(-1)
    return [int(value) for value in values]


def _read_strided_slice(reader: OperatorReader) -> SSAValue:
    input = reader.activation(0)
    try:
        ranges, dropped = slice_ranges(
            reader.options(tflite.StridedSliceOptions),
            shape_of(input),
            *(_numbers(reader, position) for position in (1, 2, 3)),
        )
    except ValueError as error:
        reader.fail(f"{error}; export the model again")
    if any(r.step < 0 for r in ranges if len(r) > 1):
        reader.fail("negative strides are not supported; reverse the data elsewhere")
    if not all(ranges):
        reader.fail("the slice is empty; export the model again")
    ranges = [r if r.step > 0 else range(r[0], r[0] + 1) for r in ranges]
    shape = [len(r) for axis, r in enumerate(ranges) if axis not in dropped]
    check_output_shape(reader, shape)
    return sliced(reader, input, ranges, shape)


def _read_slice(reader: OperatorReader) -> SSAValue:
    input = reader.activation(0)
    whole, begins, sizes = shape_of(input), _numbers(reader, 1), _numbers(reader, 2)
    if not len(whole) == len(begins) == len(sizes):
        reader.fail("begins and sizes do not fit the input; export the model again")
    ranges = [
        range(begin, size if count == -1 else begin + count)
        for begin, count, size in zip(begins, sizes, whole, strict=True)
    ]
    for part, size in zip(ranges, whole, strict=True):
        if not 0 <= part.start < part.stop <= size:
            reader.fail("the slice leaves the input; export the model again")
    check_output_shape(reader, [len(part) for part in ranges])
    return sliced(reader, input, ranges, reader.output.shape)


def _parts(
    reader: OperatorReader, input: SSAValue, axis: int, sizes: Sequence[int]
) -> list[SSAValue]:
    """Consecutive parts along an axis, one an output."""
    whole = shape_of(input)
    if len(sizes) != len(reader.outputs) or sum(sizes) != whole[axis]:
        reader.fail(
            f"parts of {list(sizes)} are not the {whole[axis]} of axis {axis} for "
            f"{len(reader.outputs)} outputs; export the model again"
        )
    values: list[SSAValue] = []
    start = 0
    for position, size in enumerate(sizes):
        reader.at_output(position)
        ranges = [range(n) for n in whole]
        ranges[axis] = range(start, start + size)
        start += size
        check_output_shape(reader, [len(part) for part in ranges])
        values.append(sliced(reader, input, ranges, reader.output.shape))
    return values


def _read_split(reader: OperatorReader) -> list[SSAValue]:
    input = reader.activation(1)
    whole, count = shape_of(input), len(reader.outputs)
    axis = _axis(reader, _numbers(reader, 0)[0], len(whole))
    return _parts(reader, input, axis, [whole[axis] // count] * count)


def _read_split_v(reader: OperatorReader) -> list[SSAValue]:
    input = reader.activation(0)
    whole, sizes = shape_of(input), _numbers(reader, 1)
    axis = _axis(reader, _numbers(reader, 2)[0], len(whole))
    if sizes.count(-1) == 1:
        rest = whole[axis] - sum(size for size in sizes if size != -1)
        sizes = [rest if size == -1 else size for size in sizes]
    if any(size < 1 for size in sizes):
        reader.fail(f"parts of {sizes} are empty; export the model again")
    return _parts(reader, input, axis, sizes)


def _read_unpack(reader: OperatorReader) -> list[SSAValue]:
    input = reader.activation(0)
    whole = shape_of(input)
    axis = _axis(reader, reader.options(tflite.UnpackOptions).Axis(), len(whole))
    if len(reader.outputs) != whole[axis]:
        reader.fail(
            f"has {len(reader.outputs)} outputs for {whole[axis]} parts; export the "
            "model again"
        )
    values: list[SSAValue] = []
    for position in range(whole[axis]):
        reader.at_output(position)
        ranges = [range(n) for n in whole]
        ranges[axis] = range(position, position + 1)
        check_output_shape(reader, whole[:axis] + whole[axis + 1 :])
        values.append(sliced(reader, input, ranges, reader.output.shape))
    return values


def _read_pack(reader: OperatorReader) -> SSAValue:
    inputs = [reader.activation(i) for i in range(reader.input_count())]
    shape = shape_of(inputs[0])
    axis = reader.options(tflite.PackOptions).Axis()
    axis = _axis(reader, axis, len(shape) + 1)
    thin = (*shape[:axis], 1, *shape[axis:])
    if any(shape_of(value) != shape for value in inputs):
        reader.fail("its inputs differ in shape; export the model again")
    parts = [reshaped(reader, value, thin) for value in inputs]
    return concatenated(reader, parts, axis)


def _joined(reader: OperatorReader) -> list[SSAValue]:
    """Activations, or floats such as dequantized branches."""
    read = reader.end if reader.output.type == "float32" else reader.activation
    return [read(position) for position in range(reader.input_count())]


def _read_concatenation(reader: OperatorReader) -> SSAValue:
    options = reader.options(tflite.ConcatenationOptions)
    if options.FusedActivationFunction() != tflite.ActivationFunctionType.NONE:
        reader.fail("a fused activation is not supported; apply it to the inputs")
    inputs = _joined(reader)
    shape = shape_of(inputs[0])
    axis = _axis(reader, options.Axis(), len(shape))
    for value in inputs:
        other = shape_of(value)
        if shape[:axis] + shape[axis + 1 :] != other[:axis] + other[axis + 1 :]:
            reader.fail(
                f"shapes {list(shape)} and {list(other)} do not join on axis {axis}; "
                "export the model again"
            )
    return concatenated(reader, inputs, axis)


def _read_tile(reader: OperatorReader) -> SSAValue:
    value = reader.activation(0)
    whole, multiples = shape_of(value), _numbers(reader, 1)
    if len(multiples) != len(whole) or min(multiples, default=1) < 1:
        reader.fail(f"multiples {multiples} do not fit {list(whole)}")
    check_output_shape(reader, [a * b for a, b in zip(whole, multiples, strict=True)])
    repeated = [axis for axis, count in enumerate(multiples) if count > 1]
    if max(multiples, default=1) > MAX_OPERANDS:
        reader.fail(f"it repeats an axis more than {MAX_OPERANDS} times")
    if not repeated:
        return _read_reshape(reader)
    for axis in reversed(repeated):
        copies = [value] * multiples[axis]
        value = concatenated(reader, copies, axis, computes=axis == repeated[0])
    return value


ENTRIES = (
    OperatorEntry(
        "CONCATENATION",
        ConcatenationOp,
        _read_concatenation,
        "any number of inputs, any axis of any rank; int8 of one quantization, or "
        "floats behind DEQUANTIZE",
        (1, MAX_OPERANDS),
    ),
    OperatorEntry("EXPAND_DIMS", ReshapeOp, _read_reshape, "any axis", (2, 2)),
    OperatorEntry(
        "PACK", ConcatenationOp, _read_pack, "any axis of any rank", (1, MAX_OPERANDS)
    ),
    OperatorEntry(
        "RESHAPE",
        ReshapeOp,
        _read_reshape,
        "any shapes; it may change quantization",
        (1, 2),
    ),
    OperatorEntry(
        "SLICE", StridedSliceOp, _read_slice, "constant begins and sizes", (3, 3)
    ),
    OperatorEntry(
        "SPLIT",
        StridedSliceOp,
        _read_split,
        "any axis of any rank",
        (2, 2),
        (1, MAX_OPERANDS),
    ),
    OperatorEntry(
        "SPLIT_V",
        StridedSliceOp,
        _read_split_v,
        "any axis of any rank, uneven parts",
        (3, 3),
        (1, MAX_OPERANDS),
    ),
    OperatorEntry("SQUEEZE", ReshapeOp, _read_reshape, "any axes", (1, 1)),
    OperatorEntry(
        "STRIDED_SLICE",
        StridedSliceOp,
        _read_strided_slice,
        "constant bounds, negative ones too, strides of at least 1, begin, end and "
        "shrink-axis masks",
        (4, 4),
    ),
    OperatorEntry(
        "TILE", ConcatenationOp, _read_tile, "constant multiples of any axes", (2, 2)
    ),
    OperatorEntry(
        "UNPACK",
        StridedSliceOp,
        _read_unpack,
        "any axis of any rank",
        (1, 1),
        (1, MAX_OPERANDS),
    ),
)
