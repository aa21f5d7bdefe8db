"""Lowering of `tinyts.sub` to `runtime_c/src/sub.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, activation
from lowering.calls.scaled_pairs import scaled_pair
from tinyts_dialect.ops.add import LEFT_SHIFT
from tinyts_dialect.ops.sub import SubOp

OPERATION = SubOp
TILES = True


def lower(op: SubOp, rows: CallRows) -> KernelSpec:
    """One call of the subtraction."""
    return KernelSpec(
        "sub",
        {
            **scaled_pair(op, LEFT_SHIFT),
            "activation": activation(op.clamp.data),
        },
        inputs=("input_1", "input_2"),
    )
