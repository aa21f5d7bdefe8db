"""Lowering of `tinyts.table` to `runtime_c/src/table.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.table import TableOp

OPERATION = TableOp
TILES = True


def lower(op: TableOp, rows: CallRows) -> KernelSpec:
    """One call of the table."""
    return KernelSpec("table", {}, constants={"values": op.values})
