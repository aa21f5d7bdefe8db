"""Entry of BATCH_MATMUL."""

from __future__ import annotations

from math import prod

import numpy as np
import tflite
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, i64
from xdsl.ir import SSAValue

from tinyts_dialect.ops.batch_matmul import BatchMatmulOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.ops.transpose import TransposeOp
from tinyts_dialect.tensors import activation_type, quant_of, shape_of, to_array
from tools.operator_entry import (
    OperatorEntry,
    check_output_shape,
    with_output_shape,
)
from tools.operator_reader import OperatorReader
from tools.view_building import reshaped

RANKS = range(2, 6)
SWAPPED = (0, 1, 3, 2)
"""The permutation that exchanges the last two axes of an image."""


def _read(reader: OperatorReader) -> SSAValue:
    options = reader.options(tflite.BatchMatMulOptions)
    lhs, rhs = (reader.activation(position) for position in (0, 1))
    left, right = shape_of(lhs), shape_of(rhs)
    if not {len(left), len(right)} <= set(RANKS):
        reader.fail("its operands must have rank 2 to 5; reshape them")
    batches = _batches(reader, left[:-2], right[:-2])
    lhs = _pixels(reader, lhs, swapped=options.AdjX())
    rhs = _pixels(reader, rhs, swapped=not options.AdjY())
    _, count, rows, depth = shape_of(lhs)
    _, others, columns, _ = shape_of(rhs)
    check_output_shape(reader, (*batches, rows, columns))
    if count == others == 1:  # the rows of the one product are those of an image
        lhs = reshaped(reader, lhs, (1, rows, 1, depth))
        count, rows = rows, 1
    result = reader.build(
        BatchMatmulOp, [lhs, rhs], shape=(1, max(count, others), rows, columns)
    )
    return with_output_shape(reader, result)


def _batches(
    reader: OperatorReader, left: tuple[int, ...], right: tuple[int, ...]
) -> tuple[int, ...]:
    """The dimensions before the matrices; one operand may have a single matrix."""
    try:
        batches = np.broadcast_shapes(left, right)
    except ValueError:
        reader.fail(f"batches {list(left)} and {list(right)} do not broadcast")
    if not {prod(left), prod(right)} <= {1, prod(batches)}:
        reader.fail(
            f"batches {list(left)} and {list(right)} broadcast in part alone; repeat "
            "one of them"
        )
    return batches


def _pixels(reader: OperatorReader, value: SSAValue, swapped: bool) -> SSAValue:
    """[..., H, W] as an image [1, batches, H, W], or with H and W exchanged."""
    shape = shape_of(value)
    image = (1, prod(shape[:-2]), *shape[-2:])
    value = reshaped(reader, value, image)
    if not swapped:
        return value
    quant, shape = quant_of(value), tuple(image[axis] for axis in SWAPPED)
    if isinstance(value.owner, ConstantOp):
        data = np.ascontiguousarray(to_array(value.owner.value).transpose(SWAPPED))
        return reader.state.constant(data, activation_type(shape, quant))
    perm = ArrayAttr([IntegerAttr(axis, i64) for axis in SWAPPED])
    return reader.build(
        TransposeOp, [value], {"perm": perm}, shape=shape, quant=quant, computes=False
    )


ENTRIES = (
    OperatorEntry(
        "BATCH_MATMUL",
        BatchMatmulOp,
        _read,
        "rank 2 to 5, either operand transposed, of as many matrices or of one",
        (2, 2),
    ),
)
