"""PAD by `arm_pad_s8`. C: `runtime_c/cmsis_nn/pad_cmsis_nn.c`."""

from __future__ import annotations

from collections.abc import Iterator

from lowering.cmsis_nn.layers import proposal
from lowering.cmsis_nn.slices import step_of
from lowering.cmsis_nn.windows import Axis
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal

KERNELS = ("pad",)

PER_VALUE = 1
"""Instructions, about."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal where all calls copy some rows, which lie without gaps."""
    input, output = layer.image("input"), layer.image("output")
    rows = Axis(1, 1, layer.params["pad_top"], 1, input.height, output.height)
    step = step_of(layer, rows)
    if step is not None:
        values = layer.rows * output.row_bytes
        yield proposal(layer, PER_VALUE * values, step=step)
