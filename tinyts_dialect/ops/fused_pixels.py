"""`tinyts.fused_pixels`: a depthwise convolution and the 1x1 convolution after it."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, IntegerAttr, TensorType
from xdsl.ir import Attribute
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_prop_def,
    prop_def,
    result_def,
)
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ClampAttr, QuantAttr, WindowAttr
from tinyts_dialect.convolution import Convolution, verify_window_output
from tinyts_dialect.interfaces import Array, WindowedOp
from tinyts_dialect.tensors import activation_type, quant_of, shape_of
from tinyts_dialect.windows import Window


@irdl_op_definition
class FusedPixelsOp(WindowedOp):
    """`conv_2d(depthwise_conv_2d(input))`, one output pixel after the other.

    `window` is the depthwise convolution's; of the tensor in the middle only one pixel
    exists at a time.
    """

    name = "tinyts.fused_pixels"

    input = operand_def(TensorType)
    producer_weights = operand_def(TensorType)
    producer_bias = operand_def(TensorType)
    weights = operand_def(TensorType)
    bias = operand_def(TensorType)
    window = prop_def(WindowAttr)
    producer_clamp = prop_def(ClampAttr)
    producer_scales = prop_def(DenseIntOrFPElementsAttr)
    middle_quant = prop_def(QuantAttr)
    middle_layer = opt_prop_def(IntegerAttr)
    """Index, in the model file, of the tensor in the middle."""
    clamp = prop_def(ClampAttr)
    weight_scales = prop_def(DenseIntOrFPElementsAttr)
    result = result_def(TensorType)

    assembly_format = (
        "$input `producer` `(` $producer_weights `,` $producer_bias `)` "
        "`consumer` `(` $weights `,` $bias `)` attr-dict "
        "`:` functional-type(operands, results)"
    )

    def get_window(self) -> Window:
        return self.window.data

    def window_property(self, window: Window) -> Mapping[str, Attribute]:
        return {"window": WindowAttr(window)}

    def producer_convolution(self) -> Convolution:
        """The depthwise convolution."""
        return Convolution(
            True,
            self.window.data,
            self.producer_clamp.data,
            self.producer_scales,
            quant_of(self.input),
            self.middle_quant.data,
        )

    def consumer_convolution(self) -> Convolution:
        """The 1x1 convolution."""
        return Convolution(
            False,
            Window((1, 1)),
            self.clamp.data,
            self.weight_scales,
            self.middle_quant.data,
            quant_of(self.result),
        )

    def middle_channels(self) -> int:
        """Channels of the tensor in the middle."""
        return shape_of(self.producer_weights)[3]

    def verify_(self) -> None:
        shape = shape_of(self.input)
        quant_of(self.input)
        if len(shape) != 4:
            raise VerifyException(
                f"input has shape {list(shape)}, expected [1, H, W, C]"
            )
        middle = self.producer_convolution().verify(
            self.producer_weights, self.producer_bias, shape[3]
        )
        quant_of(activation_type((1, 1, 1, middle), self.middle_quant.data))
        outputs = self.consumer_convolution().verify(self.weights, self.bias, middle)
        verify_window_output(self, self.input, self.window.data, outputs)

    def macs(self) -> int:
        _, height, width, outputs = shape_of(self.result)
        pixel = prod(self.window.data.kernel) + outputs
        return height * width * self.middle_channels() * pixel

    def evaluate(self, *operands: Array) -> Array:
        middle = self.producer_convolution().evaluate(*operands[:3])
        return self.consumer_convolution().evaluate(middle, *operands[3:])


OPERATIONS = (FusedPixelsOp,)
