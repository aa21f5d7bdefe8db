"""`tinyts.fully_connected_step`: FULLY_CONNECTED on an image, some rows at a time."""

from __future__ import annotations

from math import prod

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType
from xdsl.irdl import (
    irdl_op_definition,
    operand_def,
    opt_operand_def,
    prop_def,
)
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ClampAttr, QuantAttr
from tinyts_dialect.interfaces import Array, verifying_multipliers
from tinyts_dialect.multipliers import requantize
from tinyts_dialect.ops.fully_connected import (
    multipliers_of_scales,
    verify_matrix,
)
from tinyts_dialect.reference import Int64Array, clamped
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tensors import activation_type, quant_of, shape_of


@irdl_op_definition
class FullyConnectedStepOp(StepOp):
    """One sum an output, the bias included; the result is [1, O].

    Weights are [O, `height` * W * C], for the input's bytes in their order. These are
    read with the quantization `input_quant`: a reshape that is left out may change it.
    """

    name = "tinyts.fully_connected_step"

    accumulator = opt_operand_def(TensorType)
    input = operand_def(TensorType)  # again, to come before the weights
    weights = operand_def(TensorType)
    bias = operand_def(TensorType)
    input_quant = prop_def(QuantAttr)
    clamp = prop_def(ClampAttr)
    weight_scales = prop_def(DenseIntOrFPElementsAttr)

    assembly_format = (
        "(`sums` `(` $accumulator^ `)`)? `input` `(` $input `)` "
        "`weights` `(` $weights `,` $bias `)` attr-dict "
        "`:` functional-type(operands, results)"
    )

    def accumulators(self) -> int:
        return shape_of(self.weights)[0]

    def final_shape(self) -> tuple[int, ...]:
        return (1, self.accumulators())

    def row_size(self) -> int:
        """Elements of an input row."""
        return prod(shape_of(self.input)[2:])

    def verify_step(self) -> None:
        quant_of(activation_type((1,), self.input_quant.data))
        depth = self.height.value.data * self.row_size()
        verify_matrix(self.weights, self.bias, self.weight_scales)
        if shape_of(self.weights)[1] != depth:
            raise VerifyException(
                f"weights are for {shape_of(self.weights)[1]} inputs; "
                f"{self.height.value.data} rows of {self.row_size()} are {depth}"
            )

    def verify_last(self) -> None:
        with verifying_multipliers():
            self.multipliers()

    def multipliers(self) -> tuple[np.ndarray, np.ndarray]:
        """Multipliers and shifts; only the last step knows the result's scale."""
        return multipliers_of_scales(
            self.input_quant.data, self.weight_scales, quant_of(self.result)
        )

    def macs(self) -> int:
        first, last = self.rows.data
        return (last - first) * self.row_size() * self.accumulators()

    def add_rows(self, sums: Int64Array, *operands: Array) -> Int64Array:
        x, weights, bias = (operand.astype(np.int64) for operand in operands)
        first, last = (row * self.row_size() for row in self.rows.data)
        values = x.reshape(-1) - self.input_quant.data.zero_point
        begun = bias if self.is_first() else sums
        return begun + weights[:, first:last] @ values

    def finish(self, sums: Int64Array) -> npt.NDArray[np.int8]:
        scaled = requantize(sums, *self.multipliers())
        return clamped(scaled + quant_of(self.result).zero_point, self.clamp.data)


OPERATIONS = (FullyConnectedStepOp,)
