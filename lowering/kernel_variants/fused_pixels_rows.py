"""FUSED_PIXELS by whole rows: a row of the depthwise convolution, then 1x1 panels.

C: `runtime_c/src/fused_pixels_rows.c`, `runtime_c/src/fused_pixels_pairs.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.dw_stage import depthwise_stage
from lowering.kernel_variant import LayerCalls, Proposal
from lowering.packed_convolution import DIRECT, PAIRED, packed_stages

KERNELS = ("fused_pixels",)


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With panels of one pixel or of two, weights of 16 and of 8 bits."""
    first = depthwise_stage(layer, "producer")
    if first is None:
        return
    row = layer.image("output").width * layer.image("input").channels
    for variant, panel in (("pairs", PAIRED), ("rows", DIRECT)):
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
