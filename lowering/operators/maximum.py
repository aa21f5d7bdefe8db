"""Lowering of `tinyts.maximum` to `runtime_c/src/maximum.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.maximum import MaximumOp

OPERATION = MaximumOp
TILES = True


def lower(op: MaximumOp, rows: CallRows) -> KernelSpec:
    """One call of the maximum."""
    return KernelSpec("maximum", {}, inputs=("input_1", "input_2"))
