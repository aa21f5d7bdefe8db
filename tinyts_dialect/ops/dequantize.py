"""`tinyts.dequantize`: TFLite's DEQUANTIZE, quantized values as float32."""

from __future__ import annotations

import numpy as np
from xdsl.dialects.builtin import TensorType
from xdsl.irdl import irdl_op_definition, operand_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Quant
from tinyts_dialect.interfaces import Array, PointwiseOp
from tinyts_dialect.tensors import dtype_of, end_quant_of, shape_of


@irdl_op_definition
class DequantizeOp(PointwiseOp):
    """scale * (stored - zero point) of a quantized tensor, rounded once to float32."""

    name = "tinyts.dequantize"

    input = operand_def(TensorType)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def verify_(self) -> None:
        self.input_quant()
        if dtype_of(self.input) == np.int32:
            raise VerifyException("TensorFlow Lite Micro dequantizes no int32")
        if end_quant_of(self.result) is not None:
            raise VerifyException("the result of a dequantization must be float32")
        self.verify_shape(shape_of(self.input))

    def input_quant(self) -> Quant:
        """The quantization of the input."""
        quant = end_quant_of(self.input)
        if quant is None:
            raise VerifyException("the input of a dequantization is float32 already")
        return quant

    def evaluate(self, *operands: Array) -> Array:
        quant = self.input_quant()
        centered = operands[0].astype(np.int64) - quant.zero_point
        return centered.astype(np.float32) * np.float32(quant.scale)


OPERATIONS = (DequantizeOp,)
