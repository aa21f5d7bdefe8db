"""Lowering of `tinyts.fused_rows` to `runtime_c/src/fused_rows.c`."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from lowering.calls.convolution_spec import convolution_constants, convolution_params
from lowering.calls.kernel_spec import CallRows, KernelSpec
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
    return KernelSpec(
        "fused_rows",
        {
            "group": op.group.value.data,
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
        constants={
            **convolution_constants(
                producer, op.producer_weights, op.producer_bias, "producer."
            ),
            **convolution_constants(consumer, op.weights, op.bias, "consumer."),
        },
        overlaps=replacements(op.kept_rows(), *rows.output, last_row),
        fused_layers=() if op.middle_layer is None else (op.middle_layer.value.data,),
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
    stores that group of the new ones. This holds within one output row.
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
