"""`tinyts.quantize`: TFLite's QUANTIZE, between types or between quantizations."""

from __future__ import annotations

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.irdl import irdl_op_definition, operand_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Quant
from tinyts_dialect.interfaces import Array, PointwiseOp, verifying_multipliers
from tinyts_dialect.multipliers import Multiplier, quantize_multiplier, requantize
from tinyts_dialect.tensors import dtype_of, end_quant_of, shape_of

SIGN = 128
"""What a uint8 and an int8 differ by that mean the same."""


@irdl_op_definition
class QuantizeOp(PointwiseOp):
    """A float32 or quantized tensor as integers of another type or scale."""

    name = "tinyts.quantize"

    input = operand_def(TensorType)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def verify_(self) -> None:
        if end_quant_of(self.result) is None:
            raise VerifyException("the result of a quantization must not be float32")
        if end_quant_of(self.input) is not None:
            self._verify_multiplier()
        elif dtype_of(self.result) == np.int32:
            raise VerifyException("floats as int32 are not supported")
        self.verify_shape(shape_of(self.input))

    def _verify_multiplier(self) -> None:
        if dtype_of(self.input) == np.int32:
            raise VerifyException("a int32 input is not supported")
        bits = 8 * dtype_of(self.input).itemsize + 1  # of a difference to a zero point
        with verifying_multipliers():
            shift = self.multiplier().shift
        if bits + max(shift, 0) > 32:
            raise VerifyException(
                f"a {dtype_of(self.input).name} input shifted by {max(shift, 0)} bits "
                "overflows 32, as it does in TensorFlow Lite Micro"
            )

    def reads_floats(self) -> bool:
        """Whether the input is float32."""
        return end_quant_of(self.input) is None

    def output_quant(self) -> Quant:
        """The quantization of the result."""
        quant = end_quant_of(self.result)
        if quant is None:
            raise VerifyException("the result of a quantization must not be float32")
        return quant

    def limits(self) -> tuple[int, int]:
        """The least and the greatest value of the result's type."""
        limits = np.iinfo(dtype_of(self.result))
        return int(limits.min), int(limits.max)

    def input_zero_point(self) -> int:
        """The zero point of an input that is not float32."""
        quant = end_quant_of(self.input)
        return 0 if quant is None else quant.zero_point

    def multiplier(self) -> Multiplier:
        """Of an input that is not float32: its scale over the result's."""
        quant = end_quant_of(self.input)
        if quant is None:
            raise VerifyException("a float32 input has no scale")
        return quantize_multiplier(quant.scale / self.output_quant().scale)

    def flips_sign(self) -> bool:
        """Whether int8 becomes uint8, or the reverse, of one scale: one bit changes."""
        types = {dtype_of(self.input).name, dtype_of(self.result).name}
        quant = end_quant_of(self.input)
        if types != {"int8", "uint8"} or quant is None:
            return False
        distance = self.output_quant().zero_point - quant.zero_point
        same_scale = self.multiplier() == quantize_multiplier(1.0)
        return same_scale and abs(distance) == SIGN

    def evaluate(self, *operands: Array) -> Array:
        zero_point = self.output_quant().zero_point
        if self.reads_floats():
            steps = self._rounded(operands[0].astype(np.float32))
        else:
            centered = operands[0].astype(np.int64) - self.input_zero_point()
            steps = requantize(centered, *self.multiplier())
        clipped = np.clip(steps + zero_point, *self.limits())
        return clipped.astype(dtype_of(self.result))

    def _rounded(self, x: Array) -> Array:
        """Steps of the scale to nearest, halves away from zero, in single precision."""
        with np.errstate(over="ignore"):
            steps = x / np.float32(self.output_quant().scale)
        steps = np.clip(steps, np.float32(-(1 << 20)), np.float32(1 << 20))
        whole = np.trunc(steps)
        rest = steps - whole
        return (whole + (rest >= 0.5) - (rest <= -0.5)).astype(np.int64)


OPERATIONS = (QuantizeOp,)
