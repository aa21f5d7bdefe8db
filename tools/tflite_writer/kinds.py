"""How the schema stores each builtin operator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OperatorKind:
    """How the schema stores one builtin operator.

    `options` is the name of its options table in the schema, None where it has none;
    `version` the operator version of its plain int8 form.
    """

    options: str | None
    version: int


OPERATOR_KINDS: dict[str, OperatorKind] = {
    "ABS": OperatorKind("AbsOptions", 2),
    "ADD": OperatorKind("AddOptions", 2),
    "ARG_MAX": OperatorKind("ArgMaxOptions", 2),
    "ARG_MIN": OperatorKind("ArgMinOptions", 2),
    "ASSIGN_VARIABLE": OperatorKind("AssignVariableOptions", 1),
    "AVERAGE_POOL_2D": OperatorKind("Pool2DOptions", 2),
    "BATCH_MATMUL": OperatorKind("BatchMatMulOptions", 3),
    "BATCH_TO_SPACE_ND": OperatorKind("BatchToSpaceNDOptions", 2),
    "CALL_ONCE": OperatorKind("CallOnceOptions", 1),
    "CONCATENATION": OperatorKind("ConcatenationOptions", 2),
    "CONV_2D": OperatorKind("Conv2DOptions", 3),
    "DEPTHWISE_CONV_2D": OperatorKind("DepthwiseConv2DOptions", 3),
    "DEPTH_TO_SPACE": OperatorKind("DepthToSpaceOptions", 2),
    "DEQUANTIZE": OperatorKind("DequantizeOptions", 2),
    "DIV": OperatorKind("DivOptions", 2),
    "ELU": OperatorKind(None, 1),
    "EXPAND_DIMS": OperatorKind("ExpandDimsOptions", 1),
    "FILL": OperatorKind("FillOptions", 1),
    "FULLY_CONNECTED": OperatorKind("FullyConnectedOptions", 4),
    "GATHER": OperatorKind("GatherOptions", 2),
    "HARD_SWISH": OperatorKind("HardSwishOptions", 1),
    "L2_NORMALIZATION": OperatorKind("L2NormOptions", 2),
    "LEAKY_RELU": OperatorKind("LeakyReluOptions", 2),
    "LOGISTIC": OperatorKind(None, 2),
    "LOG_SOFTMAX": OperatorKind("LogSoftmaxOptions", 2),
    "MAXIMUM": OperatorKind("MaximumMinimumOptions", 2),
    "MAX_POOL_2D": OperatorKind("Pool2DOptions", 2),
    "MEAN": OperatorKind("ReducerOptions", 2),
    "MINIMUM": OperatorKind("MaximumMinimumOptions", 2),
    "MIRROR_PAD": OperatorKind("MirrorPadOptions", 2),
    "MUL": OperatorKind("MulOptions", 2),
    "PACK": OperatorKind("PackOptions", 2),
    "PAD": OperatorKind("PadOptions", 2),
    "PADV2": OperatorKind("PadV2Options", 2),
    "PRELU": OperatorKind(None, 1),
    "QUANTIZE": OperatorKind("QuantizeOptions", 2),
    "READ_VARIABLE": OperatorKind("ReadVariableOptions", 1),
    "REDUCE_MAX": OperatorKind("ReducerOptions", 2),
    "REDUCE_MIN": OperatorKind("ReducerOptions", 2),
    "RELU": OperatorKind(None, 2),
    "RELU6": OperatorKind(None, 2),
    "RESHAPE": OperatorKind("ReshapeOptions", 1),
    "RESIZE_BILINEAR": OperatorKind("ResizeBilinearOptions", 3),
    "RESIZE_NEAREST_NEIGHBOR": OperatorKind("ResizeNearestNeighborOptions", 3),
    "REVERSE_V2": OperatorKind("ReverseV2Options", 2),
    "RSQRT": OperatorKind(None, 2),
    "SHAPE": OperatorKind("ShapeOptions", 1),
    "SLICE": OperatorKind("SliceOptions", 2),
    "SOFTMAX": OperatorKind("SoftmaxOptions", 2),
    "SPACE_TO_BATCH_ND": OperatorKind("SpaceToBatchNDOptions", 2),
    "SPACE_TO_DEPTH": OperatorKind("SpaceToDepthOptions", 2),
    "SQUARED_DIFFERENCE": OperatorKind("SquaredDifferenceOptions", 2),
    "SPLIT": OperatorKind("SplitOptions", 2),
    "SPLIT_V": OperatorKind("SplitVOptions", 2),
    "SQUEEZE": OperatorKind("SqueezeOptions", 1),
    "STRIDED_SLICE": OperatorKind("StridedSliceOptions", 2),
    "SUB": OperatorKind("SubOptions", 2),
    "SUM": OperatorKind("ReducerOptions", 2),
    "SVDF": OperatorKind("SVDFOptions", 3),
    "TANH": OperatorKind(None, 2),
    "TILE": OperatorKind("TileOptions", 1),
    "TRANSPOSE": OperatorKind("TransposeOptions", 2),
    "TRANSPOSE_CONV": OperatorKind("TransposeConvOptions", 3),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": OperatorKind(
        "UnidirectionalSequenceLSTMOptions", 2
    ),
    "UNPACK": OperatorKind("UnpackOptions", 2),
    "VAR_HANDLE": OperatorKind("VarHandleOptions", 1),
}
"""The builtin operators that `TFLiteWriter.operator` can write."""
