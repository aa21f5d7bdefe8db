"""Lowering of `tinyts.pad` to `runtime_c/src/pad.c`."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.pad import PadOp

OPERATION = PadOp
TILES = True


def lower(op: PadOp, rows: CallRows) -> KernelSpec:
    """One call of the padding."""
    padding = rows.padding(op.get_window())
    return KernelSpec(
        "pad",
        {
            "pad_top": padding["h"],
            "pad_left": padding["w"],
            "pad_front": op.channels_before_and_after()[0],
            "value": op.padding_value(),
        },
    )
