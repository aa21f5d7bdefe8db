"""`tinyts.svdf`: TFLite's SVDF, filters of features and of their history."""

from __future__ import annotations

from math import prod

import numpy as np
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, TensorType, i8, i16
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.convolution import verify_bias
from tinyts_dialect.interfaces import Array, verifying_multipliers
from tinyts_dialect.multipliers import Multiplier, quantize_multiplier, requantize
from tinyts_dialect.stateful import StatefulOp, Update
from tinyts_dialect.tensors import (
    is_activation,
    quant_of,
    shape_of,
    tensor_type,
    verify_size,
)


@irdl_op_definition
class SvdfOp(StatefulOp):
    """[1, K] through F filters of `rank` a unit gives [1, F / rank].

    The state [1, F * M] holds the last M features of each filter, the newest last:
    int8 with a quantization, or int16. Weights are [F, K] of the features and [F, M] of
    the time, of the state's type; the bias is [F / rank].
    """

    name = "tinyts.svdf"

    input = operand_def(TensorType)
    state = operand_def(TensorType)
    feature_weights = operand_def(TensorType)
    time_weights = operand_def(TensorType)
    bias = operand_def(TensorType)
    rank = prop_def(IntegerAttr)
    feature_scale = prop_def(FloatAttr)
    time_scale = prop_def(FloatAttr)
    state_scale = prop_def(FloatAttr)
    result = result_def(TensorType)
    next_state = result_def(TensorType)

    assembly_format = (
        "$input `state` `(` $state `)` `weights` `(` $feature_weights `,` "
        "$time_weights `,` $bias `)` attr-dict `:` functional-type(operands, results)"
    )

    def updates(self) -> tuple[Update, ...]:
        return (Update("state", self.state, self.next_state),)

    @property
    def memory(self) -> int:
        """How many features of each filter are kept."""
        return shape_of(self.time_weights)[1]

    def state_zero_point(self) -> int:
        """What the state stores for 0."""
        if tensor_type(self.state).element_type == i16:
            return 0
        return quant_of(self.state).zero_point

    def verify_(self) -> None:
        quant_of(self.input)
        weights = self.feature_weights, self.time_weights
        shapes = [shape_of(value) for value in weights]
        element = tensor_type(self.state).element_type
        types = [tensor_type(value).element_type for value in weights]
        if types != [i8, element] or element not in (i8, i16):
            raise VerifyException(
                "weights of features must be i8, those of the time of the type of the "
                "state, i8 or i16"
            )
        if any(len(shape) != 2 for shape in shapes) or shapes[0][0] != shapes[1][0]:
            raise VerifyException(
                f"weights have shapes {list(shapes[0])} and {list(shapes[1])}, not "
                "[F, K] and [F, M]"
            )
        for shape in shapes:
            verify_size(shape)
        (filters, inputs), (_, memory) = shapes
        rank = self.rank.value.data
        if rank < 1 or filters % rank:
            raise VerifyException(f"rank {rank} does not divide {filters} filters")
        if shape_of(self.input) != (1, inputs):
            raise VerifyException(
                f"input has shape {list(shape_of(self.input))}, expected [1, {inputs}]"
            )
        if shape_of(self.state) != (1, filters * memory):
            raise VerifyException(
                f"state has shape {list(shape_of(self.state))}, expected "
                f"[1, {filters * memory}]"
            )
        if is_activation(self.state) != (element == i8):
            raise VerifyException("a state of i8 has a quantization, one of i16 none")
        if self.next_state.type != self.state.type:
            raise VerifyException("the next state is not of the state's type")
        verify_bias(self.bias, filters // rank)
        self.verify_output((1, filters // rank))
        with verifying_multipliers():
            self.multipliers()

    def multipliers(self) -> tuple[Multiplier, Multiplier]:
        """From a sum of features to the state, from one over time to the output."""
        state, feature, time = (
            float(scale.value.data)
            for scale in (self.state_scale, self.feature_scale, self.time_scale)
        )
        if not state > 0:
            raise ValueError(f"the scale {state} of the state is not positive")
        input, output = quant_of(self.input).scale, quant_of(self.result).scale
        return (
            quantize_multiplier(input * feature / state),
            quantize_multiplier(state * time / output),
        )

    def macs(self) -> int:
        return prod(shape_of(self.feature_weights)) + prod(shape_of(self.time_weights))

    def evaluate(self, *operands: Array) -> tuple[Array, ...]:
        x, state, features, time, bias = (item.astype(np.int64) for item in operands)
        filters, memory = time.shape
        first, second = self.multipliers()
        dtype = operands[1].dtype
        limits, zero = np.iinfo(dtype), self.state_zero_point()
        sums = (x - quant_of(self.input).zero_point) @ features.T
        newest = requantize(sums, *first).clip(limits.min, limits.max) + zero
        history = state.reshape(filters, memory)
        history = np.concatenate([history[:, 1:], newest.reshape(-1, 1)], axis=1)
        history = history.astype(dtype)  # modulo its range, as TFLite Micro stores it
        dots = ((history.astype(np.int64) - zero) * time).sum(axis=1)
        totals = dots.reshape(-1, self.rank.value.data).sum(axis=1) + bias
        output = requantize(totals, *second) + quant_of(self.result).zero_point
        result = output.clip(-128, 127).astype(np.int8)
        return result.reshape(1, -1), history.reshape(1, -1)


OPERATIONS = (SvdfOp,)
