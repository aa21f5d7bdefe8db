"""Lowering of `tinyts.add` to `runtime_c/src/add.c`."""

from __future__ import annotations

from lowering.kernel_spec import CallRows, KernelSpec, activation, quant_params
from tinyts_dialect.ops.add import LEFT_SHIFT, AddOp
from tinyts_dialect.tensors import quant_of

OPERATION = AddOp
TILES = True


def lower(op: AddOp, rows: CallRows) -> KernelSpec:
    """One call of the addition."""
    multipliers = op.multipliers()
    return KernelSpec(
        "add",
        {
            "input_1_offset": -quant_of(op.lhs).zero_point,
            "input_1_quant": quant_params(multipliers.lhs),
            "input_2_offset": -quant_of(op.rhs).zero_point,
            "input_2_quant": quant_params(multipliers.rhs),
            "left_shift": LEFT_SHIFT,
            "output_offset": quant_of(op.result).zero_point,
            "output_quant": quant_params(multipliers.output),
            "activation": activation(op.clamp.data),
        },
        inputs=("input_1", "input_2"),
    )
