"""Lowering of `tinyts.conv_2d` to `runtime_c/src/conv_2d.c`."""

from __future__ import annotations

from lowering.kernel_spec import CallRows, KernelSpec, activation, tile
from tinyts_dialect.convolution import channel_multipliers
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.tensors import quant_of

OPERATION = Conv2DOp


def lower(op: Conv2DOp, rows: CallRows) -> KernelSpec:
    """One call of the convolution."""
    input, output = quant_of(op.input), quant_of(op.result)
    multipliers, shifts = channel_multipliers(input, op.weight_scales, output)
    window = op.window.data
    return KernelSpec(
        "conv_2d",
        {
            "kernel": tile(window.kernel),
            "params": {
                "input_offset": -input.zero_point,
                "output_offset": output.zero_point,
                "stride": tile(window.stride),
                "padding": rows.padding(window),
                "dilation": tile(window.dilation),
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
