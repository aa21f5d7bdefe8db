"""Malformed `.tflite` files: one line that says what is wrong, and nothing written."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
import tflite
from support_malformed import (
    DIGITS,
    Raw,
    RawTensor,
    every_operator,
    flipped,
    raw_of,
    structure_of,
    written,
)
from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.passes import PassPipeline
from xdsl.utils.exceptions import PassFailedException

from emitc.model_files import header_text, source_text
from emitc.read_program import read_program
from lowering.pipelines import all_passes, lowering_passes
from tools import compile as compile_command
from tools import opt as opt_command
from tools import run as run_command
from tools.import_tflite import import_tflite
from tools.model_signature import OracleError
from tools.run_inputs import InputError, input_details
from tools.tflite_file import MAX_ELEMENTS, TFLiteError

pytestmark = pytest.mark.slow

SECONDS_A_CALL = 10
"""A call that takes longer hangs."""

TYPES = tflite.TensorType
BUILTINS = tflite.BuiltinOperator
EVERY_OPERATOR = every_operator().finish()


@contextmanager
def time_limit(seconds: int = SECONDS_A_CALL) -> Iterator[None]:
    """Raises TimeoutError in code that runs longer."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


# --- Models that say something wrong --------------------------------------------

Edit = Callable[[Raw], None]
BROKEN: dict[str, tuple[str, Edit]] = {}
"""What the error says (a regular expression), and how the model is broken."""


def broken(expected: str) -> Callable[[Edit], Edit]:
    """Adds a case under the function's name."""

    def add(edit: Edit) -> Edit:
        BROKEN[edit.__name__] = (expected, edit)
        return edit

    return add


@broken(r"int8 weights but float activations .* full integer quantization")
def float_model(m: Raw) -> None:
    for tensor in m.tensors:
        if tensor.data is None:
            tensor.type, tensor.scales, tensor.zero_points = TYPES.FLOAT32, [], []


@broken(r"the model is quantized to uint8, .* full integer quantization to int8")
def uint8_model(m: Raw) -> None:
    for tensor in m.tensors:
        tensor.type = TYPES.UINT8 if tensor.type == TYPES.INT8 else tensor.type


@broken(r"the model has int16 activations .* TFLITE_BUILTINS_INT8")
def int16_model(m: Raw) -> None:
    for tensor in m.tensors:
        if tensor.data is None:
            tensor.type = TYPES.INT16


@broken(r"operator 1 CONV_2D \(tensor 'conv_2d_1'\): input '.*' is int4; only int8")
def int4_weights(m: Raw) -> None:
    m.input_of("CONV_2D", 1).type = TYPES.INT4


@broken(r"input '.*' is float32; only int8 is supported")
def hybrid_model(m: Raw) -> None:
    weights = m.input_of("FULLY_CONNECTED", 1)
    weights.type, weights.data = TYPES.FLOAT32, 4 * (weights.data or b"")


@broken(r"the model has 2 subgraphs")
def two_subgraphs(m: Raw) -> None:
    m.subgraphs = 2


@broken(r"the model has 0 subgraphs")
def no_subgraph(m: Raw) -> None:
    m.subgraphs = 0


@broken(r"schema version 2; only version 3")
def old_schema(m: Raw) -> None:
    m.version = 2


@broken(r"operator 4 CUSTOM Magic.*Op \(tensor 'add_4'\): not supported; replace it")
def custom_operator(m: Raw) -> None:
    m.operator("ADD").custom_code = b"Magic\n\x00Op"
    m.operator("ADD").builtin = BUILTINS.CUSTOM


@broken(r"operator 4 POW \(tensor 'add_4'\): not supported")
def unknown_operator(m: Raw) -> None:
    m.operator("ADD").builtin = BUILTINS.POW


@broken(r"operator 4 ADD \(tensor 'add_4'\): has custom options")
def custom_options(m: Raw) -> None:
    m.operator("ADD").custom_options = b"abcd"


@broken(r"operator 4 ADD \(tensor 'add_4'\): has the options of another operator")
def options_of_another_operator(m: Raw) -> None:
    conv = m.operator("CONV_2D")
    m.operator("ADD").options_type = conv.options_type
    m.operator("ADD").options = conv.options


@broken(r"CONV_2D \(tensor '.*'\): kernel, stride and dilation must be at least 1")
def no_options(m: Raw) -> None:
    m.operator("CONV_2D").options_type, m.operator("CONV_2D").options = 0, None


@broken(r"SOFTMAX \(tensor '.*'\): beta must be positive")
def softmax_without_options(m: Raw) -> None:
    m.operator("SOFTMAX").options_type, m.operator("SOFTMAX").options = 0, None


def _option(builtin: str, option: str, value: float) -> Edit:
    def edit(m: Raw) -> None:
        options = m.operator(builtin).options
        assert options is not None
        options[option] = value

    edit.__name__ = f"{builtin}_{option}_{value}"
    return edit


for expected_text, case in (
    (r"fused activation 4 is not supported", ("ADD", "FusedActivationFunction", 4)),
    (r"fused activation 9 is not", ("CONV_2D", "FusedActivationFunction", 9)),
    (r"a fused activation is not", ("CONCATENATION", "FusedActivationFunction", 1)),
    (r"stride and dilation must be at least 1", ("CONV_2D", "StrideH", 0)),
    (r"stride and dilation must be at least 1", ("DEPTHWISE_CONV_2D", "StrideW", -1)),
    (r"stride and dilation must be at least 1", ("MAX_POOL_2D", "StrideW", 0)),
    (r"stride and dilation must be at least 1", ("MAX_POOL_2D", "FilterHeight", 0)),
    (r"dilation must be at least 1", ("DEPTHWISE_CONV_2D", "DilationHFactor", 0)),
    (r"larger than 32767", ("CONV_2D", "StrideH", 2**31 - 1)),
    (r"larger than 32767", ("DEPTHWISE_CONV_2D", "DilationWFactor", 2**20)),
    (r"SAME pads of more than 32767", ("AVERAGE_POOL_2D", "FilterWidth", 2**31 - 1)),
    (r"padding 7 is neither SAME nor VALID", ("CONV_2D", "Padding", 7)),
    (r"result has shape \[1, 5, 5, 4\], expected", ("CONV_2D", "StrideH", 3)),
    (r"result has shape .* expected", ("AVERAGE_POOL_2D", "Padding", 1)),
    (r"depth multiplier 1 of 4", ("DEPTHWISE_CONV_2D", "DepthMultiplier", 1)),
    (r"depth multiplier 0 of 4", ("DEPTHWISE_CONV_2D", "DepthMultiplier", 0)),
    (r"shuffled weights are not", ("FULLY_CONNECTED", "WeightsFormat", 1)),
    (r"beta must be positive", ("SOFTMAX", "Beta", 0.0)),
    (r"beta must be positive", ("SOFTMAX", "Beta", -1.0)),
    (r"beta must be positive", ("SOFTMAX", "Beta", float("nan"))),
    (r"beta .* is too small: TensorFlow Lite Micro", ("SOFTMAX", "Beta", 1e-8)),
    (r"axis 4 does not exist", ("CONCATENATION", "Axis", 4)),
    (r"axis -5 does not exist", ("CONCATENATION", "Axis", -5)),
):
    broken(expected_text)(_option(*case))


# Tensors


@broken(r"tensor 0 'x' has shape \[1, 9, 0, 3\]: it is empty")
def empty_dimension(m: Raw) -> None:
    m.tensors[m.inputs[0]].shape[2] = 0


@broken(r"the TensorFlow Lite model is damaged or truncated")
def negative_dimension(m: Raw) -> None:
    m.tensors[m.inputs[0]].shape[2] = -8


@broken(rf"tensor 0 'x' has \d+ elements, more than the {MAX_ELEMENTS}")
def huge_tensor(m: Raw) -> None:
    m.tensors[m.inputs[0]].shape = [1, 65536, 65536, 3]


@broken(r"the TensorFlow Lite model is damaged or truncated")
def many_dimensions(m: Raw) -> None:
    m.tensors[m.inputs[0]].shape = [1] * 1000


@broken(r"input tensor 0 'x': batch is 2; export the model with batch 1")
def batch_2(m: Raw) -> None:
    for tensor in m.tensors:
        if tensor.data is None and len(tensor.shape) == 4:
            tensor.shape[0] = 2


@broken(r"operator 0 PAD \(tensor 'pad_0'\): its output has shape \[2,")
def batch_2_inside(m: Raw) -> None:
    m.output_of("PAD").shape[0] = 2


@broken(r"ADD .*: result has shape \[1, 5, 6, 4\], expected \[1, 5, 5, 4\]")
def wrong_shape(m: Raw) -> None:
    m.output_of("ADD").shape[2] = 6


@broken(r"MUL .*: shapes .* do not broadcast")
def no_broadcast(m: Raw) -> None:
    m.input_of("MUL", 1).shape = [1, 2, 2, 1]


@broken(r"tensor \d+ '.*' holds \d+ bytes, its shape needs \d+")
def short_constant(m: Raw) -> None:
    weights = m.input_of("CONV_2D", 1)
    weights.data = (weights.data or b"")[:-1]


@broken(r"weights '.*' have shape \[9, 4, 4\]; expected 4 dimensions")
def weights_of_rank_3(m: Raw) -> None:
    m.input_of("CONV_2D", 1).shape = [9, 4, 4]


@broken(r"FULLY_CONNECTED .*: input of 36 elements is no multiple of depth 45")
def wrong_depth(m: Raw) -> None:
    m.input_of("FULLY_CONNECTED", 1).shape = [4, 45]


@broken(r"FULLY_CONNECTED .*: output has shape \[5, 1\]; its last dimension must be")
def fully_connected_of_another_shape(m: Raw) -> None:
    m.output_of("FULLY_CONNECTED").shape = [5, 1]
    m.output_of("SOFTMAX").shape = [5, 1]


@broken(r"weights '.*' must be constant|input '.*' must be constant")
def weights_that_are_computed(m: Raw) -> None:
    m.operator("CONV_2D").inputs[1] = m.operator("PAD").outputs[0]


@broken(r"is sparse; only dense tensors are supported")
def sparse_weights(m: Raw) -> None:
    m.input_of("CONV_2D", 1).sparse = True


@broken(r"lies outside of the flatbuffer")
def data_behind_the_flatbuffer(m: Raw) -> None:
    m.input_of("CONV_2D", 1).offset = 1 << 33


@broken(r"bias '.*' has 3 elements for 4 outputs")
def short_bias(m: Raw) -> None:
    bias = m.input_of("CONV_2D", 2)
    bias.shape, bias.data = [3], (bias.data or b"")[:12]


@broken(r"bias '.*' has 6 elements for 5 outputs")
def long_bias(m: Raw) -> None:
    bias = m.input_of("FULLY_CONNECTED", 2)
    bias.shape, bias.data = [6], (bias.data or b"") + bytes(4)


@broken(r"is int64; only int32")
def wide_bias(m: Raw) -> None:
    bias = m.input_of("CONV_2D", 2)
    bias.type, bias.data = TYPES.INT64, 2 * (bias.data or b"")


# Quantization


def _scale(builtin: str, scale: float, zero_point: int = 0) -> Edit:
    def edit(m: Raw) -> None:
        m.output_of(builtin).scales = [scale]
        m.output_of(builtin).zero_points = [zero_point]

    edit.__name__ = f"{builtin}_scale_{scale}_{zero_point}"
    return edit


for number in (float("nan"), float("inf"), float("-inf"), 0.0, -0.1):
    broken(r"tensor 5 '.*' has scale .*: not an int8 quantization")(
        _scale("CONV_2D", number)
    )
broken(r"zero point 128: not an int8 quantization")(_scale("CONV_2D", 0.1, 128))
broken(r"zero point -129: not an int8 quantization")(_scale("CONV_2D", 0.1, -129))
broken(r"multiplier \S+ is too large")(_scale("DEPTHWISE_CONV_2D", 1e-38))
broken(r"multiplier \S+ is too large")(_scale("MEAN", 1e-38))
broken(r"the result's scale is too small .* TensorFlow Lite Micro")(_scale("ADD", 1e-8))
broken(r"a pool's input and result differ in quantization")(
    _scale("AVERAGE_POOL_2D", 0.15, 4)
)
broken(r"inputs and result differ in quantization")(_scale("CONCATENATION", 0.1, -19))
broken(r"input and result differ in quantization")(_scale("PAD", 0.05, -4))
broken(r"must be int8 of scale 1/256, zero")(_scale("SOFTMAX", 1 / 256, -127))
broken(r"must be int8 of scale 1/256, zero")(_scale("SOFTMAX", 1 / 128, -128))
broken(r"the fused activation needs \S+ steps of the output's scale")(
    _scale("CONV_2D", 1e-20, 0)
)


@broken(r"tensor 5 '.*' has 0 scales; an activation needs one")
def no_scale(m: Raw) -> None:
    m.output_of("CONV_2D").scales = []


@broken(r"tensor 5 '.*' has 0 scales; an activation needs one")
def no_zero_point(m: Raw) -> None:
    m.output_of("CONV_2D").zero_points = []


@broken(r"tensor 5 '.*' has 4 scales; an activation needs one")
def activation_per_channel(m: Raw) -> None:
    m.output_of("CONV_2D").scales = [0.1] * 4
    m.output_of("CONV_2D").zero_points = [0] * 4


@broken(r"weights '.*' have 3 scales; expected 1 or 4")
def wrong_number_of_scales(m: Raw) -> None:
    m.input_of("CONV_2D", 1).scales = [0.1] * 3
    m.input_of("CONV_2D", 1).zero_points = [0] * 3


@broken(r"weights '.*' have a zero point other than 0")
def asymmetric_weights(m: Raw) -> None:
    m.input_of("CONV_2D", 1).zero_points = [0, 0, 1, 0]


@broken(r"weights '.*' are quantized along axis 3; only axis 0")
def wrong_axis_of_scales(m: Raw) -> None:
    m.input_of("CONV_2D", 1).dimension = 3


@broken(r"weight_scales must be finite")
def infinite_weight_scale(m: Raw) -> None:
    m.input_of("CONV_2D", 1).scales[2] = float("inf")


@broken(r"multiplier \S+ is too large")
def huge_weight_scale(m: Raw) -> None:
    m.input_of("CONV_2D", 1).scales[2] = 3e38


@broken(r"MUL .*: multiplier \S+ is too large")
def huge_scale_of_a_factor(m: Raw) -> None:
    m.input_of("MUL", 1).scales = [3e38]


@broken(r"the only weight scale must not be negative|bias '.*' has scale")
def negative_scale_of_fully_connected(m: Raw) -> None:
    m.input_of("FULLY_CONNECTED", 1).scales = [-0.004]
    m.operator("FULLY_CONNECTED").inputs[2] = -1


@broken(r"FULLY_CONNECTED .*: bias '.*' has scale 0.01, .*Lite Micro refuses")
def wrong_scale_of_bias(m: Raw) -> None:
    m.input_of("FULLY_CONNECTED", 2).scales = [0.01]


@broken(r"SOFTMAX .*: shape \[1, 4096\] has no last dimension of 1 to 4095")
def deep_softmax(m: Raw) -> None:
    _alone(m, "SOFTMAX")
    for tensor in (m.tensors[m.inputs[0]], m.tensors[m.outputs[0]]):
        tensor.shape = [1, 4096]


@broken(r"SOFTMAX .*: shape \[\] has no last dimension")
def softmax_of_a_scalar(m: Raw) -> None:
    _alone(m, "SOFTMAX")
    for tensor in (m.tensors[m.inputs[0]], m.tensors[m.outputs[0]]):
        tensor.shape = []


def _alone(m: Raw, builtin: str) -> None:
    """Leaves one operator, which reads the model's input."""
    operator = m.operator(builtin)
    m.operators = [operator]
    m.inputs, m.outputs = operator.inputs[:1], operator.outputs[:1]


# The graph


@broken(r"ADD .*: input '.*' is not computed by an earlier operator; .* in order")
def computed_later(m: Raw) -> None:
    add = m.operator("ADD")
    m.operators.remove(add)
    m.operators.insert(1, add)


@broken(r"operator 1 CONV_2D .*: input '.*' is not computed by an earlier operator")
def cycle(m: Raw) -> None:
    m.operator("CONV_2D").inputs[0] = m.operator("ADD").outputs[0]


@broken(r"MAX_POOL_2D .*: input '.*' is not computed by an earlier operator")
def own_output(m: Raw) -> None:
    m.operator("MAX_POOL_2D").inputs = m.operator("MAX_POOL_2D").outputs


@broken(r"ADD .*: it writes a tensor that is already written by operator 1")
def written_twice(m: Raw) -> None:
    m.operator("ADD").outputs = list(m.operator("CONV_2D").outputs)


@broken(r"ADD .*: it writes a tensor that is already an input of the model")
def writes_the_input(m: Raw) -> None:
    m.operator("ADD").outputs = list(m.inputs)


@broken(r"ADD .*: it writes a tensor that is already constant")
def writes_a_constant(m: Raw) -> None:
    m.operator("ADD").outputs = [m.operator("CONV_2D").inputs[1]]


@broken(r"ADD .*: has 2 outputs, expected 1")
def two_outputs_of_an_operator(m: Raw) -> None:
    m.tensors.append(RawTensor(b"z", [1], TYPES.INT8, [1.0], [0], 0, None))
    m.operator("ADD").outputs.append(len(m.tensors) - 1)


@broken(r"operator 4 ADD \(tensor ''\): has 0 outputs, expected 1")
def no_output_of_an_operator(m: Raw) -> None:
    m.operator("ADD").outputs = []


@broken(r"ADD .*: has 1 inputs, expected 2")
def one_input_of_add(m: Raw) -> None:
    m.operator("ADD").inputs.pop()


@broken(r"CONV_2D .*: has 4 inputs, expected 2 to 3")
def four_inputs_of_convolution(m: Raw) -> None:
    m.operator("CONV_2D").inputs.append(0)


@broken(r"CONCATENATION .*: has 0 inputs, expected 1 to")
def no_input_of_concatenation(m: Raw) -> None:
    m.operator("CONCATENATION").inputs = []


@broken(r"MEAN .*: input 1 is missing")
def input_left_out(m: Raw) -> None:
    m.operator("MEAN").inputs[1] = -1


@broken(r"the TensorFlow Lite model is damaged")
def tensor_that_does_not_exist(m: Raw) -> None:
    m.operator("ADD").inputs[0] = len(m.tensors)


@broken(r"the TensorFlow Lite model is damaged")
def thousands_of_inputs(m: Raw) -> None:
    m.operator("CONCATENATION").inputs = [0] * 5000


@broken(r"the model has no inputs or no outputs")
def no_output(m: Raw) -> None:
    m.outputs = []


@broken(r"the model has no inputs or no outputs")
def no_input(m: Raw) -> None:
    m.inputs = []


@broken(r"input tensor 0 'x' of the model is listed twice")
def input_twice(m: Raw) -> None:
    m.inputs = [0, 0]


@broken(r"input tensor 1 .* of the model is constant")
def constant_input(m: Raw) -> None:
    m.inputs = [0, 1]


@broken(r"output tensor 25 'z' is not computed by any operator")
def output_that_nobody_computes(m: Raw) -> None:
    m.tensors.append(RawTensor(b"z", [1], TYPES.INT8, [1.0], [0], 0, None))
    m.outputs.append(len(m.tensors) - 1)


@broken(r"axis 4 does not exist in a tensor of rank 4")
def axis_out_of_range(m: Raw) -> None:
    m.input_of("MEAN", 1).data = struct.pack("<2i", 1, 4)


@broken(r"axis -5 does not exist in a tensor of rank 4")
def negative_axis_out_of_range(m: Raw) -> None:
    m.input_of("MEAN", 1).data = struct.pack("<2i", -5, 1)


@broken(r"negative paddings are not supported")
def negative_paddings(m: Raw) -> None:
    m.input_of("PAD", 1).data = struct.pack("<8i", 0, 0, -1, 0, 0, 1, 0, 1)


@broken(r"PAD .*: its output has shape .*, its parameters make \[2, ")
def padded_batch(m: Raw) -> None:
    m.input_of("PAD", 1).data = struct.pack("<8i", 1, 0, 1, 0, 0, 1, 0, 1)


@broken(r"PAD .*: its output has shape")
def huge_paddings(m: Raw) -> None:
    m.input_of("PAD", 1).data = struct.pack("<8i", 0, 0, 2**31 - 1, 0, 0, 1, 0, 1)


def broken_model(name: str) -> bytes:
    """The file of a case."""
    raw = raw_of(EVERY_OPERATOR)
    BROKEN[name][1](raw)
    return written(raw)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_model(name: str) -> None:
    with time_limit(), pytest.raises(TFLiteError) as caught:
        import_tflite(broken_model(name))
    message = str(caught.value)
    assert re.search(BROKEN[name][0], message), message
    assert message.isprintable()
    assert len(message) < 400


# --- Bytes that are not a model -------------------------------------------------


def cyclic(root: int, filler: bytes) -> bytes:
    """A file whose root table lies at `root`, all other bytes being `filler`."""
    head = struct.pack("<I4s", root & 0xFFFFFFFF, b"TFL3")
    return head + filler * (256 // len(filler))


NOT_MODELS: dict[str, tuple[str, bytes]] = {
    "empty": ("the file is empty or too short", b""),
    "short": ("the file is empty or too short", b"\x1c\0\0\0TFL"),
    "text": ("the identifier TFL3 is missing", b"this is no model, but text\n" * 9),
    "noise": ("the identifier TFL3 is missing", bytes(range(255, 0, -1))),
    "only the identifier": ("damaged or truncated", b"\x08\0\0\0TFL3"),
} | {
    f"root {root} filler {filler}": (
        "damaged|schema version",
        cyclic(root, bytes.fromhex(filler)),
    )
    for root in (0, 4, 8, 12, 64, 255, 264, 1 << 20, -1, -4, -264)
    for filler in ("00", "ff", "04000000", "00000004", "0100", "fcffffff")
}


@pytest.mark.parametrize("name", NOT_MODELS)
def test_bytes_that_are_no_model(name: str) -> None:
    expected, data = NOT_MODELS[name]
    with time_limit(), pytest.raises(TFLiteError, match=expected):
        import_tflite(data)


# --- Damaged bytes --------------------------------------------------------------


def lower(module: ModuleOp, seed: int) -> None:
    """Lowers a module in one of the ways that the commands know, and prints C."""
    pipeline = lowering_passes(
        split_height=(None, 1, 2)[seed % 3],
        order=("df", "bf")[seed % 2],
        fold_channels=seed % 4 < 2,
        input=("external", "arena")[seed % 5 % 2],
        output=("external", "arena")[seed % 7 % 2],
    )
    pipeline += ",plan-arena{alignment=4 strategy=greedy},verify-arena"
    try:
        PassPipeline.parse_spec(all_passes(), pipeline).apply(Context(), module)
    except PassFailedException as error:
        if re.search(r"slices, more than|bytes, only", str(error)):
            return
        raise
    module.verify()
    program = read_program(module)
    assert header_text(program) + source_text(program)


def imported(data: bytes) -> ModuleOp | None:
    """The module of damaged bytes, or None where they are refused in one line."""
    try:
        with time_limit():
            return import_tflite(data)
    except TFLiteError as error:
        message = str(error)
        assert message.isprintable(), message
        assert len(message) < 600, message
        return None


def truncations(data: bytes) -> list[int]:
    """Lengths to cut at: all short ones, and around every eighth byte of structure."""
    places = [p for p in structure_of(data) if p < 64 or p % 8 in (0, 3)]
    return [*places, len(data) - 4, len(data) - 1]


def test_truncated() -> None:
    whole = str(import_tflite(EVERY_OPERATOR))
    for length in truncations(EVERY_OPERATOR):
        module = imported(EVERY_OPERATOR[:length])
        assert module is None or str(module) == whole  # only padding was cut


def test_truncated_example() -> None:
    data = DIGITS.read_bytes()
    lengths = truncations(data)
    for length in lengths[:: max(1, len(lengths) // 150)]:
        imported(data[:length])


@pytest.mark.parametrize("seed", range(2))
def test_flipped(seed: int) -> None:
    """Damaged files are refused, or they compile."""
    original, lowered = str(import_tflite(EVERY_OPERATOR)), 0
    for number, data in enumerate(islice(flipped(EVERY_OPERATOR, seed), 600)):
        module = imported(data)
        if module is None or lowered == 15 or str(module) == original:
            continue
        lowered += 1
        with time_limit():
            lower(module, number)
    assert lowered == 15


def test_flipped_example() -> None:
    for data in islice(flipped(DIGITS.read_bytes(), 5), 120):
        imported(data)


def test_flipped_inputs_of_a_run(tmp_path: Path) -> None:
    """What reads a model for its inputs alone knows damage too."""
    model = tmp_path / "m.tflite"
    for data in islice(flipped(EVERY_OPERATOR, 5), 400):
        model.write_bytes(data)
        with time_limit(), contextlib.suppress(OracleError, InputError):
            input_details(model)


# --- The commands ---------------------------------------------------------------

Command = Callable[[Path, Path], int]


def run_opt(model: Path, folder: Path) -> int:
    return opt_command.main([str(model), "-o", str(folder / "out.mlir")])


def run_compile(model: Path, folder: Path) -> int:
    return compile_command.main([str(model), "-o", str(folder / "out" / "deep")])


def run_run(model: Path, folder: Path) -> int:
    saved = ["--save-output", str(folder / "out.npz")]
    return run_command.main([str(model), "--json", *saved])


COMMANDS: tuple[Command, ...] = (run_opt, run_compile, run_run)


def assert_refused(
    command: Command, model: Path, capsys: pytest.CaptureFixture[str]
) -> str:
    """One line on stderr, exit code 1, nothing written; the line."""
    folder = model.parent
    before = sorted(folder.rglob("*"))
    with time_limit():
        assert command(model, folder) == 1
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert line.startswith(f"error: {model}: "), line
    assert "internal error" not in line
    assert sorted(folder.rglob("*")) == before
    if command is run_run:
        (shown,) = captured.out.splitlines()
        assert json.loads(shown)["error"] == line.removeprefix("error: ")
    else:
        assert captured.out == ""
    return line


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "name", ["float_model", "custom_operator", "cycle", "huge_tensor", "two_subgraphs"]
)
def test_commands_refuse_a_model(
    name: str, command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "m.tflite"
    model.write_bytes(broken_model(name))
    assert re.search(BROKEN[name][0], assert_refused(command, model, capsys))


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_refuse_what_is_no_file(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing.tflite"
    assert "there is no such file" in assert_refused(command, missing, capsys)
    empty = tmp_path / "empty.tflite"
    empty.touch()
    assert "the file is empty" in assert_refused(command, empty, capsys)
    folder = tmp_path / "folder.tflite"
    folder.mkdir()
    assert "is a directory" in assert_refused(command, folder, capsys)


@pytest.mark.parametrize("command", [run_compile, run_run])
def test_commands_refuse_a_pipe(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It could be read only once, and for ever."""
    pipe = tmp_path / "pipe.tflite"
    os.mkfifo(pipe)
    assert "is not a regular file" in assert_refused(command, pipe, capsys)


NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may read every file, so root becomes somebody else."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_refuse_an_unreadable_file(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        model = Path(folder, "m.tflite")
        model.write_bytes(EVERY_OPERATOR)
        model.chmod(0)
        with without_privileges():
            assert "Permission denied" in assert_refused(command, model, capsys)


def test_processes_refuse_a_model(tmp_path: Path) -> None:
    """The same as processes, with a folder of their own for temporary files."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    model = tmp_path / "m.tflite"
    model.write_bytes(DIGITS.read_bytes()[:-700])
    commands = {
        "tools.opt": ["-o", str(tmp_path / "out.mlir")],
        "tools.compile": ["-o", str(tmp_path / "out")],
        "tools.run": ["--json"],
    }
    processes = {
        module: subprocess.Popen(
            [sys.executable, "-m", module, str(model), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(temporary)},
        )
        for module, arguments in commands.items()
    }
    for module, process in processes.items():
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1
        (line,) = err.splitlines()
        assert line.startswith(f"error: {model}: "), line
        if module == "tools.run":
            assert json.loads(out)["error"] == line.removeprefix("error: ")
        else:
            assert out == ""
    assert sorted(tmp_path.rglob("*")) == [model, temporary]


# --- Where the output cannot be written -----------------------------------------


def model_in(folder: Path) -> Path:
    model = folder / "m.tflite"
    model.write_bytes(EVERY_OPERATOR)
    return model


def assert_failed(code: int, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert expected in line


def test_output_directory_is_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, out = model_in(tmp_path), tmp_path / "out"
    out.write_text("mine")
    arguments = [str(model), "--optimize", "none", "-o"]
    code = compile_command.main([*arguments, str(out)])
    assert_failed(code, f"{out}: is a file", capsys)
    code = compile_command.main([*arguments, str(out / "deeper")])
    assert_failed(code, "Not a directory", capsys)
    assert out.read_text() == "mine"


def test_output_file_is_a_directory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, out = model_in(tmp_path), tmp_path / "out"
    (out / "m.c").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    arguments = [str(model), "--optimize", "none", "-o", str(out)]
    assert_failed(compile_command.main(arguments), f"{out / 'm.c'}: ", capsys)
    assert_failed(opt_command.main([str(model), "-o", str(out)]), f"{out}: ", capsys)
    missing = tmp_path / "missing"
    code = opt_command.main([str(model), "-o", str(missing / "out.mlir")])
    assert_failed(code, f"{missing}: No such file", capsys)
    assert sorted(tmp_path.rglob("*")) == before


# --- Odd, but valid -------------------------------------------------------------


def odd_model() -> bytes:
    """Names that are no text, outputs listed twice, an input that is an output, ..."""
    raw = raw_of(EVERY_OPERATOR)
    names = [b"\xff\xfe\0x*/", "\u202e/*".encode(), b'a\nb"\\', b"", b"??/"]
    names.append(b"x" * 5000)
    for index, tensor in enumerate(raw.tensors):
        tensor.name = names[index % len(names)]
    scales = raw.input_of("MUL", 1)
    scales.shape = scales.shape[1:]  # broadcast from a lower rank
    raw.tensors.append(RawTensor(b"unread", [1, 4], TYPES.INT8, [0.5], [1], 0, None))
    raw.inputs.insert(0, len(raw.tensors) - 1)
    raw.outputs = [
        raw.outputs[0],
        *raw.operator("ADD").outputs,
        *raw.outputs,
        raw.inputs[1],
        *raw.operator("RESHAPE").outputs,
    ]
    return written(raw)


@pytest.mark.parametrize(
    "options", [["--optimize", "none"], ["--split-height", "1", "--input", "arena"]]
)
def test_odd_model(
    options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "odd.tflite"
    model.write_bytes(odd_model())
    with time_limit(60):
        code = run_command.main([str(model), "--json", *options])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    assert json.loads(captured.out)["differing_bytes"] == 0


def test_code_of_an_operator_is_the_larger_of_two() -> None:
    """Converters write codes below 127 to both fields; readers take the larger one."""
    data = bytearray(EVERY_OPERATOR)
    model = tflite.Model.GetRootAs(bytes(data), 0)
    for index in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(index)
        table = code._tab
        data[table.Pos + table.Offset(4)] = 0
    assert str(import_tflite(bytes(data))) == str(import_tflite(EVERY_OPERATOR))


def test_constants_are_not_copied_for_every_tensor() -> None:
    """A small file whose tensors share one buffer does not ask for much memory."""
    raw = raw_of(EVERY_OPERATOR)
    raw.tensors += [
        RawTensor(b"w", [1 << 16], TYPES.INT8, [1.0], [0], 0, None) for _ in range(3000)
    ]
    raw.tensors[-1].data = bytes(1 << 16)
    data = bytearray(written(raw))
    model = tflite.Model.GetRootAs(bytes(data), 0)
    graph = model.Subgraphs(0)
    last = graph.Tensors(graph.TensorsLength() - 1).Buffer()
    for index in range(graph.TensorsLength() - 3000, graph.TensorsLength()):
        table = graph.Tensors(index)._tab
        place = table.Pos + table.Offset(8)
        data[place : place + 4] = struct.pack("<I", last)
    with time_limit():
        module = import_tflite(bytes(data))
    assert str(module) == str(import_tflite(EVERY_OPERATOR))


def test_no_warning_of_numpy() -> None:
    with np.errstate(all="raise"):
        imported(broken_model("huge_weight_scale"))
