"""CONV_2D by panels of one pixel and eight channels: no scratch.

C: `runtime_c/src/conv_2d_direct.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.packing.packed_convolution import DIRECT, packed_stages

KERNELS = ("conv_2d",)


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 16 and of 8 bits."""
    for packed in packed_stages(layer, "", DIRECT):
        yield Proposal("direct", packed.params, packed.constants, packed.instructions)
