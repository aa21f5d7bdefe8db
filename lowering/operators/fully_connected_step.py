"""Lowering of `tinyts.fully_connected_step` to its kernel in `runtime_c/src`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from lowering.operators.fully_connected import fully_connected_spec
from tinyts_dialect.ops.fully_connected_step import FullyConnectedStepOp

OPERATION = FullyConnectedStepOp


def lower(op: FullyConnectedStepOp, rows: CallRows) -> KernelSpec:
    """Every call of a layer, as its last step says."""
    return fully_connected_spec("fully_connected_step", op, op.input_quant.data)
