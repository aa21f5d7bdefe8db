"""FUSED_BLOCK from packed streams, a pixel of the output at a time, or some.

C: `runtime_c/src/fused_block_pixels.c`, and with scratch for pairs of pixels
`runtime_c/src/fused_block_pairs.c`. They walk as the portable kernel does.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from lowering.calls.kernel_spec import Params
from lowering.kernel_choice.kernel_variant import Array, LayerCalls, Proposal
from lowering.kernel_variants.depthwise_conv_2d_pixels import (
    MAX_COLUMNS,
    MAX_TAPS,
    pixel_instructions,
    stream_of,
)
from lowering.overlaps.walks import fused_rows_walk
from lowering.packing.depthwise_linear import depthwise_linear
from lowering.packing.packed_convolution import (
    DIRECT,
    PAIRED,
    PackedStage,
    packed_stages,
)
from lowering.packing.panel_forms import requantized

KERNELS = ("fused_block",)

CELLS = (2, 4, 8)
"""Output pixels of a cell of pairs."""

PRODUCED, CELL, ROW = 130, 350, 400
"""Instructions of two columns of a new row, a cell and an output row, beside others."""


def propose(layer: LayerCalls) -> Iterator[Proposal]:
    """With weights of 16 and of 8 bits; wider cells take more scratch."""
    if layer.params["producer"]["ch_mult"] != 0:
        return
    depthwise = _depthwise(layer)
    if depthwise is None:
        return
    projected = _projected(layer)
    ways = ("pixels", DIRECT, (1,)), ("pairs", PAIRED, CELLS)
    for variant, panel, cells in ways:
        streams = product(
            packed_stages(layer, "producer", panel),
            packed_stages(projected, "", panel),
        )
        for (producer, project), pixels in product(list(streams), cells):
            if producer.layout.bits == project.layout.bits:
                yield _proposal(
                    layer, variant, (producer, project), depthwise, pixels
                )


def _proposal(
    layer: LayerCalls,
    variant: str,
    stages: tuple[PackedStage, PackedStage],
    depthwise: tuple[Params, dict[str, Array], int],
    pixels: int,
) -> Proposal:
    producer, project = stages
    middle, output = layer.image("middle"), layer.image("output")
    values = max(producer.scratch, project.scratch)
    first = -(-_cell_bytes(layer, pixels) // 4) * 4
    cells = -(-output.width // pixels)
    work = producer.instructions + project.instructions + depthwise[2]
    work += layer.rows * (ROW + cells * CELL)
    work += middle.height * -(-middle.width // 2) * PRODUCED
    if pixels == 1:
        work += middle.height * middle.width * PRODUCED // 2
    parts = ("producer", producer.constants), ("project", project.constants)
    return Proposal(
        variant,
        {
            **{name: layer.params[name] for name in ("keep", "first_row", "last_row")},
            "pixels": pixels,
            "values_first": first,
            "producer": producer.params,
            "consumer": depthwise[0],
            "project": project.params,
        },
        {
            **{f"{n}.{k}": array for n, part in parts for k, array in part.items()},
            **{f"consumer.{name}": array for name, array in depthwise[1].items()},
        },
        work,
        first + values if values else 0,
        code=producer.code + project.code,
        scratch_field="scratch" if values else "workspace",
    )


def _projected(layer: LayerCalls) -> LayerCalls:
    """The last convolution as if it were a layer of its own."""
    found = LayerCalls(layer.calls)
    found.__dict__["params"] = layer.params["project"]
    found.__dict__["tables"] = {
        "input": layer.tables["middle"],
        "output": layer.tables["output"],
    }
    found.__dict__["arrays"] = _arrays(layer, "project.")
    return found


def _arrays(layer: LayerCalls, prefix: str) -> dict[str, Array]:
    return {
        name.removeprefix(prefix): array
        for name, array in layer.arrays.items()
        if name.startswith(prefix)
    }


def _depthwise(layer: LayerCalls) -> tuple[Params, dict[str, Array], int] | None:
    """Scalars, constants and instructions of the depthwise convolution, if exact."""
    params = layer.params["consumer"]
    kernel, channels = params["kernel"], layer.image("middle").channels
    taps = kernel["h"] * kernel["w"]
    large = taps > MAX_TAPS
    if params["ch_mult"] != 1 or channels < 4 or (large and kernel["w"] > MAX_COLUMNS):
        return None
    linear = depthwise_linear(_arrays(layer, "consumer."), params["params"])
    packed = requantized(linear, 16)
    if packed is None or packed.form == "clamp":
        return None
    relu = packed.form == "relu"
    pixel = pixel_instructions(taps, channels, relu)
    return (
        {
            **params,
            "relu": int(relu),
            "shift": int(packed.shifts[0]) if relu else 0,
        },
        {
            "stream": stream_of(packed, -(-taps // 2)),
            "zeros": np.full(channels, linear.input_zero, np.int8),
        },
        layer.rows * layer.image("output").width * pixel,
    )


def _cell_bytes(layer: LayerCalls, pixels: int) -> int:
    """Scratch of cells of so many pixels, the most of any call."""
    middle = layer.image("middle")
    wider = layer.with_params(pixels=pixels).params
    most = 0
    for call in layer.calls:
        written = next(a for a in call.writes() if a.field == "middle")
        read = next(a for a in call.reads() if a.field == "middle")
        walk = fused_rows_walk(call, written, read, wider)
        if walk is None:
            raise ValueError("the rows of the middle are not known")
        rows = range(*call.named_rows())
        most = max(most, *(walk.cell_bytes(y, middle) for y in rows))
    return most
