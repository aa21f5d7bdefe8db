"""Lowering of `tinyts.batch_matmul` to `runtime_c/src/batch_matmul.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, quant_params
from tinyts_dialect.ops.batch_matmul import BatchMatmulOp
from tinyts_dialect.tensors import quant_of

OPERATION = BatchMatmulOp


def lower(op: BatchMatmulOp, rows: CallRows) -> KernelSpec:
    """One call of the product."""
    return KernelSpec(
        "batch_matmul",
        {
            "input_1_offset": -quant_of(op.lhs).zero_point,
            "input_2_offset": -quant_of(op.rhs).zero_point,
            "output_offset": quant_of(op.result).zero_point,
            "quant": quant_params(op.multiplier()),
        },
        inputs=("input_1", "input_2"),
    )
