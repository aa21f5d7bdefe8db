"""Lowering of `tinyts.strided_slice` to `runtime_c/src/strided_slice.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, tile
from tinyts_dialect.ops.strided_slice import StridedSliceOp

OPERATION = StridedSliceOp


def lower(op: StridedSliceOp, rows: CallRows) -> KernelSpec:
    """One call of the copy."""
    window = op.window.data
    first, stride = op.channels.data
    return KernelSpec(
        "strided_slice",
        {
            "stride": tile(window.stride),
            "padding": rows.padding(window),
            "first_channel": first,
            "channel_stride": stride,
        },
    )
