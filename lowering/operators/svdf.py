"""Lowering of `tinyts.svdf` to `runtime_c/src/svdf.c`."""

from __future__ import annotations

from xdsl.dialects.builtin import i16

from lowering.calls.kernel_spec import CallRows, KernelSpec, quant_params
from tinyts_dialect.ops.svdf import SvdfOp
from tinyts_dialect.tensors import quant_of, tensor_type

OPERATION = SvdfOp


def lower(op: SvdfOp, rows: CallRows) -> KernelSpec:
    """One call of the layer."""
    feature, output = op.multipliers()
    wide = tensor_type(op.state).element_type == i16
    return KernelSpec(
        "svdf",
        {
            "rank": op.rank.value.data,
            "depth": op.memory,
            "input_offset": -quant_of(op.input).zero_point,
            "state_zero_point": op.state_zero_point(),
            "output_offset": quant_of(op.result).zero_point,
            "feature_quant": quant_params(feature),
            "output_quant": quant_params(output),
        },
        constants={
            "feature_weights": op.feature_weights,
            "time_weights_16" if wide else "time_weights_8": op.time_weights,
            "bias": op.bias,
        },
    )
