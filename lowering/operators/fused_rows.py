"""Lowering of `tinyts.fused_rows` to `fused_rows.c` and `fused_block.c`."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from lowering.calls.convolution_spec import convolution_constants, convolution_params
from lowering.calls.kernel_spec import CallRows, KernelSpec, Params
from tinyts_dialect.kept_rows import KeptRows
from tinyts_dialect.ops.fused_rows import FusedRowsOp
from tinyts_dialect.overlaps import Overlap
from tinyts_dialect.tensors import shape_of

OPERATION = FusedRowsOp

MIDDLE_OUT, MIDDLE_IN = 1, 1
"""Positions of the middle tensor among what the kernel writes and reads."""


def lower(op: FusedRowsOp, rows: CallRows) -> KernelSpec:
    """One call of both convolutions; both paddings are those of the whole layers."""
    producer, consumer = op.producer_convolution(), op.consumer_convolution()
    channels = op.middle_shape()[2]
    first_row, last_row = rows.layer or rows.output
    row_0 = rows.inputs[0][0] - op.input_rows()[0]
    pads = producer.window.pads, consumer.window.pads
    multipliers = (
        channels // shape_of(op.input_type)[3] if producer.depthwise else 0,
        shape_of(op.weights)[3] // channels,
    )
    again = replace(op.kept_rows(), first_row=first_row)
    project = op.project_convolution()
    layers = [op.middle_layer]
    own: dict[str, int | Params] = {"group": op.group.value.data}
    constants = {
        **convolution_constants(
            producer, op.producer_weights, op.producer_bias, "producer."
        ),
        **convolution_constants(consumer, op.weights, op.bias, "consumer."),
    }
    if project is not None:
        layers.append(op.depthwise_layer)
        own = {"project": convolution_params(project, {"h": 0, "w": 0}, 0)}
        weights, bias = op.project_operands()
        constants |= convolution_constants(project, weights, bias, "project.")
    return KernelSpec(
        "fused_rows" if project is None else "fused_block",
        {
            **own,
            "keep": op.keep.value.data,
            "first_row": first_row,
            "last_row": last_row,
            "producer": convolution_params(
                producer, {"h": pads[0].top - row_0, "w": pads[0].left}, multipliers[0]
            ),
            "consumer": convolution_params(
                consumer, {"h": pads[1].top, "w": pads[1].left}, multipliers[1]
            ),
        },
        inputs=("input",),
        constants=constants,
        overlaps=replacements(op.kept_rows(), *rows.output, last_row),
        fused_layers=tuple(layer.value.data for layer in layers if layer is not None),
        recomputed_macs=again.recomputed(*rows.output) * row_macs(op),
    )


def row_macs(op: FusedRowsOp) -> int:
    """Multiply-accumulates of one row of the middle tensor."""
    _, width, channels = op.middle_shape()
    weights = prod(shape_of(op.producer_weights)[1:])
    if op.producer_convolution().depthwise:
        weights //= channels
    return width * channels * weights


def replacements(
    rows: KeptRows, first: int, last: int, last_row: int
) -> tuple[Overlap, ...]:
    """Newly stored rows that may take the very place of kept rows that die.

    The kernel works by groups of channels: it reads a group of the kept rows before it
    stores that group of the new ones. In a block it works by columns. This holds within
    one output row.
    """
    if last - first != 1 or last == last_row:
        return ()
    start, stop = rows.kept(first)
    dying = range(start, min(stop, rows.window(last)[0]))
    stored = range(*rows.handed_on(first, last))
    return tuple(
        Overlap(MIDDLE_OUT, new, MIDDLE_IN, old, None)
        for new, old in zip(stored, dying, strict=False)
    )
