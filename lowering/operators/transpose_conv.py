"""Lowering of `tinyts.transpose_conv` to `runtime_c/src/transpose_conv.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, activation, tile
from tinyts_dialect.convolution import channel_multipliers
from tinyts_dialect.ops.transpose_conv import TransposeConvOp
from tinyts_dialect.tensors import quant_of

OPERATION = TransposeConvOp


def lower(op: TransposeConvOp, rows: CallRows) -> KernelSpec:
    """One call; row 0 of the input adds to the output from row -padding on."""
    window = op.window.data
    top = window.pads.top - rows.output[0] + rows.inputs[0][0] * window.stride[0]
    multipliers, shifts = channel_multipliers(
        quant_of(op.input), op.weight_scales, quant_of(op.result)
    )
    return KernelSpec(
        "transpose_conv",
        {
            "kernel": tile(window.kernel),
            "params": {
                "input_offset": -quant_of(op.input).zero_point,
                "output_offset": quant_of(op.result).zero_point,
                "stride": tile(window.stride),
                "padding": tile((top, window.pads.left)),
                "dilation": tile((1, 1)),
                "activation": activation(op.clamp.data),
            },
        },
        constants={
            "weights": op.weights,
            "bias": op.bias,
            "quant.multiplier": multipliers,
            "quant.shift": shifts,
        },
    )
