"""Lowering of `tinyts.add` to `runtime_c/src/add.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, activation
from lowering.calls.scaled_pairs import scaled_pair
from tinyts_dialect.ops.add import LEFT_SHIFT, AddOp

OPERATION = AddOp
TILES = True


def lower(op: AddOp, rows: CallRows) -> KernelSpec:
    """One call of the addition."""
    return KernelSpec(
        "add",
        {
            **scaled_pair(op, LEFT_SHIFT),
            "activation": activation(op.clamp.data),
        },
        inputs=("input_1", "input_2"),
    )
