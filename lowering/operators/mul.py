"""Lowering of `tinyts.mul` to `runtime_c/src/mul.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, activation, quant_params
from tinyts_dialect.ops.mul import MulOp
from tinyts_dialect.tensors import quant_of

OPERATION = MulOp
TILES = True


def lower(op: MulOp, rows: CallRows) -> KernelSpec:
    """One call of the multiplication."""
    return KernelSpec(
        "mul",
        {
            "input_1_offset": -quant_of(op.lhs).zero_point,
            "input_2_offset": -quant_of(op.rhs).zero_point,
            "output_offset": quant_of(op.result).zero_point,
            "output_quant": quant_params(op.multiplier()),
            "activation": activation(op.clamp.data),
        },
        inputs=("input_1", "input_2"),
    )
