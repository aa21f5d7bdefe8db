"""Entries of operators that pick, mirror or regroup pixels: slices that are joined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tflite
from xdsl.dialects.builtin import IntegerAttr, i64
from xdsl.ir import SSAValue

from tinyts_dialect.ops.concatenation import ConcatenationOp
from tinyts_dialect.ops.depth_to_space import DepthToSpaceOp
from tinyts_dialect.tensors import shape_of
from tools.index_runs import picked
from tools.operator_entry import OperatorEntry
from tools.operator_reader import OperatorReader
from tools.view_building import concatenated, part


def _check_shape(reader: OperatorReader, shape: Sequence[int]) -> None:
    if reader.output.shape != tuple(shape):
        reader.fail(
            f"its output has shape {list(reader.output.shape)}, its parameters make "
            f"{list(shape)}; export the model again"
        )


def _read_mirror_pad(reader: OperatorReader) -> SSAValue:
    value = reader.activation(0)
    whole = shape_of(value)
    paddings = reader.constant(1, "int32", "int64")
    if len(whole) > 4 or paddings.shape != (len(whole), 2) or paddings.min() < 0:
        reader.fail("only MIRROR_PAD of tensors up to rank 4 is supported")
    mode = reader.options(tflite.MirrorPadOptions).Mode()
    edge = mode == tflite.MirrorPadMode.SYMMETRIC
    pairs = [(int(before), int(after)) for before, after in paddings]
    for size, pads in zip(whole, pairs, strict=True):
        if max(pads) > size - (0 if edge else 1):
            reader.fail(f"it mirrors more than the {size} values of an axis")
    shape = [n + sum(pads) for n, pads in zip(whole, pairs, strict=True)]
    _check_shape(reader, shape)
    padded = [axis for axis, pads in enumerate(pairs) if any(pads)] or [0]
    for axis in padded:
        kind = "symmetric" if edge else "reflect"
        indices = np.pad(np.arange(whole[axis]), pairs[axis], kind).tolist()
        whole = (*whole[:axis], len(indices), *whole[axis + 1 :])
        value = picked(reader, value, axis, indices, whole, axis == padded[-1])
    return value


def _read_gather(reader: OperatorReader) -> SSAValue:
    value = reader.activation(0)
    whole = shape_of(value)
    options = reader.options(tflite.GatherOptions)
    indices = reader.constant(1, "int32", "int64")
    axis = options.Axis()
    if options.BatchDims():
        reader.fail("GATHER with batch dimensions is not supported")
    if not -len(whole) <= axis < len(whole):
        reader.fail(f"axis {axis} does not exist in rank {len(whole)}")
    axis %= len(whole)
    if not indices.size or not 0 <= indices.min() <= indices.max() < whole[axis]:
        reader.fail(f"its indices are not in an axis of {whole[axis]}")
    _check_shape(reader, (*whole[:axis], *indices.shape, *whole[axis + 1 :]))
    flat = [int(index) for index in indices.reshape(-1)]
    return picked(reader, value, axis, flat, reader.output.shape)


def _read_reverse(reader: OperatorReader) -> SSAValue:
    value = reader.activation(0)
    whole = shape_of(value)
    axes = {int(axis) for axis in reader.constant(1, "int32", "int64").reshape(-1)}
    if len(axes) != 1 or not all(-len(whole) <= axis < len(whole) for axis in axes):
        reader.fail("only REVERSE_V2 of one axis is supported")
    axis = axes.pop() % len(whole)
    _check_shape(reader, whole)
    return picked(reader, value, axis, range(whole[axis])[::-1], whole)


def _read_space_to_depth(reader: OperatorReader) -> SSAValue:
    value = reader.activation(0)
    whole = shape_of(value)
    block = reader.options(tflite.SpaceToDepthOptions).BlockSize()
    if len(whole) != 4 or block < 1 or whole[1] % block or whole[2] % block:
        reader.fail(f"blocks of {block} do not tile {list(whole)}")
    _, height, width, channels = whole
    _check_shape(
        reader, (1, height // block, width // block, channels * block * block)
    )
    pieces = [
        part(
            reader,
            value,
            [range(y, height, block), range(x, width, block), range(channels)],
        )
        for y in range(block)
        for x in range(block)
    ]
    return concatenated(reader, pieces, 3)


def _read_depth_to_space(reader: OperatorReader) -> SSAValue:
    block = reader.options(tflite.DepthToSpaceOptions).BlockSize()
    return reader.build(
        DepthToSpaceOp, [reader.activation(0)], {"block": IntegerAttr(block, i64)}
    )


ENTRIES = (
    OperatorEntry(
        "DEPTH_TO_SPACE",
        DepthToSpaceOp,
        _read_depth_to_space,
        "any block whose squares the channels are",
        (1, 1),
    ),
    OperatorEntry(
        "GATHER",
        ConcatenationOp,
        _read_gather,
        "constant indices, any axis",
        (2, 2),
    ),
    OperatorEntry(
        "MIRROR_PAD",
        ConcatenationOp,
        _read_mirror_pad,
        "up to rank 4, REFLECT and SYMMETRIC",
        (2, 2),
    ),
    OperatorEntry(
        "REVERSE_V2", ConcatenationOp, _read_reverse, "one constant axis", (2, 2)
    ),
    OperatorEntry(
        "SPACE_TO_DEPTH",
        ConcatenationOp,
        _read_space_to_depth,
        "any block that tiles the image",
        (1, 1),
    ),
)
