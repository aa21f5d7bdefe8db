"""`tinyts.softmax_int16`: TFLite's SOFTMAX of int8 to int16."""

from __future__ import annotations

from typing import ClassVar

from xdsl.irdl import irdl_op_definition

from tinyts_dialect.ops.softmax import SoftmaxLikeOp


@irdl_op_definition
class SoftmaxInt16Op(SoftmaxLikeOp):
    """To int16, as an output of a network: scale 1/65536, zero point -32768."""

    name = "tinyts.softmax_int16"

    BITS: ClassVar[int] = 16


OPERATIONS = (SoftmaxInt16Op,)
