"""Lowering of `tinyts.mean_step` to `runtime_c/src/mean_step.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, quant_params
from tinyts_dialect.ops.mean_step import MeanStepOp
from tinyts_dialect.tensors import quant_of

OPERATION = MeanStepOp


def lower(op: MeanStepOp, rows: CallRows) -> KernelSpec:
    """Every call of a mean, as its last step says; the fields are those of `mean`."""
    return KernelSpec(
        "mean_step",
        {
            "reduce_rows": 1,
            "reduce_columns": 1,
            "reduce_channels": 0,
            "input_offset": -quant_of(op.input).zero_point,
            "output_offset": quant_of(op.result).zero_point,
            "quant": quant_params(op.multiplier()),
        },
    )
