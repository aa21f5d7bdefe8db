"""`tinyts.depthwise_conv_2d`: TFLite's DEPTHWISE_CONV_2D with explicit pads."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType
from xdsl.ir import Attribute
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ClampAttr, WindowAttr
from tinyts_dialect.convolution import (
    Convolution,
    verify_bias_and_scales,
    verify_kernel,
    verify_multipliers,
    verify_window_output,
)
from tinyts_dialect.interfaces import Array, WindowedOp
from tinyts_dialect.tensors import quant_of, shape_of
from tinyts_dialect.windows import Window


@irdl_op_definition
class DepthwiseConv2DOp(WindowedOp):
    """[1, H, W, C] with weights [1, kh, kw, C * m] and bias gives [1, H', W', C * m].

    Output channel o reads only input channel o // m, where m is the multiplier.
    """

    name = "tinyts.depthwise_conv_2d"

    input = operand_def(TensorType)
    weights = operand_def(TensorType)
    bias = operand_def(TensorType)
    window = prop_def(WindowAttr)
    clamp = prop_def(ClampAttr)
    weight_scales = prop_def(DenseIntOrFPElementsAttr)
    result = result_def(TensorType)

    assembly_format = (
        "$input `weights` `(` $weights `,` $bias `)` attr-dict "
        "`:` functional-type(operands, results)"
    )

    def get_window(self) -> Window:
        return self.window.data

    def window_property(self, window: Window) -> Mapping[str, Attribute]:
        return {"window": WindowAttr(window)}

    def channel_multiplier(self) -> int:
        """Output channels of each input channel."""
        return shape_of(self.weights)[3] // shape_of(self.input)[3]

    def verify_(self) -> None:
        one, *kernel, outputs = verify_kernel(self.weights, self.window.data)
        channels = verify_window_output(self, self.input, self.window.data, outputs)
        if one != 1:
            raise VerifyException("the first dimension of depthwise weights must be 1")
        if outputs % channels:
            raise VerifyException(
                f"{outputs} output channels are no multiple of {channels} inputs"
            )
        verify_bias_and_scales(self.bias, self.weight_scales, outputs)
        verify_multipliers(self.input, self.weight_scales, self.result)

    def macs(self) -> int:
        return prod(shape_of(self.result)) * prod(self.window.data.kernel)

    def convolution(self) -> Convolution:
        """What is computed, but for weights and bias."""
        return Convolution(
            True,
            self.window.data,
            self.clamp.data,
            self.weight_scales,
            quant_of(self.input),
            quant_of(self.result),
        )

    def evaluate(self, *operands: Array) -> Array:
        return self.convolution().evaluate(*operands)


OPERATIONS = (DepthwiseConv2DOp,)
