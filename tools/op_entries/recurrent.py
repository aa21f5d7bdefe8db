"""Entries of the op table: layers that keep state from run to run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import tflite
from xdsl.dialects.builtin import FloatAttr, IntegerAttr, f32, i64
from xdsl.ir import SSAValue

from tinyts_dialect.ops.sequence_lstm import SequenceLstmOp
from tinyts_dialect.ops.svdf import SvdfOp
from tinyts_dialect.tensors import dense, shape_of, to_array
from tools.operator_entry import OperatorEntry
from tools.operator_reader import OperatorReader

MAX_SVDF_BIAS_ERROR = 1e-5
"""By how much the scale of the bias may differ; TFLite Micro's tolerance."""


def _scale(scale: float) -> FloatAttr:
    return FloatAttr(scale, f32)


def _read_svdf(reader: OperatorReader) -> SSAValue:
    options = reader.options(tflite.SVDFOptions)
    input = reader.activation(0)
    features, _ = reader.weights(1, rank=2, channel_axis=0)
    rank, filters = options.Rank(), shape_of(features)[0]
    if rank < 1 or filters % rank:
        reader.fail(
            f"rank {rank} does not divide its {filters} filters; export the model again"
        )
    time = reader.constant(2, "int8", "int16")
    if time.ndim != 2 or 0 in time.shape:
        reader.fail("weights of the time are no matrix; export the model again")
    if reader.input_info(2).zero_points.any():
        reader.fail("weights of the time have a zero point; convert the model again")
    if not reader.has_input(3):
        reader.fail("has no bias, which TensorFlow Lite Micro needs")
    state = reader.variable(4, "int8" if time.dtype == np.int8 else "int16")
    expected = np.float32(reader.scale(4)) * np.float32(reader.scale(2))
    if not abs(reader.scale(3) - float(expected)) < MAX_SVDF_BIAS_ERROR:
        reader.fail(
            f"its bias has scale {reader.scale(3):g}, state and weights {expected:g}; "
            "convert the model again"
        )
    result = reader.build(
        SvdfOp,
        [
            input,
            state,
            features,
            reader.state.constant(time),
            reader.bias(3, filters // rank),
        ],
        {
            "rank": IntegerAttr(rank, i64),
            "feature_scale": _scale(reader.scale(1)),
            "time_scale": _scale(reader.scale(2)),
            "state_scale": _scale(reader.scale(4)),
        },
        others=[state.type],
    )
    reader.update_variable(4, result.owner.results[1])  # pyright: ignore
    return result


GATE_INPUTS = range(4)
"""Of each group of inputs those of the four gates: input, forget, cell, output."""


def _read_lstm(reader: OperatorReader) -> SSAValue:
    options = reader.options(tflite.UnidirectionalSequenceLSTMOptions)
    input = reader.activation(0)
    if options.FusedActivationFunction() != tflite.ActivationFunctionType.TANH:
        reader.fail("only TANH is supported as its activation; convert the model again")
    for positions, what in (
        (range(9, 12), "peepholes"),
        (range(16, 18), "a projection"),
        (range(20, 24), "layer normalization"),
    ):
        if any(reader.has_input(position) for position in positions):
            reader.fail(f"has {what}, which is not supported; use a plain LSTM")
    fresh, input_scales = _gates(reader, 1)
    recurrent, recurrent_scales = _gates(reader, 5)
    hidden, cell = reader.variable(18, "int8"), reader.variable(19, "int16")
    units = len(recurrent) // len(GATE_INPUTS)
    if recurrent.shape[1] != units:
        reader.fail("its recurrent weights are not square; export the model again")
    bias = [reader.constant(12 + gate, "int32") for gate in GATE_INPUTS]
    if any(data.shape != (units,) for data in bias):
        reader.fail(f"its biases do not have {units} elements; export the model again")
    scale, clip = reader.scale(19), -1
    if options.CellClip() > 0:
        clip = int(min(options.CellClip() / scale, 32767.0))
    constant = reader.state.constant
    result = reader.build(
        SequenceLstmOp,
        [
            input,
            hidden,
            cell,
            constant(fresh),
            constant(recurrent),
            constant(np.concatenate(bias)),
        ],
        {
            "input_scales": dense(input_scales),
            "recurrent_scales": dense(recurrent_scales),
            "cell_scale": _scale(scale),
            "cell_clip": IntegerAttr(clip, i64),
        },
        others=[hidden.type, cell.type],
    )
    reader.update_variable(18, result.owner.results[1])  # pyright: ignore
    reader.update_variable(19, result.owner.results[2])  # pyright: ignore
    return result


def _gates(
    reader: OperatorReader, first: int
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """The weights of all gates below each other, and the scale of each."""
    weights = [
        reader.weights(first + gate, rank=2, channel_axis=0)[0] for gate in GATE_INPUTS
    ]
    arrays = [to_array(value.owner.value) for value in weights]  # pyright: ignore
    if len({array.shape for array in arrays}) > 1:
        reader.fail("the weights of its gates differ in shape; export the model again")
    scales = [reader.scale(first + gate) for gate in GATE_INPUTS]
    return np.concatenate(arrays), np.array(scales, np.float32)


ENTRIES = (
    OperatorEntry(
        "SVDF",
        SvdfOp,
        _read_svdf,
        "batch 1, any rank, state and weights of the time int8 or int16",
        (5, 5),
    ),
    OperatorEntry(
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        SequenceLstmOp,
        _read_lstm,
        "batch 1, time first or second, cell state int16; without projection, "
        "peepholes and layer normalization",
        (24, 24),
    ),
)
