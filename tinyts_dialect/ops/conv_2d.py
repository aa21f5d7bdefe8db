"""`tinyts.conv_2d`: TFLite's CONV_2D with explicit pads."""

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
class Conv2DOp(WindowedOp):
    """[1, H, W, I] with weights [O, kh, kw, I] and bias [O] gives [1, H', W', O].

    Accumulates in int32 and requantizes each output channel by its own multiplier.
    """

    name = "tinyts.conv_2d"

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

    def verify_(self) -> None:
        outputs, *kernel, inputs = verify_kernel(self.weights, self.window.data)
        channels = verify_window_output(self, self.input, self.window.data, outputs)
        if channels != inputs:
            raise VerifyException(
                f"input has {channels} channels, the weights are for {inputs}"
            )
        verify_bias_and_scales(self.bias, self.weight_scales, outputs)
        verify_multipliers(self.input, self.weight_scales, self.result)

    def macs(self) -> int:
        return prod(shape_of(self.result)) * prod(shape_of(self.weights)[1:])

    def convolution(self) -> Convolution:
        """What is computed, but for weights and bias."""
        return Convolution(
            False,
            self.window.data,
            self.clamp.data,
            self.weight_scales,
            quant_of(self.input),
            quant_of(self.result),
        )

    def evaluate(self, *operands: Array) -> Array:
        return self.convolution().evaluate(*operands)


OPERATIONS = (Conv2DOp,)
