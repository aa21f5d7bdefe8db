"""SOFTMAX by `arm_softmax_s8`. C: `runtime_c/cmsis_nn/softmax_cmsis_nn.c`."""

from __future__ import annotations

from collections.abc import Iterator

from lowering.cmsis_nn.layers import proposal
from lowering.cmsis_nn.slices import step_of
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal

KERNELS = ("softmax",)

MAX_CHANNELS = 511
"""The sum of exponentials, below 2^28 then, is divided by a shift of 31 at most."""

MAX_SHIFT = 30
"""Differences are multiplied by 2^shift."""

PER_VALUE = 300
"""Instructions, about."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal for rows of few channels without gaps."""
    output = layer.image("output")
    exact = output.channels <= MAX_CHANNELS and layer.params["shift"] <= MAX_SHIFT
    step = step_of(layer)
    if exact and step is not None:
        values = layer.rows * output.row_bytes
        yield proposal(layer, PER_VALUE * values, step=step)
