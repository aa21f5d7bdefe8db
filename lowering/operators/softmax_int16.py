"""Lowering of `tinyts.softmax_int16` to `runtime_c/src/softmax_int16.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.softmax_int16 import SoftmaxInt16Op

OPERATION = SoftmaxInt16Op


def lower(op: SoftmaxInt16Op, rows: CallRows) -> KernelSpec:
    """One call of the softmax."""
    return KernelSpec("softmax_int16", op.parameters()._asdict())
