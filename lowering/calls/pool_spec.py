"""What the lowerings of the pools share."""

from __future__ import annotations

from lowering.calls.kernel_spec import CallRows, KernelSpec, activation, tile
from tinyts_dialect.pooling import PoolOp


def pool_spec(kernel: str, op: PoolOp, rows: CallRows) -> KernelSpec:
    """One call of a pool's kernel."""
    window = op.window.data
    return KernelSpec(
        kernel,
        {
            "kernel": tile(window.kernel),
            "params": {
                "stride": tile(window.stride),
                "padding": rows.padding(window),
                "activation": activation(op.clamp.data),
            },
        },
    )
