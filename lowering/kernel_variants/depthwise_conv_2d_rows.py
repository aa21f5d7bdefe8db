"""DEPTHWISE_CONV_2D row by row, with code for just the sizes of the layer.

C: `runtime_c/src/depthwise_conv_2d_rows.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.dw_stage import depthwise_stage
from lowering.kernel_variant import LayerCalls, Proposal

KERNELS = ("depthwise_conv_2d",)


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """One proposal where a row function is made for the layer."""
    stage = depthwise_stage(layer, "")
    if stage is not None:
        yield Proposal(
            "rows",
            stage.params,
            stage.constants,
            stage.instructions,
            code=stage.code,
        )
