"""Lowering of `tinyts.fully_connected` to `runtime_c/src/fully_connected.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, activation
from tinyts_dialect.attributes import Quant
from tinyts_dialect.ops.fully_connected import FullyConnectedOp
from tinyts_dialect.ops.fully_connected_step import FullyConnectedStepOp
from tinyts_dialect.tensors import quant_of

OPERATION = FullyConnectedOp


def lower(op: FullyConnectedOp, rows: CallRows) -> KernelSpec:
    """One call of the fully-connected layer."""
    return fully_connected_spec("fully_connected", op, quant_of(op.input))


def fully_connected_spec(
    kernel: str, op: FullyConnectedOp | FullyConnectedStepOp, input: Quant
) -> KernelSpec:
    """One call of a kernel of this layer, which reads its input with `input`."""
    multipliers, shifts = op.multipliers()
    return KernelSpec(
        kernel,
        {
            "per_channel": int(len(multipliers) > 1),
            "params": {
                "input_offset": -input.zero_point,
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
