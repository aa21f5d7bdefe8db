"""What to do instead of an operator that is not supported."""

from __future__ import annotations

REMEDIES = {
    "ARG_MAX": "end the model before it and take the greatest output in your code",
    "ARG_MIN": "end the model before it and take the least output in your code",
    "BATCH_MATMUL": "use a layer with constant weights (FULLY_CONNECTED or CONV_2D)",
    "BATCH_TO_SPACE_ND": "around a convolution it is supported where the model has a "
    "fixed batch of 1",
    "BIDIRECTIONAL_SEQUENCE_LSTM": "use two UNIDIRECTIONAL_SEQUENCE_LSTM",
    "CAST": "quantize the model from end to end, so that no type changes inside",
    "CONV_3D": "use CONV_2D on slices of the input",
    "CUSTOM TFLite_Detection_PostProcess": "end the model before it (in the converter: "
    "without NMS) and decode the boxes in your code",
    "DIV": "multiply by the reciprocal of a constant divisor",
    "EMBEDDING_LOOKUP": "look the embedding up in your code and give it as the input",
    "EXP": "end the model before it, or use LOGISTIC",
    "GELU": "use RELU or HARD_SWISH",
    "GREATER": "use RELU, MAXIMUM or MINIMUM",
    "IF": "export the model without control flow",
    "L2_NORMALIZATION": "end the model before it and normalize in your code",
    "LOG": "end the model before it, or use RELU in the place of softplus or mish",
    "LOG_SOFTMAX": "use SOFTMAX, or end the model before it",
    "LSTM": "convert with TensorFlow 2, which writes UNIDIRECTIONAL_SEQUENCE_LSTM",
    "NEG": "multiply by -1; in the place of a layer normalization use a batch "
    "normalization",
    "NON_MAX_SUPPRESSION_V4": "end the model before it and do it in your code",
    "NON_MAX_SUPPRESSION_V5": "end the model before it and do it in your code",
    "POW": "multiply the value by itself",
    "RELU_N1_TO_1": "use MAXIMUM and MINIMUM",
    "RSQRT": "in the place of a layer normalization use a batch normalization",
    "SELECT_V2": "use RELU, MAXIMUM or MINIMUM",
    "SPACE_TO_BATCH_ND": "around a convolution it is supported where the model has a "
    "fixed batch of 1",
    "SQRT": "end the model before it and take the root in your code",
    "SQUARE": "multiply the value by itself",
    "SQUARED_DIFFERENCE": "use SUB, and MUL of the result with itself",
    "SUM": "use MEAN, and scale the weights behind it",
    "TOPK_V2": "end the model before it and sort in your code",
    "UNIDIRECTIONAL_SEQUENCE_RNN": "use an LSTM",
    "WHILE": "export recurrent layers unrolled (Keras: unroll=True), or stateful with "
    "one step a run",
}
"""What to do instead of an operator that no version supports yet."""


def not_supported(builtin: str) -> str:
    """What an error says of an operator that the op table does not have."""
    remedy = REMEDIES.get(
        builtin,
        "replace it in the model or see docs/operators.md for the supported operators",
    )
    return f"not supported; {remedy}"
