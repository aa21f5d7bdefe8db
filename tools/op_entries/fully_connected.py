"""Entry of FULLY_CONNECTED."""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt
import tflite
from xdsl.ir import SSAValue

from tinyts_dialect.attributes import ClampAttr, WindowAttr
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.fully_connected import FullyConnectedOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import dense, shape_of, to_array
from tinyts_dialect.windows import Window
from tools.operator_entry import ACTIVATIONS, OperatorEntry, with_output_shape
from tools.operator_reader import OperatorReader
from tools.view_building import reshaped


def _read(reader: OperatorReader) -> SSAValue:
    options = reader.options(tflite.FullyConnectedOptions)
    if options.WeightsFormat() != 0:
        reader.fail("shuffled weights are not supported; export plain weights")
    input = reader.activation(0)
    weights, scales = reader.weights(1, rank=2, channel_axis=0)
    if len(scales) == 1:
        reader.check_bias_scale(scales[0])
    outputs, depth = shape_of(weights)
    elements = int(np.prod(shape_of(input)))
    if elements % depth:
        reader.fail(
            f"input of {elements} elements is no multiple of depth {depth}; export the "
            "model again"
        )
    if reader.output.shape[-1:] != (outputs,):
        reader.fail(
            f"output has shape {list(reader.output.shape)}; its last dimension must be "
            f"the {outputs} outputs of the weights; export the model again"
        )
    batches = elements // depth
    clamp = ClampAttr(reader.clamp(options.FusedActivationFunction()))
    bias = reader.bias(2, outputs)
    if batches > 1:
        if len(scales) == 1 and scales[0] < 0:
            reader.fail("a weight scale is negative; convert the model again")
        result = _as_convolution(reader, (input, weights, bias), scales, clamp)
        return with_output_shape(reader, result)
    input = reshaped(reader, input, (batches, depth))
    result = reader.build(
        FullyConnectedOp,
        [input, weights, bias],
        {"clamp": clamp, "weight_scales": dense(scales)},
        shape=(batches, outputs),
    )
    return with_output_shape(reader, result)


def _as_convolution(
    reader: OperatorReader,
    operands: tuple[SSAValue, SSAValue, SSAValue],
    scales: npt.NDArray[np.float32],
    clamp: ClampAttr,
) -> SSAValue:
    """FULLY_CONNECTED of [N, K] as a pointwise convolution of N rows of one pixel.

    It computes the same, and can be cut into rows. Of an image it is one of its pixels.
    """
    input, weights, bias = operands
    outputs, depth = shape_of(weights)
    image = (1, prod(shape_of(input)) // depth, 1)
    kept = reader.output.shape[:-1]
    if len(kept) == 3 and kept[0] == 1 and shape_of(input) == (*kept, depth):
        image = kept
    if not isinstance(weights.owner, ConstantOp):
        raise TypeError("weights that are not constant")
    kernel = to_array(weights.owner.value).reshape(outputs, 1, 1, depth)
    return reader.build(
        Conv2DOp,
        [
            reshaped(reader, input, (*image, depth)),
            reader.new_constant(kernel),
            bias,
        ],
        {
            "window": WindowAttr(Window((1, 1))),
            "clamp": clamp,
            "weight_scales": dense(np.resize(scales, outputs)),
        },
        shape=(*image, outputs),
    )


ENTRIES = (
    OperatorEntry(
        "FULLY_CONNECTED",
        FullyConnectedOp,
        _read,
        "any rank of the input, per-tensor or per-channel weights, with or without "
        f"bias; {ACTIVATIONS}",
        (2, 3),
    ),
)
