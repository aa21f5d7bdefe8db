"""Lowering of `tinyts.squared_difference` to `runtime_c/src/squared_difference.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from lowering.calls.scaled_pairs import scaled_pair
from tinyts_dialect.ops.squared_difference import LEFT_SHIFT, SquaredDifferenceOp

OPERATION = SquaredDifferenceOp
TILES = True


def lower(op: SquaredDifferenceOp, rows: CallRows) -> KernelSpec:
    """One call of the operator."""
    return KernelSpec(
        "squared_difference",
        scaled_pair(op, LEFT_SHIFT),
        inputs=("input_1", "input_2"),
    )
