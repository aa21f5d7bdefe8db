"""SOFTMAX by `arm_softmax_s8`. C: `runtime_c/cmsis_nn/softmax_cmsis_nn.c`."""

from __future__ import annotations

from collections.abc import Iterator

from lowering.cmsis_nn.layers import proposal, reads_slices
from lowering.kernel_variant import LayerCalls, Proposal

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
    if exact and reads_slices(layer):
        yield proposal(layer, PER_VALUE * layer.rows * output.row_bytes)
