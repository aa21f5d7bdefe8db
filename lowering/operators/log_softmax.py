"""Lowering of `tinyts.log_softmax` to `runtime_c/src/log_softmax.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, quant_params
from tinyts_dialect.ops.log_softmax import LogSoftmaxOp

OPERATION = LogSoftmaxOp


def lower(op: LogSoftmaxOp, rows: CallRows) -> KernelSpec:
    """One call of the operator."""
    softmax, reverse = op.parameters()
    params = {**softmax._asdict(), "reverse_quant": quant_params(reverse)}
    return KernelSpec("log_softmax", params)
