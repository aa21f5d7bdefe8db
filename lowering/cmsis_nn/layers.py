"""What the layers that CMSIS-NN computes have in common."""

from __future__ import annotations

from lowering.cmsis_nn import VARIANT
from lowering.cmsis_nn.exactness import without_dead_biases
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal

MAX_SCRATCH = 2**16 - 4
"""Bytes; scratch is as wide a tensor."""


def proposal(
    layer: LayerCalls, instructions: float, scratch: int = 0, **more: int
) -> Proposal:
    """The scalars and constants of the portable kernel, and `more` scalars."""
    return Proposal(
        VARIANT,
        {**layer.params, **more},
        without_dead_biases(layer),
        round(instructions),
        -(-scratch // 4) * 4,
    )
