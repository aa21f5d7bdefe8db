"""Lowering of `tinyts.concatenation` to `runtime_c/src/concatenation.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.concatenation import ConcatenationOp
from tinyts_dialect.tensors import shape_of

OPERATION = ConcatenationOp


def lower(op: ConcatenationOp, rows: CallRows) -> KernelSpec:
    """One call of the copy.

    `first_row` is the output row that row 0 of the first input becomes when rows are
    joined: a part may need only some of the inputs.
    """
    axis = 3 - (len(shape_of(op.result)) - op.axis_index())
    first_row = rows.output[0] - rows.inputs[0][0] if axis == 0 else 0
    return KernelSpec(
        "concatenation",
        {"count": len(op.inputs), "axis": axis, "first_row": first_row},
        inputs=("inputs",) * len(op.inputs),
    )
