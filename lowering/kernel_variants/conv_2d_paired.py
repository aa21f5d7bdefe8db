"""CONV_2D by panels of two pixels and four channels, widened into scratch.

C: `runtime_c/src/conv_2d_paired.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.packing.packed_convolution import PAIRED, packed_stages

KERNELS = ("conv_2d",)


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 16 and of 8 bits."""
    for packed in packed_stages(layer, "", PAIRED):
        yield Proposal(
            "paired",
            packed.params,
            packed.constants,
            packed.instructions,
            packed.scratch,
        )
