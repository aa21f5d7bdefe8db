"""Lowering of `tinyts.resize_nearest_neighbor` to its kernel in `runtime_c/src`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.resize_nearest_neighbor import ResizeNearestNeighborOp

OPERATION = ResizeNearestNeighborOp


def lower(op: ResizeNearestNeighborOp, rows: CallRows) -> KernelSpec:
    """One call of the copy; every call of a layer has the tables of the whole."""
    here, start = op.output_rect(), op.start()
    return KernelSpec(
        "resize_nearest_neighbor",
        {
            "output_row": rows.output[0] - here.y0,
            "input_row": rows.inputs[0][0] - start[0],
            "output_column": here.x0,
            "input_column": start[1],
        },
        constants={"rows": op.taps(0), "columns": op.taps(1)},
    )
