"""The table of supported TFLite operators: how each becomes an op of the dialect.

An entry says which operation it becomes, what of the operator is supported (the text of
`docs/operators.md`), and reads one operator of a file. What an operator means is the
business of its operation; what its splitting, lowering and kernel are, of the files of
the same name.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite
from xdsl.dialects.builtin import FloatAttr, f32
from xdsl.ir import SSAValue

from tinyts_dialect.attributes import (
    ClampAttr,
    WindowAttr,
)
from tinyts_dialect.ops.average_pool_2d import AveragePool2DOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.max_pool_2d import MaxPool2DOp
from tinyts_dialect.ops.softmax import SoftmaxOp
from tinyts_dialect.ops.softmax_int16 import SoftmaxInt16Op
from tinyts_dialect.tensors import dense, shape_of
from tools.grouped_convolution import groups_of, read_groups
from tools.op_entries import collected_entries
from tools.operator_entry import ACTIVATIONS, OperatorEntry
from tools.operator_reader import OperatorReader


def _read_conv_2d(reader: OperatorReader) -> SSAValue:
    options = reader.options(tflite.Conv2DOptions)
    input = reader.activation(0)
    weights, scales = reader.weights(1, rank=4, channel_axis=0)
    channels, height, width, _ = shape_of(weights)
    window = reader.window(
        input,
        (height, width),
        (options.StrideH(), options.StrideW()),
        options.Padding(),
        (options.DilationHFactor(), options.DilationWFactor()),
    )
    scales = np.resize(scales, channels)
    operands = input, weights, reader.bias(2, channels)
    properties = {
        "window": WindowAttr(window),
        "clamp": ClampAttr(reader.clamp(options.FusedActivationFunction())),
    }
    groups = groups_of(reader, shape_of(input)[-1], weights)
    if groups > 1:
        return read_groups(reader, groups, operands, scales, properties)
    properties["weight_scales"] = dense(scales)
    return reader.build(Conv2DOp, list(operands), properties)


def _read_depthwise_conv_2d(reader: OperatorReader) -> SSAValue:
    options = reader.options(tflite.DepthwiseConv2DOptions)
    input = reader.activation(0)
    weights, scales = reader.weights(1, rank=4, channel_axis=3)
    _, height, width, channels = shape_of(weights)
    _check_depth_multiplier(
        reader, options.DepthMultiplier(), shape_of(input)[-1:], channels
    )
    window = reader.window(
        input,
        (height, width),
        (options.StrideH(), options.StrideW()),
        options.Padding(),
        (options.DilationHFactor(), options.DilationWFactor()),
    )
    return reader.build(
        DepthwiseConv2DOp,
        [input, weights, reader.bias(2, channels)],
        {
            "window": WindowAttr(window),
            "clamp": ClampAttr(reader.clamp(options.FusedActivationFunction())),
            "weight_scales": dense(np.resize(scales, channels)),
        },
    )


def _check_depth_multiplier(
    reader: OperatorReader, multiplier: int, depth: tuple[int, ...], channels: int
) -> None:
    """TensorFlow Lite Micro takes the multiplier from the option, not from shapes."""
    if depth and depth[0] * multiplier != channels:
        reader.fail(
            f"depth multiplier {multiplier} of {depth[0]} input channels does not make "
            f"{channels} output channels; export the model again"
        )


def _read_pool(
    kind: type[AveragePool2DOp] | type[MaxPool2DOp],
) -> Callable[[OperatorReader], SSAValue]:
    def read(reader: OperatorReader) -> SSAValue:
        options = reader.options(tflite.Pool2DOptions)
        input = reader.activation(0)
        window = reader.window(
            input,
            (options.FilterHeight(), options.FilterWidth()),
            (options.StrideH(), options.StrideW()),
            options.Padding(),
        )
        return reader.build(
            kind,
            [input],
            {
                "window": WindowAttr(window),
                "clamp": ClampAttr(reader.clamp(options.FusedActivationFunction())),
            },
        )

    return read


def _read_softmax(reader: OperatorReader) -> SSAValue:
    beta = reader.options(tflite.SoftmaxOptions).Beta()
    kind = SoftmaxInt16Op if reader.output.type == "int16" else SoftmaxOp
    return reader.build(kind, [reader.activation(0)], {"beta": FloatAttr(beta, f32)})


OP_TABLE: tuple[OperatorEntry, ...] = (
    OperatorEntry(
        "AVERAGE_POOL_2D",
        AveragePool2DOp,
        _read_pool(AveragePool2DOp),
        f"any filter and stride, SAME and VALID; {ACTIVATIONS}",
        (1, 1),
    ),
    OperatorEntry(
        "CONV_2D",
        Conv2DOp,
        _read_conv_2d,
        "any kernel, stride, dilation and groups, SAME and VALID, per-tensor or "
        f"per-channel weights, with or without bias; {ACTIVATIONS}",
        (2, 3),
    ),
    OperatorEntry(
        "DEPTHWISE_CONV_2D",
        DepthwiseConv2DOp,
        _read_depthwise_conv_2d,
        "any kernel, stride, dilation and multiplier, SAME and VALID, per-tensor or "
        f"per-channel weights, with or without bias; {ACTIVATIONS}",
        (2, 3),
    ),
    OperatorEntry(
        "MAX_POOL_2D",
        MaxPool2DOp,
        _read_pool(MaxPool2DOp),
        f"any filter and stride, SAME and VALID; {ACTIVATIONS}",
        (1, 1),
    ),
    OperatorEntry(
        "SOFTMAX",
        SoftmaxOp,
        _read_softmax,
        "over the last axis of any rank, any beta; to int8, or to int16 as an output",
        (1, 1),
    ),
    *collected_entries(),
)
"""Those of this file, and those of every file in `tools/op_entries`."""
