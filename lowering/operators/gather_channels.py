"""Lowering of `tinyts.gather_channels` to `runtime_c/src/gather_channels.c`."""

from __future__ import annotations

import numpy as np

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.gather_channels import GatherChannelsOp

OPERATION = GatherChannelsOp
TILES = True


def lower(op: GatherChannelsOp, rows: CallRows) -> KernelSpec:
    """One call of the copy."""
    indices = np.array(op.indices(), np.int32)
    return KernelSpec("gather_channels", {}, constants={"channels": indices})
