"""Lowering of `tinyts.depth_to_space` to `runtime_c/src/depth_to_space.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.depth_to_space import DepthToSpaceOp

OPERATION = DepthToSpaceOp


def lower(op: DepthToSpaceOp, rows: CallRows) -> KernelSpec:
    """One call of the copy."""
    here, start = op.output_rect(), op.start()
    return KernelSpec(
        "depth_to_space",
        {
            "block": op.side(),
            "output_row": rows.output[0] - here.y0,
            "input_row": rows.inputs[0][0] - start[0],
            "output_column": here.x0,
            "input_column": start[1],
        },
    )
