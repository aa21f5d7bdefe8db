"""Lowering of `tinyts.assign` to `runtime_c/src/assign.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.assign import AssignOp

OPERATION = AssignOp


def lower(op: AssignOp, rows: CallRows) -> KernelSpec:
    """One call of the copy; the variable may be rows in the middle of a tensor."""
    return KernelSpec("assign", {"first_row": rows.inputs[0][0] - rows.output[0]})
