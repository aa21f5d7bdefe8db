"""`tinyts.gather_channels`: the channels of each pixel in another order."""

from __future__ import annotations

import numpy as np
from xdsl.dialects.builtin import DenseArrayBase, TensorType
from xdsl.irdl import irdl_op_definition, operand_def, prop_def, result_def
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.interfaces import Array, PointwiseOp
from tinyts_dialect.tensors import quant_of, shape_of


@irdl_op_definition
class GatherChannelsOp(PointwiseOp):
    """Channel i of the result is channel `channels[i]` of the input.

    Some may be left out, others come several times. The shuffle of channels of a
    ShuffleNet is one, GATHER and REVERSE_V2 of channels are.
    """

    name = "tinyts.gather_channels"

    input = operand_def(TensorType)
    channels = prop_def(DenseArrayBase)
    result = result_def(TensorType)

    assembly_format = "$input attr-dict `:` functional-type(operands, results)"

    def indices(self) -> tuple[int, ...]:
        """For each channel of the result the channel of the input."""
        return tuple(int(index) for index in self.channels.get_values())

    def verify_(self) -> None:
        shape, indices = shape_of(self.input), self.indices()
        if len(shape) != 4 or shape[0] != 1:
            raise VerifyException(f"input has shape {list(shape)}, expected 1xHxWxC")
        if quant_of(self.input) != quant_of(self.result):
            raise VerifyException("input and result differ in quantization")
        wrong = [index for index in indices if not 0 <= index < shape[3]]
        if wrong or not indices:
            raise VerifyException(
                f"channels {wrong} are not among the input's {shape[3]}"
            )
        self.verify_output((*shape[:3], len(indices)))

    def evaluate(self, *operands: Array) -> Array:
        return operands[0][..., np.array(self.indices())]


OPERATIONS = (GatherChannelsOp,)
