"""Lowering of `tinyts.average_pool_2d_step` to its kernel in `runtime_c/src`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, activation, tile
from tinyts_dialect.ops.average_pool_2d_step import AveragePool2DStepOp

OPERATION = AveragePool2DStepOp


def lower(op: AveragePool2DStepOp, rows: CallRows) -> KernelSpec:
    """Every call of a pool; its fields are those of `average_pool_2d`."""
    window = op.window.data
    return KernelSpec(
        "average_pool_2d_step",
        {
            "kernel": tile(window.kernel),
            "params": {
                "stride": tile(window.stride),
                "padding": {"h": window.pads.top, "w": window.pads.left},
                "activation": activation(op.clamp.data),
            },
        },
    )
