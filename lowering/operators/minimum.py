"""Lowering of `tinyts.minimum` to `runtime_c/src/minimum.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.minimum import MinimumOp

OPERATION = MinimumOp
TILES = True


def lower(op: MinimumOp, rows: CallRows) -> KernelSpec:
    """One call of the minimum."""
    return KernelSpec("minimum", {}, inputs=("input_1", "input_2"))
