"""Lowering of `tinyts.conv_2d` to `runtime_c/src/conv_2d.c`."""

from __future__ import annotations

from lowering.calls.convolution_spec import convolution_constants, convolution_params
from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.conv_2d import Conv2DOp

OPERATION = Conv2DOp
TILES = True


def lower(op: Conv2DOp, rows: CallRows) -> KernelSpec:
    """One call of the convolution."""
    convolution = op.convolution()
    params = convolution_params(convolution, rows.padding(convolution.window), 0)
    del params["ch_mult"]
    return KernelSpec(
        "conv_2d",
        params,
        constants=convolution_constants(convolution, op.weights, op.bias),
    )
