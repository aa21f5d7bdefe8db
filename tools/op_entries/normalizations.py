"""Entries of operators that normalize along the last axis: LOG_SOFTMAX, L2."""

from __future__ import annotations

import tflite
from xdsl.ir import SSAValue

from tinyts_dialect.ops.l2_normalization import L2NormalizationOp
from tinyts_dialect.ops.log_softmax import LogSoftmaxOp
from tools.operator_entry import OperatorEntry
from tools.operator_reader import OperatorReader


def _read_log_softmax(reader: OperatorReader) -> SSAValue:
    return reader.build(LogSoftmaxOp, [reader.activation(0)])


def _read_l2_normalization(reader: OperatorReader) -> SSAValue:
    options = reader.options(tflite.L2NormOptions)
    if options.FusedActivationFunction() != tflite.ActivationFunctionType.NONE:
        reader.fail("a fused activation is not supported, nor by TensorFlow Lite Micro")
    return reader.build(L2NormalizationOp, [reader.activation(0)])


ENTRIES = (
    OperatorEntry(
        "L2_NORMALIZATION",
        L2NormalizationOp,
        _read_l2_normalization,
        "over the last axis of any rank",
        (1, 1),
    ),
    OperatorEntry(
        "LOG_SOFTMAX",
        LogSoftmaxOp,
        _read_log_softmax,
        "over the last axis of any rank",
        (1, 1),
    ),
)
