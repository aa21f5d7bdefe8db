"""FUSED_ROWS with a convolution by panels.

C: `runtime_c/src/fused_rows_pair_dw.c` with scratch, `fused_rows_conv_dw.c` without,
and `fused_rows_conv.c` where the depthwise convolution has no row function.
"""

from __future__ import annotations

from collections.abc import Iterator

from lowering.dw_stage import depthwise_stage
from lowering.kernel_spec import Params
from lowering.kernel_variant import LayerCalls, Proposal
from lowering.packed_convolution import DIRECT, PAIRED, PackedStage, packed_stages

KERNELS = ("fused_rows",)

PORTABLE_MAC = 16
"""Instructions of the portable depthwise convolution."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 16 and of 8 bits."""
    if layer.params["producer"]["ch_mult"] != 0:
        return
    channels = layer.image("middle").channels
    group = min(layer.params["group"], channels)
    depthwise = depthwise_stage(layer, "consumer")
    cuts = (*range(0, channels, group), channels)
    panels = (DIRECT, PAIRED) if depthwise else (DIRECT,)
    stages = [
        (panel, packed)
        for panel in panels
        for packed in packed_stages(layer, "producer", panel, cuts)
    ]
    for panel, packed in stages:
        constants = {f"producer.{name}": a for name, a in packed.constants.items()}
        if depthwise is None:
            kernel = layer.params["consumer"]["kernel"]
            taps = kernel["h"] * kernel["w"]
            work = PORTABLE_MAC * taps * layer.image("output").bytes
            kept = {n: a for n, a in layer.arrays.items() if n.startswith("consumer.")}
            yield Proposal(
                "conv",
                _params(layer, group, packed),
                {**constants, **kept},
                packed.instructions + work,
            )
            continue
        consumer = {f"consumer.{name}": a for name, a in depthwise.constants.items()}
        yield Proposal(
            "conv_dw" if panel is DIRECT else "pair_dw",
            {**_params(layer, group, packed), "consumer": depthwise.params},
            {**constants, **consumer},
            packed.instructions + depthwise.instructions,
            packed.scratch,
        )


def _params(layer: LayerCalls, group: int, packed: PackedStage) -> Params:
    return {
        **layer.params,
        "group_words": packed.words_of_channels(group),
        "producer": packed.params,
    }
