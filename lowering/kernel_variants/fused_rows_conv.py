"""FUSED_ROWS with a convolution by panels of one pixel and eight channels: no scratch.

C: `runtime_c/src/fused_rows_conv.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.kernel_variant import LayerCalls, Proposal
from lowering.packed_convolution import DIRECT, packed_stages

KERNELS = ("fused_rows",)


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 16 and of 8 bits."""
    if layer.params["producer"]["ch_mult"] != 0:
        return
    group = layer.params["group"]
    channels = layer.image("middle").channels
    cuts = (*range(0, channels, group), channels)
    consumer = {
        name: array
        for name, array in layer.arrays.items()
        if name.startswith("consumer.")
    }
    for packed in packed_stages(layer, "producer", DIRECT, cuts):
        constants = {
            f"producer.{name}": array for name, array in packed.constants.items()
        }
        yield Proposal(
            "conv",
            {
                **layer.params,
                "group_words": packed.words_of_channels(min(group, channels)),
                "producer": packed.params,
            },
            {**constants, **consumer},
            packed.instructions,
        )
