"""Entry of TRANSPOSE."""

from __future__ import annotations

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, i64
from xdsl.ir import SSAValue

from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.transpose import MAX_RANK, TransposeOp
from tinyts_dialect.tensors import shape_of
from tools.operator_entry import OperatorEntry
from tools.operator_reader import OperatorReader


def moves_data(shape: tuple[int, ...], perm: list[int]) -> bool:
    """Whether a permutation changes more than where axes of size 1 are."""
    order = [axis for axis in perm if shape[axis] > 1]
    return order != sorted(order)


def _read_transpose(reader: OperatorReader) -> SSAValue:
    input = reader.activation(0)
    shape = shape_of(input)
    perm = [int(axis) for axis in reader.constant(1, "int32", "int64").reshape(-1)]
    if sorted(perm) != list(range(len(shape))):
        reader.fail(
            f"{perm} is no permutation of {len(shape)} axes; export the model again"
        )
    if not moves_data(shape, perm):
        return reader.build(ReshapeOp, [input])
    if len(shape) > MAX_RANK:
        reader.fail(f"rank {len(shape)} is more than {MAX_RANK}; reshape its input")
    return reader.build(
        TransposeOp,
        [input],
        {"perm": ArrayAttr([IntegerAttr(axis, i64) for axis in perm])},
    )


ENTRIES = (
    OperatorEntry(
        "TRANSPOSE",
        TransposeOp,
        _read_transpose,
        f"any permutation, up to rank {MAX_RANK}",
        (2, 2),
    ),
)
