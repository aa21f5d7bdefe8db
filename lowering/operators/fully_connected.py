"""Lowering of `tinyts.fully_connected` to `runtime_c/src/fully_connected.c`."""

from __future__ import annotations

from lowering.kernel_spec import CallRows, KernelSpec, activation
from tinyts_dialect.ops.fully_connected import FullyConnectedOp
from tinyts_dialect.tensors import quant_of

OPERATION = FullyConnectedOp


def lower(op: FullyConnectedOp, rows: CallRows) -> KernelSpec:
    """One call of the fully-connected layer."""
    multipliers, shifts = op.multipliers()
    return KernelSpec(
        "fully_connected",
        {
            "per_channel": int(len(multipliers) > 1),
            "params": {
                "input_offset": -quant_of(op.input).zero_point,
                "filter_offset": 0,
                "output_offset": quant_of(op.result).zero_point,
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
