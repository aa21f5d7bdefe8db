"""Entry of TRANSPOSE_CONV."""

from __future__ import annotations

import numpy as np
import tflite
from xdsl.ir import SSAValue

from tinyts_dialect.attributes import ClampAttr, WindowAttr
from tinyts_dialect.ops.transpose_conv import TransposeConvOp
from tinyts_dialect.tensors import dense, image_shape, shape_of
from tinyts_dialect.windows import Pads, Window
from tools.operator_entry import ACTIVATIONS, OperatorEntry
from tools.operator_reader import OperatorReader

SHAPE, WEIGHTS, INPUT, BIAS = range(4)
"""The operator's inputs."""


def _read(reader: OperatorReader) -> SSAValue:
    options = reader.options(tflite.TransposeConvOptions)
    wanted = tuple(int(n) for n in reader.constant(SHAPE, "int32").reshape(-1))
    if wanted != reader.output.shape:
        reader.fail(
            f"output shape {list(wanted)} is not that of the output, "
            f"{list(reader.output.shape)}; export the model again"
        )
    input = reader.activation(INPUT)
    weights, scales = reader.weights(WEIGHTS, rank=4, channel_axis=0)
    channels, *kernel, _ = shape_of(weights)
    stride = options.StrideH(), options.StrideW()
    if min(stride) < 1:
        reader.fail("strides must be at least 1; export the model again")
    sizes = image_shape(reader.output.shape)
    pads = [
        _pad_before(sizes[axis], kernel[axis], stride[axis], options.Padding())
        for axis in (0, 1)
    ]
    window = Window((kernel[0], kernel[1]), stride, Pads(pads[0], 0, pads[1], 0))
    return reader.build(
        TransposeConvOp,
        [input, weights, reader.bias(BIAS, channels)],
        {
            "window": WindowAttr(window),
            "clamp": ClampAttr(reader.clamp(options.FusedActivationFunction())),
            "weight_scales": dense(np.resize(scales, channels)),
        },
    )


def _pad_before(size: int, kernel: int, stride: int, padding: int) -> int:
    """What TFLite pads, at the top or left, of an output of this size."""
    if padding == tflite.Padding.SAME:
        windows = -(-size // stride)
    else:
        windows = (size + stride - kernel) // stride
    return max(0, (windows - 1) * stride + kernel - size) // 2


ENTRIES = (
    OperatorEntry(
        "TRANSPOSE_CONV",
        TransposeConvOp,
        _read,
        "any kernel and stride, SAME and VALID, per-tensor or per-channel weights, "
        f"with or without bias; {ACTIVATIONS}",
        (3, 4),
    ),
)
