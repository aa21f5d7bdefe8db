"""Two generated models in one program, as a user builds it, in one arena or in two."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from support_unit import Array, Case, case, random_bytes, tflm_outputs

from emitc.project import project_files
from tools.atomic_files import write_tree
from tools.compiler import Compiled, compile_path
from tools.options import resolve
from tools.tflite_writer import Quant, TFLiteWriter

pytestmark = pytest.mark.slow

WARNINGS = ("-Wall", "-Wextra", "-Werror")
GUARD_BYTES = 64


def convolutions() -> Case:
    """One input, one output: two convolutions and a pool."""
    random = np.random.default_rng(1)
    writer = TFLiteWriter("convolutions")
    x = writer.input("image", shape=(1, 9, 8, 3), scale=0.5, zero_point=-7)
    for channels_in, channels in ((3, 4), (4, 5)):
        x = writer.conv_2d(
            x,
            weights=random_bytes(random, (channels, 3, 3, channels_in)),
            bias=random.integers(-900, 900, channels, dtype=np.int32),
            weight_scales=random.uniform(0.002, 0.004, channels),
            output=Quant(0.5, 3),
        )
    writer.output(writer.max_pool_2d(x, filter=(2, 2), stride=(2, 2)))
    return case("convolutions", writer)


def branches() -> Case:
    """Two inputs, two outputs, operators of which the other model has one."""
    random = np.random.default_rng(2)
    writer = TFLiteWriter("branches")
    a = writer.input("left", shape=(1, 6, 5, 4), scale=0.25, zero_point=10)
    b = writer.input("right", shape=(1, 6, 5, 4), scale=0.5, zero_point=-100)
    total = writer.add(a, b, output=Quant(0.6, -20))
    deep = writer.depthwise_conv_2d(
        total,
        weights=random_bytes(random, (1, 3, 3, 4)),
        bias=None,
        weight_scales=[0.005],
        output=Quant(0.5),
    )
    pooled = writer.max_pool_2d(deep, filter=(3, 3))
    flat = writer.reshape(pooled, (1, -1))
    dense = writer.fully_connected(
        flat,
        weights=random_bytes(random, (7, writer.shape(flat)[1])),
        bias=None,
        weight_scales=[0.002],
        output=Quant(0.4),
    )
    writer.output(writer.softmax(dense), total)
    return case("branches", writer)


CASES = (convolutions(), branches())

MAIN = """
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "one.h"
#include "two.h"

#ifdef SHARED
#define LARGER(a, b) ((a) > (b) ? (a) : (b))
#define BYTES LARGER(one_ARENA_BYTES, two_ARENA_BYTES)
int8_t shared[BYTES + GUARD_BYTES]
    __attribute__((aligned(LARGER(one_ARENA_ALIGN, two_ARENA_ALIGN))));
#endif

static int8_t image[one_INPUT_SIZE], pooled[one_OUTPUT_SIZE];

static int run_one(void) {
    int wrong = fread(image, 1, sizeof image, stdin) != sizeof image;
    wrong |= one_invoke(image, pooled);
    fwrite(pooled, 1, sizeof pooled, stdout);
    return wrong;
}

static int run_two(void) {
#ifdef TWO_IN_ARENA
    int wrong = fread(two_input_left(), 1, two_INPUT_left_SIZE, stdin) == 0;
    wrong |= fread(two_input_right(), 1, two_INPUT_right_SIZE, stdin) == 0;
    wrong |= two_invoke();
    fwrite(two_output_SOFTMAX(), 1, two_OUTPUT_SOFTMAX_SIZE, stdout);
    fwrite(two_output_TOTAL(), 1, two_OUTPUT_TOTAL_SIZE, stdout);
#else
    static int8_t left[two_INPUT_left_SIZE], right[two_INPUT_right_SIZE];
    static int8_t softmax[two_OUTPUT_SOFTMAX_SIZE], total[two_OUTPUT_TOTAL_SIZE];
    const struct two_inputs inputs = {left, right};
    const struct two_outputs outputs = {softmax, total};
    int wrong = fread(left, 1, sizeof left, stdin) != sizeof left;
    wrong |= fread(right, 1, sizeof right, stdin) != sizeof right;
    wrong |= two_invoke(&inputs, &outputs);
    fwrite(softmax, 1, sizeof softmax, stdout);
    fwrite(total, 1, sizeof total, stdout);
#endif
    return wrong;
}

int main(void) {
    int wrong = 0;
#ifdef SHARED
    memset(shared, 0x5A, sizeof shared);
#endif
    for (int run = 0; run < RUNS; run++) {
        wrong |= run_one() | run_two();
    }
#ifdef SHARED
    for (int k = 0; k < GUARD_BYTES; k++) {
        wrong |= shared[BYTES + k] != 0x5A;
    }
#endif
    return wrong;
}
"""


@dataclass(frozen=True)
class Variant:
    """How the models are compiled and built."""

    compiler: str
    flags: tuple[str, ...]
    shared: bool
    in_arena: bool


VARIANTS = (
    Variant("gcc", ("-O2",), shared=True, in_arena=False),
    Variant("gcc", ("-O2", "-std=c99", "-pedantic"), shared=True, in_arena=True),
    Variant("gcc", ("-O0", "-std=c99", "-pedantic"), shared=False, in_arena=False),
    Variant("clang", ("-O2",), shared=True, in_arena=True),
    Variant("clang", ("-O1", "-std=c99", "-pedantic"), shared=True, in_arena=False),
    Variant("clang", ("-O0",), shared=False, in_arena=True),
    Variant("gcc", ("-O1", "-fsanitize=undefined"), shared=True, in_arena=False),
)


@pytest.fixture(scope="module")
def expected() -> list[list[Array]]:
    return tflm_outputs(CASES)


def compiled(folder: Path, variant: Variant) -> list[Compiled]:
    """The two models, of different schedules, called `one` and `two`."""
    place = "arena" if variant.in_arena else "external"
    options = (
        resolve(name="one", split_height=1),
        resolve(name="two", optimize="none", input=place, output=place),
    )
    models: list[Compiled] = []
    for item, chosen in zip(CASES, options, strict=True):
        path = folder / f"{item.name}.tflite"
        path.write_bytes(item.model)
        models.append(compile_path(path, chosen))
    return models


def build(folder: Path, variant: Variant, models: Sequence[Compiled]) -> Path:
    """The program; kernels that both models need are there once."""
    files: dict[str, str] = {}
    for model in models:
        files |= project_files(model.program)
    softmax, total = (port.name for port in models[1].program.outputs)
    main = MAIN.replace("SOFTMAX", softmax).replace("TOTAL", total)
    write_tree(folder, files | {"main.c": main})
    defines = [f"-DRUNS={len(CASES[0].inputs[0])}", f"-DGUARD_BYTES={GUARD_BYTES}"]
    if variant.shared:
        defines += ["-DSHARED", "-Done_arena=shared", "-Dtwo_arena=shared"]
        defines += ["-Done_ARENA_EXTERN", "-Dtwo_ARENA_EXTERN"]
    if variant.in_arena:
        defines.append("-DTWO_IN_ARENA")
    sources = [name for name in (*files, "main.c") if name.endswith(".c")]
    command = [variant.compiler, *WARNINGS, *variant.flags, *defines]
    command += ["-I.", "-Ikernels", *sources, "-o", "program"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "program"


@pytest.mark.parametrize(
    "variant", VARIANTS, ids=[f"{v.compiler}{''.join(v.flags)}" for v in VARIANTS]
)
def test_models_take_turns(
    variant: Variant, expected: list[list[Array]], tmp_path: Path
) -> None:
    if shutil.which(variant.compiler) is None:
        pytest.skip(f"{variant.compiler} is not installed")
    models = compiled(tmp_path, variant)
    assert min(model.arena_bytes for model in models) > 0
    program = build(tmp_path, variant, models)
    arrays = [array for item in CASES for array in item.inputs]
    runs = len(arrays[0])
    given = b"".join(array[run].tobytes() for run in range(runs) for array in arrays)
    done = subprocess.run([program], input=given, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    wanted = [array for outputs in expected for array in outputs]
    assert done.stdout == b"".join(
        array[run].tobytes() for run in range(runs) for array in wanted
    )


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_an_arena_that_nobody_defines_is_a_link_error(
    compiler: str, tmp_path: Path
) -> None:
    """With N_ARENA_EXTERN the model brings no arena of its own."""
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    model = compiled(tmp_path, VARIANTS[0])[0]
    files = project_files(model.program)
    write_tree(tmp_path, files)
    command = [compiler, "-Ikernels", "-c", "one.c", "-o", "one.o"]
    for defines, symbol in (([], False), (["-Done_ARENA_EXTERN"], True)):
        subprocess.run([*command, *defines], cwd=tmp_path, check=True)
        listed = subprocess.run(
            ["nm", "-u", "one.o"], cwd=tmp_path, check=True, capture_output=True
        )
        assert (b"one_arena" in listed.stdout) == symbol


def test_models_of_one_program_share_no_symbol(tmp_path: Path) -> None:
    """Whatever a model defines is static, or starts with its name."""
    models = compiled(tmp_path, VARIANTS[1])
    for model in models:
        write_tree(tmp_path, project_files(model.program))
        source, name = f"{model.name}.c", model.name
        command = ["gcc", "-Ikernels", "-c", source, "-o", f"{name}.o"]
        subprocess.run(command, cwd=tmp_path, check=True)
        listed = subprocess.run(
            ["nm", "--defined-only", "-g", f"{name}.o"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        )
        symbols = [line.split()[-1] for line in listed.stdout.splitlines()]
        assert f"{name}_invoke" in symbols
        assert all(symbol.startswith(f"{name}_") for symbol in symbols)
