"""Lowering of `tinyts.fused_pixels` to `runtime_c/src/fused_pixels.c`."""

from __future__ import annotations

from lowering.calls.convolution_spec import convolution_constants, convolution_params
from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.ops.fused_pixels import FusedPixelsOp
from tinyts_dialect.tensors import shape_of

OPERATION = FusedPixelsOp


def lower(op: FusedPixelsOp, rows: CallRows) -> KernelSpec:
    """One call of both convolutions."""
    producer, consumer = op.producer_convolution(), op.consumer_convolution()
    multiplier = op.middle_channels() // shape_of(op.input)[3]
    padding = rows.padding(producer.window)
    return KernelSpec(
        "fused_pixels",
        {
            "producer": convolution_params(producer, padding, multiplier),
            "consumer": convolution_params(consumer, {"h": 0, "w": 0}, 0),
        },
        constants={
            **convolution_constants(
                producer, op.producer_weights, op.producer_bias, "producer."
            ),
            **convolution_constants(consumer, op.weights, op.bias, "consumer."),
        },
        fused_layers=() if op.middle_layer is None else (op.middle_layer.value.data,),
    )
