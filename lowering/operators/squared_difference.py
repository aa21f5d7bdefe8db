"""Lowering of `tinyts.squared_difference` to `runtime_c/src/squared_difference.c`."""

from __future__ import annotations

from lowering.kernel_spec import CallRows, KernelSpec, quant_params
from tinyts_dialect.ops.squared_difference import LEFT_SHIFT, SquaredDifferenceOp
from tinyts_dialect.tensors import quant_of

OPERATION = SquaredDifferenceOp
TILES = True


def lower(op: SquaredDifferenceOp, rows: CallRows) -> KernelSpec:
    """One call of the operator."""
    multipliers = op.multipliers()
    return KernelSpec(
        "squared_difference",
        {
            "input_1_offset": -quant_of(op.lhs).zero_point,
            "input_1_quant": quant_params(multipliers.lhs),
            "input_2_offset": -quant_of(op.rhs).zero_point,
            "input_2_quant": quant_params(multipliers.rhs),
            "left_shift": LEFT_SHIFT,
            "output_offset": quant_of(op.result).zero_point,
            "output_quant": quant_params(multipliers.output),
        },
        inputs=("input_1", "input_2"),
    )
