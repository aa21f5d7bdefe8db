"""Which kind of model a file is, where it is none that can be compiled.

Only int8 networks are: activations and weights of int8. Users do have others, made by
another setting of the converter or by the compiler of another chip.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tools.tflite_file import OperatorInfo, TFLiteFile

ENDS = frozenset({"QUANTIZE", "DEQUANTIZE"})
"""Operators that may touch other types: the ends of a network."""

WEIGHTED = frozenset(
    "CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED TRANSPOSE_CONV BATCH_MATMUL SVDF "
    "UNIDIRECTIONAL_SEQUENCE_LSTM".split()
)
"""Operators of which the second input is weights."""

COMPILED = {
    "ethos-u": "Arm's Vela for an Ethos-U",
    "edgetpu-custom-op": "the Edge TPU compiler",
    "NeutronGraph": "NXP's converter for a Neutron NPU",
}
"""Custom operators into which a compiler for an NPU puts networks."""

FULL_INTEGER = (
    "convert it again with post-training full integer quantization (a "
    "representative_dataset and supported_ops TFLITE_BUILTINS_INT8)"
)


@dataclass(frozen=True)
class ModelKind:
    """A kind of model that is not supported."""

    name: str
    reason: str
    """One line: what it is, and what to do."""


def unsupported_kind(file: TFLiteFile) -> ModelKind | None:
    """The kind of a model that cannot be compiled whatever its operators are."""
    for operator in file.operators:
        custom = operator.builtin.removeprefix("CUSTOM ")
        if operator.builtin != custom and custom in COMPILED:
            return ModelKind(
                "npu-compiled",
                f"the model is already compiled by {COMPILED[custom]} (custom operator "
                f"'{custom}'); give the int8 .tflite file that it was compiled from",
            )
    layers = Counter(
        _types(file, operator)
        for operator in file.operators
        if operator.builtin in WEIGHTED
    )
    activations = {types[0] for types in layers} or _activation_types(file)
    if not activations or activations == {"int8"}:
        return None
    if "uint8" in activations:
        return ModelKind(
            "uint8-legacy",
            "the model is quantized to uint8, as TensorFlow 1 did; convert the float "
            "model again with TensorFlow 2 and full integer quantization to int8",
        )
    if "int16" in activations:
        return ModelKind(
            "int16",
            "the model has int16 activations (16x8); convert it again with "
            "supported_ops TFLITE_BUILTINS_INT8",
        )
    if activations != {"float32"}:
        return None  # some operators are in float: each of them is named
    if any(types[1] == "int8" for types in layers):
        return ModelKind(
            "hybrid",
            "the model has int8 weights but float activations (dynamic range "
            f"quantization); {FULL_INTEGER}",
        )
    return ModelKind("float", f"the model is not quantized; {FULL_INTEGER}")


def _types(file: TFLiteFile, operator: OperatorInfo) -> tuple[str, str]:
    """The types of the input and of the weights of a layer."""
    first = [file.tensors[i].type if i >= 0 else "" for i in operator.inputs[:2]]
    if operator.builtin == "TRANSPOSE_CONV" and len(operator.inputs) > 2:
        first = [file.tensors[operator.inputs[2]].type, first[1]]
    return (first[0], first[-1]) if first else ("", "")


def _activation_types(file: TFLiteFile) -> set[str]:
    """The types between the operators of a network without weights."""
    written = {
        file.tensors[index].type
        for operator in file.operators
        if operator.builtin not in ENDS
        for index in operator.outputs
    }
    return written - {"int32", "int64", "bool", "resource", "variant"}
