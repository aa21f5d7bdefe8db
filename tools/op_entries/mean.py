"""Entries of MEAN and SUM."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, UnitAttr, i64
from xdsl.ir import Attribute, SSAValue

from tinyts_dialect.ops.mean import MeanOp
from tinyts_dialect.tensors import shape_of
from tools.operator_entry import OperatorEntry, with_output_shape
from tools.operator_reader import OperatorReader
from tools.view_building import reshaped


def _read_mean(reader: OperatorReader) -> SSAValue:
    return _read(reader, {})


def _read_sum(reader: OperatorReader) -> SSAValue:
    return _read(reader, {"sum": UnitAttr()})


def _read(reader: OperatorReader, kind: Mapping[str, Attribute]) -> SSAValue:
    input = reader.activation(0)
    rank = len(shape_of(input))
    listed = [int(axis) for axis in reader.constant(1, "int32").reshape(-1)]
    wrong = [axis for axis in listed if not -rank <= axis < rank]
    if wrong:
        reader.fail(
            f"axis {wrong[0]} does not exist in a tensor of rank {rank}; export the "
            "model again"
        )
    axes = sorted({axis % rank for axis in listed})
    shape = shape_of(input)
    many = prod(shape[: max(0, rank - 3)]) != 1
    if many and axes and axes == [*range(axes[0], axes[-1] + 1)]:
        # Neighbouring axes of many dimensions are the columns of an image.
        outer, count = prod(shape[: axes[0]]), prod(shape[axes[0] : axes[-1] + 1])
        inner = prod(shape[axes[-1] + 1 :])
        input, axes = reshaped(reader, input, (1, outer, count, inner)), [2]
    kept = tuple(
        1 if axis in axes else size for axis, size in enumerate(shape_of(input))
    )
    result = reader.build(
        MeanOp,
        [input],
        {"axes": ArrayAttr([IntegerAttr(axis, i64) for axis in axes]), **kind},
        shape=kept,
    )
    return with_output_shape(reader, result)


SUPPORTS = "any axes, keep_dims or not"

ENTRIES = (
    OperatorEntry("MEAN", MeanOp, _read_mean, SUPPORTS, (2, 2)),
    OperatorEntry("SUM", MeanOp, _read_sum, SUPPORTS, (2, 2)),
)
