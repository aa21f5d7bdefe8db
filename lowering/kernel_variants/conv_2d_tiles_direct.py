"""CONV_2D on tiles by panels of one pixel and eight channels: no scratch, no copies.

C: `runtime_c/src/conv_2d_tiles_direct.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.packing.packed_convolution import DIRECT, MAX_RUNS, numbers, packed_stages

KERNELS = ("conv_2d_tiles",)

TAP = 12
"""Instructions that find where a tap of a window lies."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 16 and of 8 bits."""
    kernel = layer.params["kernel"]
    taps = kernel["h"] * kernel["w"]
    in_tiles = len(layer.tables["input"].columns()) > 2
    if in_tiles and taps > 1 and not _by_rows(layer):
        return
    pixels = layer.rows * layer.image("output").width
    for packed in packed_stages(layer, "", DIRECT):
        if in_tiles and packed.params["gathered"]:
            continue
        instructions = packed.instructions + TAP * taps * pixels * in_tiles
        yield Proposal("direct", packed.params, packed.constants, instructions)


def _by_rows(layer: LayerCalls) -> bool:
    """Whether windows inside are eaten by kernel rows, and at borders by few taps."""
    rows, columns = numbers(layer.params, "kernel")
    follow = layer.contiguous("input") and layer.image("input").channels % 4 == 0
    dilation = numbers(layer.params, "params", "dilation")
    few = rows * columns <= MAX_RUNS or columns == 1
    return few and dilation == (1, 1) and (follow or columns == 1)
