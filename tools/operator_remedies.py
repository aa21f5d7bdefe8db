"""What to do instead of an operator that is not supported."""

from __future__ import annotations

REMEDIES = {
    "ADD_N": "use ADD of two tensors at a time",
    "BATCH_TO_SPACE_ND": "around a convolution it is supported where the model has a "
    "fixed batch of 1",
    "CAST": "quantize the model from end to end, so that no type changes inside",
    "CUMSUM": "end the model before it and add up in your code",
    "CUSTOM TFLite_Detection_PostProcess": "end the model before it (in the converter: "
    "without NMS) and decode the boxes in your code",
    "EMBEDDING_LOOKUP": "look the embedding up in your code and give it as the input",
    "EQUAL": "use RELU, MAXIMUM or MINIMUM",
    "GATHER_ND": "use GATHER along one axis",
    "GREATER": "use RELU, MAXIMUM or MINIMUM",
    "GREATER_EQUAL": "use RELU, MAXIMUM or MINIMUM",
    "IF": "export the model without control flow",
    "LESS": "use RELU, MAXIMUM or MINIMUM",
    "LESS_EQUAL": "use RELU, MAXIMUM or MINIMUM",
    "NOT_EQUAL": "use RELU, MAXIMUM or MINIMUM",
    "SELECT_V2": "use RELU, MAXIMUM or MINIMUM",
    "SPACE_TO_BATCH_ND": "around a convolution it is supported where the model has a "
    "fixed batch of 1",
    "WHILE": "export recurrent layers unrolled (Keras: unroll=True), or stateful with "
    "one step a run",
}
"""What to do instead of an operator that no version supports yet."""

REMEDIES_OF_BOTH = {
    "BIDIRECTIONAL_SEQUENCE_LSTM": "use two UNIDIRECTIONAL_SEQUENCE_LSTM",
    "CEIL": "end the model before it and round in your code",
    "CONV_3D": "use CONV_2D on slices of the input",
    "COS": "compute it in your code and give it as an input",
    "EXP": "end the model before it, or use LOGISTIC",
    "FLOOR": "end the model before it and round in your code",
    "GELU": "use RELU or HARD_SWISH",
    "L2_POOL_2D": "use AVERAGE_POOL_2D",
    "LOCAL_RESPONSE_NORMALIZATION": "use a batch normalization",
    "LOG": "end the model before it, or use RELU in the place of softplus or mish",
    "LSTM": "convert with TensorFlow 2, which writes UNIDIRECTIONAL_SEQUENCE_LSTM",
    "NEG": "multiply by -1; in the place of a layer normalization use a batch "
    "normalization",
    "NON_MAX_SUPPRESSION_V4": "end the model before it and do it in your code",
    "NON_MAX_SUPPRESSION_V5": "end the model before it and do it in your code",
    "ONE_HOT": "give the input encoded so",
    "POW": "multiply the value by itself",
    "REDUCE_ANY": "use REDUCE_MAX",
    "REDUCE_PROD": "multiply slices of its input by one another",
    "RELU_N1_TO_1": "use MAXIMUM and MINIMUM",
    "ROUND": "end the model before it and round in your code",
    "SELECT": "use RELU, MAXIMUM or MINIMUM",
    "SIN": "compute it in your code and give it as an input",
    "SQRT": "use RSQRT and multiply by its input, or take the root in your code",
    "SQUARE": "multiply the value by itself",
    "TOPK_V2": "end the model before it and sort in your code",
    "UNIDIRECTIONAL_SEQUENCE_RNN": "use an LSTM",
    "WHERE": "end the model before it and do it in your code",
}
"""The same of those that TensorFlow Lite Micro does not have in int8 either.

Nothing could say what their bytes must be.
"""


def not_supported(builtin: str) -> str:
    """What an error says of an operator that the op table does not have."""
    if builtin in REMEDIES_OF_BOTH:
        remedy = REMEDIES_OF_BOTH[builtin]
        return f"not supported, nor by TensorFlow Lite Micro in int8; {remedy}"
    remedy = REMEDIES.get(
        builtin,
        "replace it in the model or see docs/operators.md for the supported operators",
    )
    return f"not supported; {remedy}"
