"""Operators that pick indices of an axis, as slices that are joined."""

from __future__ import annotations

from collections.abc import Sequence

from xdsl.dialects.builtin import DenseArrayBase, i32
from xdsl.ir import SSAValue

from tinyts_dialect.ops.gather_channels import GatherChannelsOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import quant_of, shape_of
from tools.import_state import tensor_quant
from tools.operator_reader import OperatorReader
from tools.tflite_file import MAX_OPERANDS
from tools.view_building import around, concatenated, part, reshaped, sliced


def ascending_runs(indices: Sequence[int]) -> list[range]:
    """The indices in their order as ranges of a positive step, each as long as it can.

    [3, 2, 2, 3, 4] is [3], [2], [2, 3, 4].
    """
    runs: list[range] = []
    position = 0
    while position < len(indices):
        first = indices[position]
        last = position
        step = 1
        if position + 1 < len(indices) and indices[position + 1] > first:
            step = indices[position + 1] - first
            while last + 1 < len(indices) and indices[last + 1] - indices[last] == step:
                last += 1
        runs.append(range(first, indices[last] + 1, step))
        position = last + 1
    return runs


def picked(
    reader: OperatorReader,
    value: SSAValue,
    axis: int,
    indices: Sequence[int],
    shape: Sequence[int],
    computes: bool = True,
) -> SSAValue:
    """The value at some indices of an axis, in the shape `shape`.

    The bytes stay as they are where the operator's output has another quantization.
    """
    if computes and quant_of(value) != tensor_quant(reader.output):
        same = picked(reader, value, axis, indices, shape, computes=False)
        return reader.build(ReshapeOp, [same], shape=tuple(shape))
    whole = shape_of(value)
    runs = ascending_runs(indices)
    if len(runs) == 1 and computes:
        ranges = [range(size) for size in whole]
        ranges[axis] = runs[0]
        return sliced(reader, value, ranges, shape)
    image, place = _image(whole, axis)
    value = reshaped(reader, value, image)
    if place == 3:
        return _channels(reader, value, indices, shape, computes)
    if len(runs) > MAX_OPERANDS:
        reader.fail(
            f"it takes {len(runs)} runs of indices; more than {MAX_OPERANDS} are not "
            "supported"
        )
    pieces: list[SSAValue] = []
    for run in runs:
        ranges = [range(size) for size in image]
        ranges[place] = run
        pieces.append(part(reader, value, ranges[1:]))
    joined = concatenated(reader, pieces, place, computes)
    return reshaped(reader, joined, shape)


def _channels(
    reader: OperatorReader,
    value: SSAValue,
    indices: Sequence[int],
    shape: Sequence[int],
    computes: bool,
) -> SSAValue:
    picked = reader.build(
        GatherChannelsOp,
        [value],
        {"channels": DenseArrayBase.from_list(i32, list(indices))},
        shape=(*shape_of(value)[:3], len(indices)),
        quant=quant_of(value),
        computes=computes,
    )
    return reshaped(reader, picked, shape)


def _image(shape: tuple[int, ...], axis: int) -> tuple[tuple[int, ...], int]:
    """The shape as [1, H, W, C], and the place of an axis in it."""
    image = (1,) * (4 - len(shape)) + shape
    place = axis + len(image) - len(shape)
    if len(image) == 4 and image[0] == 1 and place > 0:
        return image, place
    return around(shape, axis), 2
