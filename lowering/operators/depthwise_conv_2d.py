"""Lowering of `tinyts.depthwise_conv_2d` to `runtime_c/src/depthwise_conv_2d.c`."""

from __future__ import annotations

from lowering.calls.convolution_spec import convolution_constants, convolution_params
from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp

OPERATION = DepthwiseConv2DOp
TILES = True


def lower(op: DepthwiseConv2DOp, rows: CallRows) -> KernelSpec:
    """One call of the depthwise convolution."""
    convolution = op.convolution()
    return KernelSpec(
        "depthwise_conv_2d",
        convolution_params(
            convolution, rows.padding(convolution.window), op.channel_multiplier()
        ),
        constants=convolution_constants(convolution, op.weights, op.bias),
    )
