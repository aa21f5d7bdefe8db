"""Lowering of `tinyts.resize_bilinear` to `runtime_c/src/resize_bilinear.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.resize_bilinear import ResizeBilinearOp
from tinyts_dialect.resizing import bilinear_scale

OPERATION = ResizeBilinearOp


def lower(op: ResizeBilinearOp, rows: CallRows) -> KernelSpec:
    """One call of the interpolation; positions are those of the whole tensors."""
    here, start = op.output_rect(), op.start()
    vertical, horizontal = (bilinear_scale(op.axis(axis)) for axis in (0, 1))
    return KernelSpec(
        "resize_bilinear",
        {
            "output_row": rows.output[0] - here.y0,
            "input_row": rows.inputs[0][0] - start[0],
            "output_column": here.x0,
            "input_column": start[1],
            "input_height": op.sizes.data[0],
            "input_width": op.sizes.data[1],
            "step": {"h": vertical.step, "w": horizontal.step},
            "offset": {"h": vertical.offset, "w": horizontal.offset},
        },
    )
