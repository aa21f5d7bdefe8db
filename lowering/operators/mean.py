"""Lowering of `tinyts.mean` to `runtime_c/src/mean.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, quant_params
from tinyts_dialect.ops.mean import MeanOp
from tinyts_dialect.tensors import quant_of, shape_of

OPERATION = MeanOp


def lower(op: MeanOp, rows: CallRows) -> KernelSpec:
    """One call of the mean; the kernel's axes are the last three of the tensor."""
    rank = len(shape_of(op.input))
    rows_axis, columns_axis, channels_axis = (
        int(rank - back in op.reduced_axes()) for back in (3, 2, 1)
    )
    return KernelSpec(
        "mean",
        {
            "reduce_rows": rows_axis,
            "reduce_columns": columns_axis,
            "reduce_channels": channels_axis,
            "input_offset": -quant_of(op.input).zero_point,
            "output_offset": quant_of(op.result).zero_point,
            "quant": quant_params(op.multiplier()),
        },
    )
