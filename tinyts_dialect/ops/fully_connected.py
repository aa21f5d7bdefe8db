"""`tinyts.fully_connected`: TFLite's FULLY_CONNECTED on [batches, depth]."""

from __future__ import annotations

from math import prod

import numpy as np
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, TensorType, i8
from xdsl.ir import SSAValue
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import ClampAttr, Quant
from tinyts_dialect.convolution import (
    channel_multipliers,
    verify_bias_and_scales,
)
from tinyts_dialect.interfaces import Array, TensorOp, verifying_multipliers
from tinyts_dialect.multipliers import quantize_multiplier, requantize
from tinyts_dialect.reference import clamped
from tinyts_dialect.tensors import (
    quant_of,
    shape_of,
    tensor_type,
    to_array,
    verify_size,
)


def verify_matrix(
    weights: SSAValue, bias: SSAValue, weight_scales: DenseIntOrFPElementsAttr
) -> None:
    """Checks int8 weights [O, K], the bias [O], and one or O weight scales."""
    shape = shape_of(weights)
    if tensor_type(weights).element_type != i8 or len(shape) != 2:
        raise VerifyException("weights must be an int8 tensor of rank 2")
    verify_size(shape)
    scales = len(weight_scales)
    verify_bias_and_scales(bias, weight_scales, shape[0], scales)
    if scales == 1 and to_array(weight_scales)[0] < 0:
        raise VerifyException("the only weight scale must not be negative")


def multipliers_of_scales(
    input: Quant, weight_scales: DenseIntOrFPElementsAttr, output: Quant
) -> tuple[np.ndarray, np.ndarray]:
    """Multipliers and shifts: one of each, or one an output."""
    if len(weight_scales) > 1:
        return channel_multipliers(input, weight_scales, output)
    scale = float(to_array(weight_scales)[0])
    multiplier = quantize_multiplier(input.scale * scale / output.scale)
    return (
        np.array([multiplier.value], np.int32),
        np.array([multiplier.shift], np.int32),
    )


@irdl_op_definition
class FullyConnectedOp(TensorOp):
    """[N, K] with weights [O, K] and bias [O] gives [N, O].

    One weight scale serves all outputs, or each output has its own.
    """

    name = "tinyts.fully_connected"

    input = operand_def(TensorType)
    weights = operand_def(TensorType)
    bias = operand_def(TensorType)
    clamp = prop_def(ClampAttr)
    weight_scales = prop_def(DenseIntOrFPElementsAttr)
    result = result_def(TensorType)

    assembly_format = (
        "$input `weights` `(` $weights `,` $bias `)` attr-dict "
        "`:` functional-type(operands, results)"
    )

    def verify_(self) -> None:
        shape = shape_of(self.input)
        weights = shape_of(self.weights)
        quant_of(self.input)
        verify_matrix(self.weights, self.bias, self.weight_scales)
        if len(shape) != 2 or shape[1] != weights[1]:
            raise VerifyException(
                f"input has shape {list(shape)}, expected [N, {weights[1]}]"
            )
        self.verify_output((shape[0], weights[0]))
        with verifying_multipliers():
            self.multipliers()

    def multipliers(self) -> tuple[np.ndarray, np.ndarray]:
        """Multipliers and shifts: one of each, or one an output."""
        return multipliers_of_scales(
            quant_of(self.input), self.weight_scales, quant_of(self.result)
        )

    def macs(self) -> int:
        return prod(shape_of(self.result)) * shape_of(self.weights)[1]

    def evaluate(self, *operands: Array) -> Array:
        x, weights, bias = (operand.astype(np.int64) for operand in operands)
        sums = (x - quant_of(self.input).zero_point) @ weights.T + bias
        scaled = requantize(sums, *self.multipliers())
        return clamped(scaled + quant_of(self.result).zero_point, self.clamp.data)


OPERATIONS = (FullyConnectedOp,)
