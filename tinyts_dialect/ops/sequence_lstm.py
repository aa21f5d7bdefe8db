"""`tinyts.sequence_lstm`: TFLite's UNIDIRECTIONAL_SEQUENCE_LSTM, plain, int8."""

from __future__ import annotations

import math
from math import prod
from typing import NamedTuple

import numpy as np
from xdsl.dialects.builtin import (
    DenseIntOrFPElementsAttr,
    FloatAttr,
    IntegerAttr,
    TensorType,
    f32,
    i8,
    i16,
)
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.convolution import verify_bias
from tinyts_dialect.gates import Int64Array, sigmoid, tanh
from tinyts_dialect.interfaces import Array, verifying_multipliers
from tinyts_dialect.multipliers import Multiplier, quantize_multiplier, requantize
from tinyts_dialect.stateful import StatefulOp, Update
from tinyts_dialect.tensors import (
    is_activation,
    quant_of,
    shape_of,
    tensor_type,
    to_array,
    verify_size,
)

GATES = ("input", "forget", "cell", "output")
"""In the order of the file, and of the rows of weights and bias."""

GATE_SCALE = 2.0**-12
"""Scale of what goes into a gate's function."""

FUNCTION_SCALE = 2.0**-15
"""Scale of what comes out."""

CELL_POWERS = (-28, 0)
"""Least and greatest logarithm of the scale of the cell state."""


class LstmMultipliers(NamedTuple):
    """The requantizations: those of gates hold one of each gate."""

    inputs: tuple[Multiplier, ...]
    recurrent: tuple[Multiplier, ...]
    forget: Multiplier
    update: Multiplier
    hidden: Multiplier


@irdl_op_definition
class SequenceLstmOp(StatefulOp):
    """T vectors of K, one after the other, through an LSTM of N units give T of N.

    The input is [1, T, K] or [T, 1, K]. `hidden` is the last output, int8 of N
    elements, `cell` int16 of a scale that is a power of two. Weights [4 * N, K] and
    [4 * N, N], and the bias [4 * N], hold the gates in the order of GATES.
    """

    name = "tinyts.sequence_lstm"

    input = operand_def(TensorType)
    hidden = operand_def(TensorType)
    cell = operand_def(TensorType)
    input_weights = operand_def(TensorType)
    recurrent_weights = operand_def(TensorType)
    bias = operand_def(TensorType)
    input_scales = prop_def(DenseIntOrFPElementsAttr)
    recurrent_scales = prop_def(DenseIntOrFPElementsAttr)
    cell_scale = prop_def(FloatAttr)
    cell_clip = prop_def(IntegerAttr)
    """Largest magnitude of a stored cell state; -1 where it is not limited."""
    result = result_def(TensorType)
    next_hidden = result_def(TensorType)
    next_cell = result_def(TensorType)

    assembly_format = (
        "$input `state` `(` $hidden `,` $cell `)` `weights` `(` $input_weights `,` "
        "$recurrent_weights `,` $bias `)` attr-dict "
        "`:` functional-type(operands, results)"
    )

    def updates(self) -> tuple[Update, ...]:
        return (
            Update("hidden", self.hidden, self.next_hidden),
            Update("cell", self.cell, self.next_cell),
        )

    def verify_(self) -> None:
        quant_of(self.input)
        quant_of(self.hidden)
        shape, units = shape_of(self.input), prod(shape_of(self.hidden))
        if len(shape) != 3 or 1 not in shape[:2]:
            raise VerifyException(
                f"input has shape {list(shape)}, expected [1, T, K] or [T, 1, K]"
            )
        if tensor_type(self.cell).element_type != i16 or is_activation(self.cell):
            raise VerifyException("the cell state must be i16 without a quantization")
        if prod(shape_of(self.cell)) != units:
            raise VerifyException(
                f"the cell state has {prod(shape_of(self.cell))} elements, the hidden "
                f"one {units}"
            )
        for value, depth in (
            (self.input_weights, shape[2]),
            (self.recurrent_weights, units),
        ):
            if tensor_type(value).element_type != i8 or shape_of(value) != (
                4 * units,
                depth,
            ):
                raise VerifyException(f"weights must be i8 of [{4 * units}, {depth}]")
            verify_size(shape_of(value))
        verify_bias(self.bias, 4 * units)
        for scales in (self.input_scales, self.recurrent_scales):
            if scales.get_element_type() != f32 or len(scales) != len(GATES):
                raise VerifyException("there must be a scale of type f32 for each gate")
        after = self.next_hidden.type, self.next_cell.type
        if after != (self.hidden.type, self.cell.type):
            raise VerifyException("the next state is not of the state's types")
        self.verify_output((*shape[:2], units))
        if not -1 <= self.cell_clip.value.data <= 32767:
            raise VerifyException("cell_clip must be -1 to 32767")
        with verifying_multipliers():
            self.multipliers()

    def cell_power(self) -> int:
        """The logarithm of the cell state's scale; ValueError where it has none."""
        scale = float(self.cell_scale.value.data)
        mantissa, exponent = math.frexp(scale)
        if mantissa != 0.5 or not CELL_POWERS[0] <= exponent - 1 <= CELL_POWERS[1]:
            raise ValueError(
                f"the scale {scale} of the cell state is no power of two from "
                f"2**{CELL_POWERS[0]} to 2**{CELL_POWERS[1]}"
            )
        return exponent - 1

    def tanh_shift(self) -> int:
        """By how many bits a cell state is shifted to the left for its tanh."""
        return 12 + self.cell_power()

    def multipliers(self) -> LstmMultipliers:
        """The multipliers of sums of products, and of products between gates."""
        input, hidden = quant_of(self.input).scale, quant_of(self.hidden).scale
        cell = 2.0 ** self.cell_power()

        def of_gates(
            scale: float, weights: DenseIntOrFPElementsAttr
        ) -> tuple[Multiplier, ...]:
            return tuple(
                quantize_multiplier(scale * float(weight) / GATE_SCALE)
                for weight in to_array(weights)
            )

        return LstmMultipliers(
            of_gates(input, self.input_scales),
            of_gates(hidden, self.recurrent_scales),
            quantize_multiplier(FUNCTION_SCALE * cell / cell),
            quantize_multiplier(FUNCTION_SCALE**2 / cell),
            quantize_multiplier(FUNCTION_SCALE**2 / hidden),
        )

    def macs(self) -> int:
        weights = (self.input_weights, self.recurrent_weights)
        steps = prod(shape_of(self.input)[:2])
        return steps * sum(prod(shape_of(value)) for value in weights)

    def evaluate(self, *operands: Array) -> tuple[Array, ...]:
        x, hidden, cell, *rest = (operand.astype(np.int64) for operand in operands)
        before, after = hidden.reshape(-1), cell.reshape(-1)
        outputs: list[Int64Array] = []
        for step in x.reshape(-1, x.shape[-1]):
            before, after = self._step(step, before, after, *rest)
            outputs.append(before)
        result = np.stack(outputs).astype(np.int8).reshape(shape_of(self.result))
        return (
            result,
            before.astype(np.int8).reshape(hidden.shape),
            after.astype(np.int16).reshape(cell.shape),
        )

    def _step(
        self,
        x: Int64Array,
        hidden: Int64Array,
        cell: Int64Array,
        weights: Int64Array,
        recurrent: Int64Array,
        bias: Int64Array,
    ) -> tuple[Int64Array, Int64Array]:
        """The next hidden and cell state."""
        m = self.multipliers()
        zeros = quant_of(self.input).zero_point, quant_of(self.hidden).zero_point
        sums = (weights @ (x - zeros[0]) + bias).reshape(len(GATES), -1)
        again = (recurrent @ (hidden - zeros[1])).reshape(len(GATES), -1)
        input, forget, update, output = (
            _int16(
                _int16(requantize(sums[k], *m.inputs[k]))
                + _int16(requantize(again[k], *m.recurrent[k]))
            )
            for k in range(len(GATES))
        )
        kept = _int16(requantize(sigmoid(forget) * cell, *m.forget))
        added = _int16(requantize(sigmoid(input) * tanh(update, 0), *m.update))
        cell = _int16(kept + added)
        clip = self.cell_clip.value.data
        if clip >= 0:
            cell = cell.clip(-clip, clip)
        product = tanh(cell, self.tanh_shift()) * sigmoid(output)
        hidden = requantize(product, *m.hidden) + zeros[1]
        return hidden.clip(-128, 127), cell


def _int16(x: Int64Array) -> Int64Array:
    return x.clip(-32768, 32767)


OPERATIONS = (SequenceLstmOp,)
