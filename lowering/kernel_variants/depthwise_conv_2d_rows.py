"""DEPTHWISE_CONV_2D row by row, with code for just the sizes of the layer.

C: `runtime_c/src/depthwise_conv_2d_rows.c`, and with constants that take little flash
`runtime_c/src/depthwise_conv_2d_compact.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.dw_stage import depthwise_stage
from lowering.kernel_variant import LayerCalls, Proposal

KERNELS = ("depthwise_conv_2d",)


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """The fastest row function of the layer, and a compact one."""
    for variant in ("rows", "compact"):
        stage = depthwise_stage(layer, "", compact=variant == "compact")
        if stage is not None:
            yield Proposal(
                variant,
                stage.params,
                stage.constants,
                stage.instructions,
                code=stage.code,
            )
