"""FUSED_PIXELS by whole rows: a row of the depthwise convolution, then 1x1 panels.

C: `runtime_c/src/fused_pixels_rows.c`, `runtime_c/src/fused_pixels_pairs.c`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.packing.dw_stage import depthwise_stage
from lowering.packing.packed_convolution import DIRECT, PAIRED, packed_stages

KERNELS = ("fused_pixels",)


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With panels of one pixel or of two, weights of 16 and of 8 bits."""
    row = layer.image("output").width * layer.image("input").channels
    for compact, (variant, panel) in product(
        (False, True), (("pairs", PAIRED), ("rows", DIRECT))
    ):
        first = depthwise_stage(layer, "producer", compact)
        if first is None:
            continue
        for second in packed_stages(layer, "consumer", panel):
            yield Proposal(
                variant,
                {"producer": first.params, "consumer": second.params},
                {
                    f"{stage}.{name}": array
                    for stage, found in (("producer", first), ("consumer", second))
                    for name, array in found.constants.items()
                },
                first.instructions + second.instructions,
                -(-row // 4) * 4 + second.scratch,
                first.code,
            )
