"""Lowering of `tinyts.arg_max` to `runtime_c/src/arg_max.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.arg_max import COLUMNS, ArgMaxOp

OPERATION = ArgMaxOp


def lower(op: ArgMaxOp, rows: CallRows) -> KernelSpec:
    """One call of the search."""
    return KernelSpec(
        "arg_max",
        {
            "along_columns": int(op.reduced_axis() == COLUMNS),
            "least": int(op.least is not None),
        },
    )
