"""Lowering of `tinyts.softmax` to `runtime_c/src/softmax.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.softmax import SoftmaxOp

OPERATION = SoftmaxOp
TILES = True


def lower(op: SoftmaxOp, rows: CallRows) -> KernelSpec:
    """One call of the softmax."""
    return KernelSpec("softmax", op.parameters()._asdict())
