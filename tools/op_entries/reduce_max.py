"""Entries of REDUCE_MAX and REDUCE_MIN.

The greatest is what max pools find whose window is all of the reduced axes. The least
is that of the negated values, which are stored as -1 - q: a table before and behind.
"""

from __future__ import annotations

from math import prod

import numpy as np
from xdsl.ir import SSAValue

from tinyts_dialect.activation_tables import STORED
from tinyts_dialect.attributes import Clamp, ClampAttr, Quant, WindowAttr
from tinyts_dialect.ops.max_pool_2d import MaxPool2DOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.table import TableOp
from tinyts_dialect.tensors import quant_of, shape_of
from tinyts_dialect.windows import Window
from tools.import_state import tensor_quant
from tools.operator_entry import OperatorEntry, with_output_shape
from tools.operator_reader import OperatorReader


def _read_max(reader: OperatorReader) -> SSAValue:
    return with_output_shape(reader, _greatest(reader, reader.activation(0), True))


def _read_min(reader: OperatorReader) -> SSAValue:
    value = reader.activation(0)
    quant = quant_of(value)
    negated = Quant(quant.scale, -1 - quant.zero_point)
    greatest = _greatest(reader, _negated(reader, value, negated, False), False)
    least = _negated(reader, greatest, quant, True)
    return with_output_shape(reader, least)


def _negated(
    reader: OperatorReader, value: SSAValue, quant: Quant, computes: bool
) -> SSAValue:
    """Minus the values, exactly, under the quantization that makes it so."""
    table = reader.new_constant((-1 - STORED).astype(np.int8))
    return reader.build(
        TableOp,
        [value, table],
        shape=shape_of(value),
        quant=quant,
        computes=computes,
    )


def _greatest(reader: OperatorReader, value: SSAValue, computes: bool) -> SSAValue:
    """Over the operator's axes, which stay with size 1 or are gone."""
    input_quant = tensor_quant(reader.input_info(0))
    shape = shape_of(value)
    rank = len(shape)
    axes = sorted({int(axis) for axis in reader.constant(1, "int32").reshape(-1)})
    if not axes or not all(-rank <= axis < rank for axis in axes):
        reader.fail(f"axes {axes} do not exist in rank {rank}; export the model again")
    if input_quant != tensor_quant(reader.output):
        reader.fail(
            "input and output differ in quantization, which TensorFlow Lite Micro "
            "refuses; convert the model again"
        )
    reduced = {axis % rank for axis in axes}
    if rank == 4 and reduced <= {1, 2}:
        _, height, width, _ = shape
        kernel = height if 1 in reduced else 1, width if 2 in reduced else 1
        return _pool(reader, value, kernel, computes)
    for axis in sorted(reduced):
        outer, inner = prod(shape[:axis]), prod(shape[axis + 1 :])
        value = _reshaped(reader, value, (1, outer, shape[axis], inner))
        last = computes and axis == max(reduced)
        value = _pool(reader, value, (1, shape[axis]), last)
        shape = (*shape[:axis], 1, *shape[axis + 1 :])
    return value


def _pool(
    reader: OperatorReader, value: SSAValue, kernel: tuple[int, int], last: bool
) -> SSAValue:
    _, height, width, channels = shape_of(value)
    return reader.build(
        MaxPool2DOp,
        [value],
        {"window": WindowAttr(Window(kernel)), "clamp": ClampAttr(Clamp(-128, 127))},
        shape=(1, height - kernel[0] + 1, width - kernel[1] + 1, channels),
        quant=quant_of(value),
        computes=last,
    )


def _reshaped(
    reader: OperatorReader, value: SSAValue, shape: tuple[int, ...]
) -> SSAValue:
    if shape_of(value) == shape:
        return value
    quant = quant_of(value)
    return reader.build(ReshapeOp, [value], shape=shape, quant=quant, computes=False)


SUPPORTS = "any axes, keep_dims or not"

ENTRIES = (
    OperatorEntry("REDUCE_MAX", MaxPool2DOp, _read_max, SUPPORTS, (2, 2)),
    OperatorEntry("REDUCE_MIN", MaxPool2DOp, _read_min, SUPPORTS, (2, 2)),
)
