"""What ADD, SUB and SQUARED_DIFFERENCE ask of their kernels alike."""

from __future__ import annotations

from lowering.calls.kernel_spec import Params, quant_params
from tinyts_dialect.ops.add import AddOp
from tinyts_dialect.ops.squared_difference import SquaredDifferenceOp
from tinyts_dialect.ops.sub import SubOp
from tinyts_dialect.tensors import quant_of


def scaled_pair(op: AddOp | SubOp | SquaredDifferenceOp, left_shift: int) -> Params:
    """Fields of two inputs that are brought to one scale, and of what they become."""
    multipliers = op.multipliers()
    return {
        "input_1_offset": -quant_of(op.lhs).zero_point,
        "input_1_quant": quant_params(multipliers.lhs),
        "input_2_offset": -quant_of(op.rhs).zero_point,
        "input_2_quant": quant_params(multipliers.rhs),
        "left_shift": left_shift,
        "output_offset": quant_of(op.result).zero_point,
        "output_quant": quant_params(multipliers.output),
    }
