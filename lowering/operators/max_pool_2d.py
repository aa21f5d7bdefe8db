"""Lowering of `tinyts.max_pool_2d` to `runtime_c/src/max_pool_2d.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from lowering.calls.pool_spec import pool_spec
from tinyts_dialect.ops.max_pool_2d import MaxPool2DOp

OPERATION = MaxPool2DOp
TILES = True


def lower(op: MaxPool2DOp, rows: CallRows) -> KernelSpec:
    """One call of the pool."""
    return pool_spec("max_pool_2d", op, rows)
