"""CONV_2D by panels of two pixels and four channels whose windows are eaten in parts.

C: `runtime_c/src/conv_2d_summed.c`. The stream is that of `conv_2d_paired`; scratch
holds a part of two windows and the sums of the parts before, for all channels.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.packing.packed_convolution import PAIRED, SUMMED, numbers, packed_stages

KERNELS = ("conv_2d",)

BETWEEN = 28
"""Instructions of a group of channels between two parts."""

PART = 90
"""Instructions of a part beside its groups."""

BEGINNING = 12
"""Instructions of a group of channels until its first part."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """In parts of a kernel row, and of a tap."""
    rows, taps = numbers(layer.params, "kernel")
    channels = layer.image("output").channels
    depth = layer.image("input").channels
    groups = -(-channels // 4)
    for packed in packed_stages(layer, "", SUMMED):
        bits = packed.layout.bits
        pairs = layer.rows * -(-layer.image("output").width // 2)
        params = {k: v for k, v in packed.params.items() if k != "gathered"}
        for columns in sorted({taps, 1}, reverse=True):
            parts = rows * (taps // columns)
            if parts == 1:
                continue
            words = columns * depth // 4
            each = PART * parts + groups * (BETWEEN * (parts - 1) + BEGINNING)
            yield Proposal(
                "summed",
                {
                    **params,
                    "sum": f"panel_s2x4_w{bits}_sum",
                    "columns": columns,
                    "part_words": words * bits // 2,
                    "group_words": packed.words_of_channels(PAIRED.channels),
                },
                packed.constants,
                packed.instructions + pairs * each,
                PAIRED.scratch * words + 32 * groups,
            )
