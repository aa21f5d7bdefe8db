"""Depthwise convolutions as `tinyts_dw_stage`s: the row function and its constants.

A row function is an instance of a macro (`kernel_choice/instances.py`) for the sizes of
its layer. Used by the variants of `depthwise_conv_2d`, `fused_rows`, `fused_pixels`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from lowering.calls.kernel_spec import Params
from lowering.kernel_choice.instances import instance
from lowering.kernel_choice.kernel_variant import Array, LayerCalls
from lowering.overlaps.walks import Taps
from lowering.packing.depthwise_linear import NAMES, depthwise_linear
from lowering.packing.dw_stream import (
    Axis,
    stream_3x3,
    stream_blocks,
    stream_column,
    stream_compact,
)
from lowering.packing.panel_forms import Channels, Linear, requantized
from tinyts_dialect.tsbuf import Image, layout_of

MAX_TAPS = 7
"""Largest kernel extent of `tinyts_dw_blocks.h`."""
MAX_ROWS = 16
"""Largest kernel height of `tinyts_dw_column.h`."""
MAX_COLUMNS = 96
"""Widest row: the code of an instance grows with it."""
MAX_BLOCK = 6
"""Outputs whose sums fit into registers."""
MAX_COMPACT_BLOCK = 5
"""The same where weights are unpacked."""
FORMS = {"relu": 0, "any": 1, "positive": 2}
"""As in `tinyts_dw_code.h`; `positive` is `any` where negative results are clamped."""
SHIFTING = {"relu": 0, "any": 3, "positive": 2}
"""Instructions of an output that the form takes more than the first."""


class DepthwiseStage(NamedTuple):
    """What a `tinyts_dw_stage` needs."""

    params: Params
    constants: Mapping[str, Array]
    instructions: int
    """Estimated, of all rows of the layer."""
    code: int
    """Estimated bytes of the row function."""


@dataclass(frozen=True)
class _Shape:
    """Where a stage reads and writes."""

    rows: Axis
    columns: Axis
    channels: int
    group: int
    """Channels of a call, but for the last."""
    pitches: tuple[int, int]
    """Bytes from pixel to pixel of the kernel's rows, and of the output."""
    tail: tuple[int, int]
    """The same of the last, smaller group of channels of a fused layer, or zeros."""


def depthwise_stage(
    layer: LayerCalls, stage: str, compact: bool = False
) -> DepthwiseStage | None:
    """The fastest row function of a stage; None where none computes it exactly.

    `stage` is "" for a layer of its own, `producer` or `consumer` inside a fused one.
    With `compact` it is one whose constants take little flash.
    """
    params = layer.params[stage] if stage else layer.params
    shape = _shape_of(layer, stage)
    if shape is None or params["ch_mult"] != 1:
        return None
    linear = _linear_of(layer, stage)
    packed = requantized(linear, 8 if compact else 16)
    if packed is None or packed.form not in FORMS:
        return None
    if packed.form == "any" and linear.low >= linear.output_zero:
        packed = replace(packed, form="positive")
    sizes = shape.rows.taps.count, shape.columns.taps.count
    if compact:
        if linear.input_zero != -128 or max(sizes) > MAX_TAPS or _is_column(shape):
            return None
        found = _by_compact(shape, packed, linear.input_zero)
    elif _is_column(shape):
        found = _by_column(shape, packed, linear.input_zero)
    elif max(sizes) > MAX_TAPS:
        return None
    elif sizes == (3, 3):
        found = _by_3x3(shape, packed, linear.input_zero)
    else:
        found = _by_blocks(shape, packed, linear.input_zero)
    row, constants, words, instructions, code = found
    rows = {
        **params,
        "row": row,
        "words": words,
        "inputs": shape.columns.inputs,
        "shift": int(packed.shifts[0]) if packed.form == "relu" else 0,
    }
    code *= 1 + any(shape.tail)
    return DepthwiseStage(rows, constants, instructions, code)


_Found = tuple[str, dict[str, Array], int, int, int]
"""Row function, constants, words of a channel, instructions, bytes of code."""


def _is_column(shape: _Shape) -> bool:
    """Whether rows are single pixels whose channels come by four."""
    return (
        (shape.columns.inputs, shape.columns.outputs) == (1, 1)
        and shape.columns.taps.count == 1
        and shape.channels % 4 == 0
        and shape.group % 4 == 0
    )


def _by_column(shape: _Shape, packed: Channels, zero: int) -> _Found:
    """By `tinyts_dw_column.h`."""
    taps = shape.rows.taps.count
    stream = stream_column(packed)
    constants: dict[str, Array] = {"stream": stream.reshape(-1)}
    if not shape.rows.existing().all():
        constants["zeros"] = np.full(shape.channels, zero, np.int8)
    group = 45 + 17 * -(-taps // 2) + 4 * SHIFTING[packed.form]
    instructions = shape.rows.outputs * (shape.channels // 4 * group + 20 * taps + 100)
    return "dw_column", constants, stream.shape[1], instructions, 0


def _by_3x3(shape: _Shape, packed: Channels, zero: int) -> _Found:
    """By `tinyts_dw_3x3.h`."""
    columns = shape.columns
    stream = stream_3x3(packed, columns, zero)
    row = instance(
        "dw_3x3",
        FORMS[packed.form],
        int(packed.shifts[0]) if packed.form == "relu" else 0,
        columns.taps.stride,
        columns.taps.padding,
        columns.inputs,
        columns.outputs,
        *shape.pitches,
        *shape.tail,
    )
    constants: dict[str, Array] = {"stream": stream.reshape(-1)}
    if not shape.rows.existing().all():
        size = (columns.inputs - 1) * shape.pitches[0] + shape.channels
        constants["zeros"] = np.full(size, zero, np.int8)
    stride = columns.taps.stride
    each = 13.7 + 3.5 * stride + SHIFTING[packed.form]
    channel = columns.outputs * each + 4
    instructions = shape.rows.outputs * (shape.channels * channel + 150)
    most = 10.5 + 7 * stride + SHIFTING[packed.form]
    code = 100 + 4 * round(columns.outputs * most)
    return row, constants, stream.shape[1], round(instructions), code


def _by_blocks(shape: _Shape, packed: Channels, zero: int) -> _Found:
    """By `tinyts_dw_blocks.h`."""
    rows, columns = shape.rows, shape.columns
    stream = stream_blocks(packed, rows, columns, zero)
    blocks = -(-columns.outputs // MAX_BLOCK)
    block = -(-columns.outputs // blocks)
    row = instance(
        "dw_blocks",
        FORMS[packed.form],
        int(packed.shifts[0]) if packed.form == "relu" else 0,
        rows.kinds,
        rows.taps.count,
        columns.taps.count,
        columns.taps.stride,
        columns.taps.padding,
        columns.inputs,
        columns.outputs,
        block,
        *shape.pitches,
        *shape.tail,
    )
    kernel_rows = sum(int(rows.tap_exists(y).sum()) for y in range(rows.outputs))
    products = sum(int(columns.tap_exists(x).sum()) for x in range(columns.outputs))
    by_row = (
        products * 0.6
        + 1.6 * (columns.inputs + (blocks - 1) * columns.extent)
        + blocks * (8 + columns.taps.count)
    )
    each = 5 + SHIFTING[packed.form]
    channel = kernel_rows * by_row + rows.outputs * (columns.outputs * each + 12)
    instructions = shape.channels * channel + rows.outputs * 200
    code = 100 + 4 * round(by_row + columns.outputs * each)
    constants: dict[str, Array] = {"stream": stream.reshape(-1)}
    return row, constants, stream.shape[1], round(instructions), code


def _by_compact(shape: _Shape, packed: Channels, zero: int) -> _Found:
    """By `tinyts_dw_compact.h`."""
    rows, columns = shape.rows, shape.columns
    stream = stream_compact(packed, rows.taps.count, zero)
    taps, stride = columns.taps.count, columns.taps.stride
    step = 2 if stride == 1 else 1
    least = -(-columns.outputs // step)
    blocks = -(-least // MAX_COMPACT_BLOCK)
    block = -(-least // blocks)
    row = instance(
        "dw_compact",
        FORMS[packed.form],
        rows.taps.count,
        taps,
        stride,
        columns.taps.padding,
        columns.inputs,
        columns.outputs,
        block,
        *shape.pitches,
        *shape.tail,
    )
    kernel_rows = sum(int(rows.tap_exists(y).sum()) for y in range(rows.outputs))
    pairs = (taps + 1) // 2
    by_row = step * blocks * (9 + 1.5 * pairs + 2 * (columns.inputs / blocks + taps))
    by_row += columns.outputs * pairs * 0.9
    channel = kernel_rows * by_row + rows.outputs * (columns.outputs * 9 + 15)
    instructions = round(shape.channels * channel + rows.outputs * 200)
    code = 100 + 4 * round(by_row + columns.outputs * 9)
    constants: dict[str, Array] = {"stream": stream.reshape(-1)}
    return row, constants, stream.shape[1], instructions, code


def _linear_of(layer: LayerCalls, stage: str) -> Linear:
    prefix = f"{stage}." if stage else ""
    inner = (layer.params[stage] if stage else layer.params)["params"]
    return depthwise_linear(
        {name: layer.arrays[prefix + name] for name in NAMES}, inner
    )


def _shape_of(layer: LayerCalls, stage: str) -> _Shape | None:
    """The sizes of a stage; None where no row function is made for them."""
    source, target = {"": ("input", "output"), "producer": ("input", "middle")}.get(
        stage, ("middle", "output")
    )
    params = layer.params[stage] if stage else layer.params
    kernel, inner = params["kernel"], params["params"]
    if target == "middle" and layer.kernel == "fused_pixels":
        output = layer.image("output")._replace(channels=layer.image("input").channels)
    else:
        output = layer.image(target)
    input = layer.image(source)
    rows, columns = (
        Axis(
            Taps(
                kernel[axis],
                inner["stride"][axis],
                inner["padding"][axis],
                inner["dilation"][axis],
            ),
            inputs,
            outputs,
        )
        for axis, inputs, outputs in zip("hw", input[:2], output[:2], strict=True)
    )
    if not _is_made(rows, columns):
        return None
    pitches = [_pitch(layer, source, input), _pitch(layer, target, output)]
    tail = [0, 0]
    group = output.channels
    if layer.kernel == "fused_rows":
        side = 0 if stage == "consumer" else 1
        group = pitches[side] = min(layer.params["group"], group)
        if output.channels % group:
            tail = list(pitches)
            tail[side] = output.channels % group
    return _Shape(
        rows,
        columns,
        output.channels,
        group,
        (pitches[0], pitches[1]),
        (tail[0], tail[1]),
    )


def _is_made(rows: Axis, columns: Axis) -> bool:
    """Whether there are row functions of these sizes."""
    windows = [
        columns.tap_exists(x).any() for x in (0, columns.outputs - 1)
    ] + [rows.tap_exists(y).any() for y in (0, rows.outputs - 1)]
    return (
        rows.taps.count <= MAX_ROWS
        and columns.taps.count <= MAX_TAPS
        and columns.taps.dilation == 1
        and columns.taps.stride <= 2
        and 0 <= columns.taps.padding < columns.taps.count
        and columns.inputs <= MAX_COLUMNS
        and all(windows)
    )


def _pitch(layer: LayerCalls, field: str, image: Image) -> int:
    """Bytes from pixel to pixel of a tensor, of which there may be no buffers."""
    table = layer.tables.get(field)
    if table is None or not table.buffers:
        return image.channels
    return layout_of(table.buffers[0]).pixel_pitch
