"""Lowering of `tinyts.sub` to `runtime_c/src/sub.c`."""

from __future__ import annotations

from lowering.kernel_spec import CallRows, KernelSpec, activation, quant_params
from tinyts_dialect.ops.add import LEFT_SHIFT
from tinyts_dialect.ops.sub import SubOp
from tinyts_dialect.tensors import quant_of

OPERATION = SubOp
TILES = True


def lower(op: SubOp, rows: CallRows) -> KernelSpec:
    """One call of the subtraction."""
    multipliers = op.multipliers()
    return KernelSpec(
        "sub",
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
