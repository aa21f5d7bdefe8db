"""Lowering of `tinyts.prelu` to `runtime_c/src/prelu.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, quant_params
from tinyts_dialect.ops.prelu import PreluOp
from tinyts_dialect.tensors import quant_of

OPERATION = PreluOp
TILES = True


def lower(op: PreluOp, rows: CallRows) -> KernelSpec:
    """One call of the operator; its second input are the slopes."""
    multipliers = op.multipliers()
    return KernelSpec(
        "prelu",
        {
            "input_1_offset": -quant_of(op.lhs).zero_point,
            "input_2_offset": -quant_of(op.rhs).zero_point,
            "output_offset": quant_of(op.result).zero_point,
            "identity_quant": quant_params(multipliers.identity),
            "product_quant": quant_params(multipliers.product),
        },
        inputs=("input_1", "input_2"),
    )
