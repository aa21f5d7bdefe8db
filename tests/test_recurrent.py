"""SVDF and LSTM: many runs against TFLite Micro, in C and in NumPy; damaged files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tinyts_dialect.interpreter import interpret
from tools import host_run
from tools.compiler import compile_path
from tools.host_run import SANITIZERS
from tools.import_tflite import import_tflite, import_tflite_path
from tools.options import resolve
from tools.oracle import run_oracle
from tools.run_inputs import input_details, random_inputs
from tools.tflite_file import TFLiteError
from tools.tflite_writer import NO_TENSOR, Quant, TFLiteWriter

RUNS = 40


def random_svdf(seed: int) -> TFLiteWriter:
    """Wide or not, with states that saturate or not, one layer behind the other."""
    rng = np.random.default_rng([1, seed])
    wide, rank, memory = seed % 2 == 1, int(rng.integers(1, 4)), int(rng.integers(1, 9))
    w = TFLiteWriter("svdf")
    x = w.input("x", shape=(1, 11), scale=0.05, zero_point=int(rng.integers(-128, 128)))
    for _ in range(2):
        filters, inputs = rank * int(rng.integers(1, 7)), w.shape(x)[1]
        time = rng.integers(-127, 128, (filters, memory))
        state = 0.0007 if wide else 0.05 / float(rng.uniform(0.3, 4))
        x = w.svdf(
            x,
            feature_weights=rng.integers(-127, 128, (filters, inputs), np.int8),
            feature_scale=float(rng.uniform(0.004, 0.01)),
            time_weights=time.astype(np.int16 if wide else np.int8),
            time_scale=0.01,
            bias=rng.integers(-900, 900, filters // rank, np.int32),
            rank=rank,
            state=Quant(state, 0 if wide else int(rng.integers(-40, 41))),
            output=Quant(0.3, int(rng.integers(-90, 91))),
        )
    w.output(x)
    return w


def random_lstm(seed: int) -> TFLiteWriter:
    """Any scale of the cell state, clipped or not, steps first or second."""
    rng = np.random.default_rng([2, seed])
    steps, inputs, units = (int(n) for n in rng.integers(1, 9, 3))
    time_major = seed % 2 == 1
    shape = (steps, 1, inputs) if time_major else (1, steps, inputs)
    w = TFLiteWriter("lstm")
    zero = int(rng.integers(-128, 128))
    x = w.input("x", shape=shape, scale=0.05, zero_point=zero)

    def gates(*size: int) -> list[np.ndarray]:
        return [rng.integers(-127, 128, size, np.int8) for _ in range(4)]

    y = w.sequence_lstm(
        x,
        input_weights=gates(units, inputs),
        input_scales=rng.uniform(0.002, 0.02, 4).tolist(),
        recurrent_weights=gates(units, units),
        recurrent_scales=rng.uniform(0.002, 0.02, 4).tolist(),
        biases=[rng.integers(-3000, 3000, units, np.int32) for _ in range(4)],
        hidden=Quant(0.007, int(rng.integers(-20, 21))),
        cell_scale=2.0 ** int(rng.integers(-16, -7)),
        cell_clip=0.0 if seed % 3 else float(rng.uniform(0.2, 4)),
        time_major=time_major,
    )
    w.output(y)
    return w


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("build", [random_svdf, random_lstm])
def test_many_runs(
    build: Callable[[int], TFLiteWriter], seed: int, tmp_path: Path, object_cache: Path
) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(build(seed).finish())
    inputs = random_inputs(input_details(path), seed, RUNS)
    (expected,) = run_oracle(path, inputs, "tflm").outputs
    compiled = compile_path(path, resolve(alignment=1 + 3 * (seed % 2)))
    program = compiled.program
    folder = tmp_path / "c"
    built = host_run.build(program, folder, flags=SANITIZERS, cache=object_cache)
    (found,) = host_run.run(built, program, inputs).outputs
    assert np.array_equal(found, expected)
    assert len(np.unique(expected)) > 6
    module = import_tflite_path(path)
    state = [np.full(v.bytes, v.zero, np.int8) for v in program.variables]
    values = _typed(module, state)
    for run in range(RUNS):
        result, *values = interpret(module, inputs[0][run], *values)
        assert np.array_equal(result, expected[run]), run


def _typed(module, state):
    """The bytes of the variables as arrays of the types of the function's arguments."""
    function = next(iter(module.body.block.ops))
    types = [argument.type for argument in function.body.block.args][1:]
    return [
        data.view(f"int{type_.element_type.width.data}").reshape(type_.get_shape())
        for data, type_ in zip(state, types, strict=True)
    ]


# --- Damaged files ---------------------------------------------------------------

Arguments = dict[str, object]


def svdf_inputs(w: TFLiteWriter, x: int, **changes: int) -> tuple[int, ...]:
    """The inputs of an SVDF of 2 filters, 3 steps and one unit, some changed."""
    inputs = {
        "x": x,
        "features": w.weights(np.ones((2, 4), np.int8), [0.01], 0),
        "time": w.constant(np.ones((2, 3), np.int8), Quant(0.01)),
        "bias": w.constant(np.ones(1, np.int32), Quant(0.0005)),
        "state": w.state("state", (1, 6), Quant(0.05)),
    }
    return tuple((inputs | changes).values())


def broken_svdf(what: str) -> TFLiteWriter:
    w = TFLiteWriter(what)
    x = w.input("x", shape=(1, 4), scale=0.05)
    changes = {
        "no bias": lambda: {"bias": NO_TENSOR},
        "other bias": lambda: {"bias": w.constant(np.ones(1, np.int32), Quant(0.1))},
        "no variable": lambda: {"state": w.constant(np.ones((1, 6), np.int8), FRAME)},
        "wide state": lambda: {"state": w.state("s", (1, 6), Quant(0.05), "int16")},
        "short state": lambda: {"state": w.state("s", (1, 5), Quant(0.05))},
        "no matrix": lambda: {"time": w.constant(np.ones(6, np.int8), Quant(0.01))},
        "zero point": lambda: {"time": w.constant(np.ones((2, 3), np.int8), FRAME)},
        "per channel": lambda: {
            "features": w.weights(np.ones((2, 4), np.int8), [0.01, 0.02], 0)
        },
    }
    inputs = svdf_inputs(w, x, **changes.get(what, dict)())
    y = w.activation("y", (1, 1), Quant(0.05))
    rank = 3 if what == "rank" else 2
    w.operator("SVDF", inputs, (y,), {"rank": rank})
    w.output(y)
    return w


FRAME = Quant(0.05, -5)
BROKEN_SVDF = {
    "no bias": "has no bias, which TensorFlow Lite Micro needs",
    "other bias": "its bias has scale 0.1, state and weights 0.0005",
    "no variable": "is no variable tensor",
    "wide state": "state 's' is int16; only int8 is supported",
    "short state": r"state has shape \[1, 5\], expected \[1, 6\]",
    "no matrix": "weights of the time are no matrix",
    "zero point": "weights of the time have a zero point",
    "per channel": "has 2 scales, not 1",
    "rank": "rank 3 does not divide its 2 filters",
}


@pytest.mark.parametrize("what", BROKEN_SVDF)
def test_broken_svdf(what: str) -> None:
    with pytest.raises(TFLiteError, match=BROKEN_SVDF[what]):
        import_tflite(broken_svdf(what).finish())


def broken_lstm(what: str) -> TFLiteWriter:
    w = TFLiteWriter(what)
    x = w.input("x", shape=(2, 2, 3) if what == "batch" else (1, 2, 3), scale=0.05)
    scales = [0.01] * 4
    sizes = (4, 3), (4, 5 if what == "not square" else 4)
    weights = [[np.ones(size, np.int8)] * 4 for size in sizes]
    if what == "unlike":
        weights[0] = [*weights[0][:3], np.ones((3, 3), np.int8)]
    bias = [np.ones(4 if what != "bias" or gate else 5, np.int32) for gate in range(4)]
    lstm = TFLiteWriter.sequence_lstm
    operator = w.operator

    def changed(builtin, inputs, outputs, options):
        peephole = w.constant(np.ones(4, np.int8), Quant(0.01))
        if what == "peephole":
            inputs = (*inputs[:9], peephole, *inputs[10:])
        if what == "activation":
            options = options | {"fused_activation_function": 1}
        operator(builtin, inputs, outputs, options)

    w.operator = changed
    y = lstm(
        w,
        x,
        input_weights=weights[0],
        input_scales=scales,
        recurrent_weights=weights[1],
        recurrent_scales=scales,
        biases=bias[::-1],
        hidden=Quant(0.007, 3),
        cell_scale=0.0003 if what == "cell scale" else 2.0**-12,
    )
    w.output(y)
    return w


BROKEN_LSTM = {
    "batch": r"input has shape \[2, 2, 3\], expected",
    "not square": "its recurrent weights are not square",
    "unlike": "the weights of its gates differ in shape",
    "bias": "its biases do not have 4 elements",
    "peephole": "has peepholes, which is not supported",
    "activation": "only TANH is supported",
    "cell scale": "of the cell state is no power of two",
}


@pytest.mark.parametrize("what", BROKEN_LSTM)
def test_broken_lstm(what: str) -> None:
    with pytest.raises(TFLiteError, match=BROKEN_LSTM[what]):
        import_tflite(broken_lstm(what).finish())
