"""Pools by `arm_avgpool_s8` and `arm_max_pool_s8`.

C: `average_pool_2d_cmsis_nn.c` and `max_pool_2d_cmsis_nn.c` in `runtime_c/cmsis_nn`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.cmsis_nn.layers import MAX_SCRATCH, proposal
from lowering.cmsis_nn.slices import step_of
from lowering.cmsis_nn.windows import axes, expressible
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal

KERNELS = ("average_pool_2d", "max_pool_2d")

PER_TAP = 6.5
"""Instructions, about."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal where all calls can be handed over."""
    rows, columns = axes(layer)
    output = layer.image("output")
    average = layer.kernel == "average_pool_2d"
    scratch = scratch_bytes(output.channels) if average else 0
    step = step_of(layer, rows)
    if step is not None and expressible(rows, columns) and scratch <= MAX_SCRATCH:
        taps = layer.rows * output.row_bytes * rows.taps * columns.taps
        yield proposal(layer, PER_TAP * taps, scratch, step=step)


def scratch_bytes(channels: int) -> int:
    """What `arm_avgpool_s8_get_buffer_size` says: a sum for each channel."""
    return 4 * channels
