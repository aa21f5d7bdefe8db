"""FUSED_ROWS with a convolution by panels.

C: `fused_rows_wide_dw.c` and `fused_rows_pair_dw.c` in `runtime_c/src` with scratch,
`fused_rows_conv_dw.c` without, and `fused_rows_conv.c` where the depthwise convolution
has no row function.

Groups of channels larger than the plan's are proposed too: they take fewer
instructions, and scratch of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lowering.calls.kernel_spec import Params
from lowering.kernel_choice.kernel_variant import Array, LayerCalls, Proposal
from lowering.overlaps.walks import fused_rows_walk
from lowering.packing.dw_stage import DepthwiseStage, depthwise_stage
from lowering.packing.packed_convolution import (
    DIRECT,
    FEW,
    FIXED_WORDS,
    PAIRED,
    PackedStage,
    packed_stages,
)

KERNELS = ("fused_rows",)

GROUP = 500
"""Instructions of a group of channels of an output row beside both convolutions."""

FEW_CHANNELS = 8
"""Groups of no more than these are computed straight from two pixels of the input, and
others where windows have few words."""

PORTABLE_MAC = 16
"""Instructions of the portable depthwise convolution."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 16 and of 8 bits, and with groups of several sizes."""
    if layer.params["producer"]["ch_mult"] != 0:
        return
    channels = layer.image("middle").channels
    planned = min(layer.params["group"], channels)
    for group in _groups(planned, channels):
        grouped = layer.with_params(group=group)
        own = _fresh_bytes(layer, group)
        fresh_of_few = None if group == planned else own
        depthwise = depthwise_stage(grouped, "consumer")
        short = layer.image("input").channels <= 4 * FIXED_WORDS
        few = [("conv_dw", FEW)] if group <= FEW_CHANNELS or short else []
        cuts = (*range(0, channels, group), channels)
        if depthwise is not None:
            for packed in packed_stages(layer, "producer", PAIRED, cuts):
                ways = [("wide_dw", own)]
                if group == planned:
                    ways.append(("pair_dw", None))
                for variant, fresh in ways:
                    yield _with_row_function(grouped, variant, packed, depthwise, fresh)
            for variant, panel in [("conv_dw", DIRECT), *few]:
                for packed in packed_stages(layer, "producer", panel, cuts):
                    yield _with_row_function(
                        grouped, variant, packed, depthwise, fresh_of_few
                    )
        elif group == planned:
            for packed in packed_stages(layer, "producer", DIRECT, cuts):
                yield _with_portable_kernel(layer, packed)


def _groups(planned: int, channels: int) -> list[int]:
    """The planned size, and larger ones for ever fewer groups of about equal size."""
    groups = [planned]
    count = -(-channels // planned)
    while count > 1:
        count = count // 2 if count > 4 else count - 1
        group = min(-(-channels // (4 * count)) * 4, channels)
        groups += [group] if group > groups[-1] else []
    return groups


def _fresh_bytes(layer: LayerCalls, group: int) -> int:
    """Scratch for the rows that an output row computes there, a multiple of 4."""
    most = 0
    for call in layer.calls:
        middle = [access for access in call.writes() if access.field == "middle"]
        read = [access for access in call.reads() if access.field == "middle"]
        walk = fused_rows_walk(call, middle[0], read[0])
        if walk is None:
            raise ValueError("the rows of the middle are not known")
        rows = range(*call.named_rows())
        most = max(most, *(walk.in_scratch(y, straight=True) for y in rows))
    return -(-most * layer.image("middle").width * group // 4) * 4


def _with_row_function(
    layer: LayerCalls,
    variant: str,
    packed: PackedStage,
    depthwise: DepthwiseStage,
    fresh: int | None,
) -> Proposal:
    """Without `fresh` bytes of its own the layer keeps its scratch."""
    own = fresh is not None
    params = {**_params(layer, packed), "consumer": depthwise.params}
    groups = -(-layer.image("middle").channels // layer.params["group"])
    if variant == "wide_dw":
        params["fresh_bytes"] = fresh or 0
    return Proposal(
        variant,
        params,
        {
            **_within("producer", packed.constants),
            **_within("consumer", depthwise.constants),
        },
        packed.instructions + depthwise.instructions + GROUP * layer.rows * groups,
        (fresh or 0) + packed.scratch,
        code=depthwise.code + packed.code,
        scratch_field="scratch" if own else "workspace",
    )


def _with_portable_kernel(layer: LayerCalls, packed: PackedStage) -> Proposal:
    kernel = layer.params["consumer"]["kernel"]
    work = PORTABLE_MAC * kernel["h"] * kernel["w"] * layer.image("output").bytes
    kept = {n: a for n, a in layer.arrays.items() if n.startswith("consumer.")}
    return Proposal(
        "conv",
        _params(layer, packed),
        {**_within("producer", packed.constants), **kept},
        packed.instructions + work,
    )


def _within(stage: str, constants: Mapping[str, Array]) -> dict[str, Array]:
    return {f"{stage}.{name}": array for name, array in constants.items()}


def _params(layer: LayerCalls, packed: PackedStage) -> dict[str, int | str | Params]:
    return {
        **layer.params,
        "group_words": packed.words_of_channels(layer.params["group"]),
        "producer": packed.params,
    }
