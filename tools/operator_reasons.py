"""All reasons why a model file cannot be imported, not the first one alone."""

from __future__ import annotations

import re
from dataclasses import replace

from tools.import_tflite import import_file
from tools.tflite_file import TFLiteError, TFLiteFile, read_tflite

MAX_REASONS = 50
"""Reasons after which the rest is not looked at."""

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

NOT_SUPPORTED = "not supported; "


def import_reasons(data: bytes) -> list[str]:
    """Why a file cannot be imported, one line each; none where it can.

    An operator that cannot be read is taken out and its results become inputs, so that
    those after it are looked at too.
    """
    try:
        file = read_tflite(data)
    except TFLiteError as error:
        return [str(error)]
    reasons: list[str] = []
    while len(reasons) < MAX_REASONS:
        try:
            import_file(file, "checked")
        except TFLiteError as error:
            number = _operator_of(str(error))
            if number is not None or not reasons:  # else it follows from those
                reasons.append(_with_remedy(str(error)))
            smaller = None if number is None else _without(file, number)
            if smaller is None:
                break
            file = smaller
        else:
            break
    return reasons


def _operator_of(text: str) -> int | None:
    """The number of the operator that an error names."""
    found = re.match(r"operator (\d+) ", text)
    return None if found is None else int(found[1])


def _without(file: TFLiteFile, number: int) -> TFLiteFile | None:
    """The file without an operator, whose results are inputs; None if it has none."""
    found = [op for op in file.operators if op.index == number]
    if len(found) != 1:
        return None
    outputs = tuple(i for i in found[0].outputs if i not in file.inputs)
    return replace(
        file,
        operators=tuple(op for op in file.operators if op.index != number),
        inputs=(*file.inputs, *outputs),
    )


def _with_remedy(text: str) -> str:
    """The error, with what to do instead of an operator of which that is known."""
    found = re.match(r"operator \d+ (CUSTOM [^(]+|\w+) \(", text)
    remedy = None if found is None else REMEDIES.get(found[1].strip())
    if remedy is None or NOT_SUPPORTED not in text:
        return text
    start, _, _ = text.partition(NOT_SUPPORTED)
    return f"{start}{NOT_SUPPORTED}{remedy}"
