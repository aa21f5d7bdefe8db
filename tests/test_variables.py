"""State of models: several runs against TFLite Micro, resets, and damaged files."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from emitc.project import project_files
from tools.atomic_files import write_tree
from tools.compiler import compile_path
from tools.differential import find_differences
from tools.host_run import WARNINGS, compiler_command
from tools.import_tflite import import_tflite
from tools.options import resolve
from tools.oracle import run_oracle
from tools.run_inputs import input_details, random_inputs
from tools.tflite_file import TFLiteError
from tools.tflite_writer import Quant, TFLiteWriter
from tools.user_errors import UserError

FRAME = Quant(0.05, -5)
OPTIONS = (
    {"optimize": "none"},
    {"split_height": 1},
    {"optimize": "sram"},
    {"optimize": "speed", "input": "rows", "output": "arena", "alignment": 1},
)


def weights(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).integers(-127, 128, shape, np.int8)


def ring(initial: np.ndarray | None, requantized: bool = False) -> TFLiteWriter:
    """The last frames beside the new one; the state is read again after it is set."""
    w = TFLiteWriter("ring")
    x = w.input("x", shape=(1, 1, 6, 3), scale=FRAME.scale, zero_point=-5)
    handle = w.variable("the ring", (1, 4, 6, 3), FRAME, initial)
    unread = w.variable("unread", (1, 1, 6, 3), FRAME)
    joined = w.concatenation([w.read_variable(handle), x], axis=1)
    w.assign_variable(handle, joined_shift(w, joined))
    w.assign_variable(unread, x)
    other = Quant(0.1, 7) if requantized else None
    again = w.read_variable(handle, quant=other)
    y = w.conv_2d(
        joined,
        weights=weights(4, 3, 3, 3),
        bias=None,
        weight_scales=[0.01],
        output=Quant(0.1, 3),
    )
    w.output(y, again)
    return w


def joined_shift(w: TFLiteWriter, joined: int) -> int:
    return w.conv_2d(
        joined,
        weights=weights(3, 2, 1, 3),
        bias=None,
        weight_scales=[0.01],
        output=FRAME,
        padding="VALID",
    )


def kept() -> TFLiteWriter:
    """A variable that never changes, and one that is only ever written first."""
    w = TFLiteWriter("kept")
    x = w.input("x", shape=(1, 2, 6, 3), scale=FRAME.scale, zero_point=-5)
    constant = w.variable("constant", (1, 2, 6, 3), FRAME, weights(1, 2, 6, 3))
    scratch = w.variable("scratch", (1, 2, 6, 3), FRAME)
    y = w.add(w.read_variable(constant), x, output=FRAME)
    w.assign_variable(scratch, y)
    w.output(w.read_variable(scratch), w.add(y, x, output=Quant(0.2, 0)))
    return w


MODELS: dict[str, Callable[[], TFLiteWriter]] = {
    "initial": lambda: ring(weights(1, 4, 6, 3)),
    "zeros": lambda: ring(None, requantized=True),
    "kept": kept,
}


@pytest.mark.parametrize("name", MODELS)
def test_several_runs(name: str, tmp_path: Path, object_cache: Path) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(MODELS[name]().finish())
    inputs = random_inputs(input_details(path), 3, 7)
    oracle = run_oracle(path, inputs, "tflm", all_tensors=True)
    for number, options in enumerate(OPTIONS):
        compiled = compile_path(path, resolve(**options))
        folder = tmp_path / str(number)
        found = find_differences(compiled, oracle, inputs, folder, cache=object_cache)
        assert not found, (options, str(found))
        assert compiled.program.persistent_bytes in (36, 72)


def test_state_counts_against_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(MODELS["initial"]().finish())
    needed = compile_path(path, resolve()).program
    with pytest.raises(UserError, match=f"needs {needed.ram_bytes} bytes at least"):
        compile_path(path, resolve(sram_limit=needed.ram_bytes - 1))
    fits = compile_path(path, resolve(sram_limit=needed.ram_bytes)).program
    assert fits.ram_bytes == needed.ram_bytes == needed.arena_bytes + 72


def test_reset(tmp_path: Path) -> None:
    """After a reset the runs are those from the start."""
    path = tmp_path / "m.tflite"
    path.write_bytes(MODELS["initial"]().finish())
    compiled = compile_path(path, resolve(optimize="none"))
    main = """#include <string.h>
#include "m.h"
static int8_t in[m_INPUT_SIZE], first[3][256], again[3][256];
static void step(int8_t *to, int run) {
    const struct m_outputs out = {(m_output_t *)to, (m_output_t *)to + 128};
    memset(in, 20 * run - 9, sizeof in);
    m_invoke(in, &out);
}
int main(void) {
    m_reset();
    for (int run = 0; run < 3; run++) step(first[run], run);
    if (memcmp(first[1] + 128, first[2] + 128, 72) == 0) return 2;
    m_reset();
    for (int run = 0; run < 3; run++) step(again[run], run);
    return memcmp(first, again, sizeof first) != 0;
}
"""
    write_tree(tmp_path / "out", project_files(compiled.program) | {"main.c": main})
    sources = ["main.c", "m.c", *map(str, (tmp_path / "out" / "kernels").glob("*.c"))]
    command = [compiler_command(), *WARNINGS, "-I.", "-Ikernels", *sources, "-o", "m"]
    subprocess.run(command, cwd=tmp_path / "out", check=True)
    assert subprocess.run([tmp_path / "out" / "m"]).returncode == 0


# --- Damaged files ---------------------------------------------------------------


Build = Callable[[TFLiteWriter, int], None]
BROKEN: dict[str, tuple[str, Build]] = {}


def broken(expected: str) -> Callable[[Build], Build]:
    """Adds a case under the function's name."""

    def add(build: Build) -> Build:
        BROKEN[build.__name__] = (expected, build)
        return build

    return add


@broken("is not made by a VAR_HANDLE before it")
def reads_no_handle(w: TFLiteWriter, x: int) -> None:
    y = w.activation("y", (1, 2), FRAME)
    w.operator("READ_VARIABLE", (x,), (y,))
    w.output(y)


@broken("a variable of 2 and of 6 bytes")
def assigns_another_size(w: TFLiteWriter, x: int) -> None:
    handle = w.variable("v", (1, 6), FRAME)
    w.output(w.read_variable(handle))
    w.operator("ASSIGN_VARIABLE", (handle, x), ())


@broken("has 1 inputs and 1 outputs, expected 0 and 1")
def handle_with_an_input(w: TFLiteWriter, x: int) -> None:
    y = w.activation("y", (1, 2), FRAME)
    w.operator("VAR_HANDLE", (x,), (y,))
    w.output(x)


@broken("names subgraph 3, which does not exist")
def calls_no_subgraph(w: TFLiteWriter, x: int) -> None:
    w.operator("CALL_ONCE", (), (), {"init_subgraph_index": 3})
    w.output(w.softmax(x))


@broken("names subgraph 0, which does not exist")
def calls_itself(w: TFLiteWriter, x: int) -> None:
    w.operator("CALL_ONCE", (), (), {"init_subgraph_index": 0})
    w.output(w.softmax(x))


@broken("comes after a variable is used")
def calls_late(w: TFLiteWriter, x: int) -> None:
    handle = w.variable("v", (1, 2), FRAME, weights(1, 2))
    w.output(w.read_variable(handle))
    w.operator("CALL_ONCE", (), (), {"init_subgraph_index": 1})


@broken("the model is not quantized; convert it again")
def float_variable(w: TFLiteWriter, x: int) -> None:
    handle = w.variable("v", (1, 2), FRAME)
    y = w.activation("y", (1, 2), None, "float32")
    w.operator("READ_VARIABLE", (handle,), (y,))
    w.output(y)


@broken("reads 6 bytes of a variable that CALL_ONCE sets to tensor")
def initial_value_of_another_size(w: TFLiteWriter, x: int) -> None:
    handle = w.variable("v", (1, 2), FRAME, weights(1, 2))
    y = w.activation("y", (1, 6), FRAME)
    w.operator("READ_VARIABLE", (handle,), (y,))
    w.output(y)


@pytest.mark.parametrize("name", BROKEN)
def test_broken_models(name: str) -> None:
    expected, build = BROKEN[name]
    w = TFLiteWriter(name)
    build(w, w.input("x", shape=(1, 2), scale=0.05, zero_point=-5))
    with pytest.raises(TFLiteError, match=expected):
        import_tflite(w.finish())
