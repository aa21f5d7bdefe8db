"""Lowering of `tinyts.average_pool_2d` to `runtime_c/src/average_pool_2d.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from lowering.calls.pool_spec import pool_spec
from tinyts_dialect.ops.average_pool_2d import AveragePool2DOp

OPERATION = AveragePool2DOp
TILES = True


def lower(op: AveragePool2DOp, rows: CallRows) -> KernelSpec:
    """One call of the pool."""
    return pool_spec("average_pool_2d", op, rows)
