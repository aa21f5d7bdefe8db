"""DEPTHWISE_CONV_2D row by row, with code for just the sizes of the layer.

C: `runtime_c/src/depthwise_conv_2d_rows.c`, and with constants that take little flash
`runtime_c/src/depthwise_conv_2d_compact.c`. Where the output lies over the input in a
way that neither can do, `runtime_c/src/depthwise_conv_2d_staged.c`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal
from lowering.packing.dw_stage import depthwise_stage

KERNELS = ("depthwise_conv_2d",)


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """The fastest row function of the layer and a compact one, with scratch or not."""
    for variant in ("rows", "compact"):
        stage = depthwise_stage(layer, "", compact=variant == "compact")
        if stage is None:
            continue
        yield Proposal(
            variant,
            stage.params,
            stage.constants,
            stage.instructions,
            code=stage.code,
        )
        if layer.contiguous("output"):
            row = layer.image("output").row_bytes
            yield Proposal(
                "staged",
                stage.params,
                stage.constants,
                stage.instructions + layer.rows * (row // 2 + 60),
                row,
                stage.code,
            )
