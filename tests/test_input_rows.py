"""`--input rows`: the caller gives the input row by row, and no frame exists."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from command_models import classifier, two_ports

from emitc.model_files import header_text
from emitc.project import project_files
from lowering.places.streamed_inputs import Reading, readings
from tools.atomic_files import write_tree
from tools.compiler import Compiled, compile_path
from tools.host_run import compiler_command
from tools.options import resolve
from tools.run import main as run_main

SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover")
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ([], []),
        ([[], []], []),
        ([[0, 1], [1, 2], [2, 3]], [(0, 0, 2), (1, 2, 3), (2, 3, 4)]),
        # Rows 2 and 4 are needed by no step.
        ([[0, 1], [], [3], [5]], [(0, 0, 2), (2, 3, 4), (3, 5, 6)]),
        # Who needs row 5 first makes the rows above it wait.
        ([[5, 6], [0], [3, 7]], [(0, 0, 1), (0, 3, 4), (0, 5, 7), (2, 7, 8)]),
        ([[3, 1, 2], [0]], [(0, 0, 4)]),
    ],
)
def test_readings(
    needs: Sequence[Sequence[int]], expected: Sequence[tuple[int, int, int]]
) -> None:
    assert list(readings(needs)) == [Reading(*item) for item in expected]


MAIN = """
#include <stdio.h>
#include <stdlib.h>

#include "net.h"

static int failing, calls;

/* Fails with -77 at the row `failing`, after which nobody may call. */
static int read(void *context, int32_t first_row, int32_t rows, net_input_t *to) {
    static int failed;
    if (failed || context != &failing) {
        exit(9);
    }
    calls++;
    if (first_row <= failing && failing < first_row + rows) {
        failed = 1;
        return -77;
    }
    for (int32_t i = 0; i < rows * net_INPUT_ROW_LENGTH; i++) {
        to[i] = (net_input_t)i;
    }
    return 0;
}

int main(int argc, char **argv) {
    static net_output_t output[net_OUTPUT_SIZE];
    failing = argc > 1 ? atoi(argv[1]) : -1;
    const int status = net_invoke(read, &failing, output);
    printf("%d %d", status, calls);
    return 0;
}
"""

MAIN_TWO = """
#include <stdio.h>
#include <string.h>

#include "net.h"

static int read_left(void *context, int32_t first_row, int32_t rows, int8_t *to) {
    *(int *)context += rows;
    memset(to, first_row, (size_t)(rows * net_INPUT_left_ROW_LENGTH));
    return 0;
}

static int read_right(void *context, int32_t first_row, int32_t rows, int8_t *to) {
    *(int *)context += rows;
    memset(to, first_row, (size_t)(rows * net_INPUT_right_ROW_LENGTH));
    return first_row + rows == net_INPUT_right_ROWS ? 13 : 0;
}

int main(void) {
    static int8_t pooled[net_OUTPUT_pooled_SIZE], filtered[net_OUTPUT_filtered_SIZE];
    int left = 0, right = 0;
    const struct net_inputs inputs = {{read_left, &left}, {read_right, &right}};
    const struct net_outputs outputs = {pooled, filtered};
    const int status = net_invoke(&inputs, &outputs);
    printf("%d %d %d", status, left, right);
    return 0;
}
"""


def compiled(model: Path, **options: object) -> Compiled:
    return compile_path(model, resolve(name="net", input="rows", **options))


def build(model: Compiled, main: str, folder: Path) -> Path:
    """The program of a model and a `main`, in strict C99, with sanitizers."""
    files = project_files(model.program) | {"main.c": main}
    write_tree(folder, files)
    sources = [name for name in files if name.endswith(".c")]
    command = [compiler_command(), *STRICT, *SANITIZE, "-I.", "-Ikernels", *sources]
    subprocess.run([*command, "-o", "program"], check=True, cwd=folder)
    return folder / "program"


def printed(*command: object) -> list[int]:
    done = subprocess.run(
        [str(word) for word in command], check=True, capture_output=True, text=True
    )
    return [int(word) for word in done.stdout.split()]


def test_the_error_of_a_callback(tmp_path: Path) -> None:
    """It ends the run at once and is what N_invoke returns."""
    model = compiled(classifier(tmp_path / "chain.tflite"), split_height=1)
    program = build(model, MAIN, tmp_path)
    status, most = printed(program)
    assert status == 0
    found = [printed(program, row) for row in range(12)]
    assert {status for status, _ in found} == {-77}
    calls = [calls for _, calls in found]
    assert calls == sorted(calls)
    assert (calls[0], calls[-1]) == (1, most)


def test_two_inputs(tmp_path: Path) -> None:
    """Each has its callback and context; the last row of one fails."""
    model = compiled(two_ports(tmp_path / "ports.tflite"), split_height=1)
    assert printed(build(model, MAIN_TWO, tmp_path)) == [13, 8, 8]


@pytest.mark.parametrize("make", [classifier, two_ports])
@pytest.mark.parametrize("compiler", [["gcc", "-std=c99"], ["g++"]])
def test_headers_compile(make, compiler: list[str], tmp_path: Path) -> None:
    program = compiled(make(tmp_path / "model.tflite"), optimize="none").program
    (tmp_path / "net.h").write_text(header_text(program))
    user = tmp_path / ("user.cpp" if compiler == ["g++"] else "user.c")
    user.write_text('#include "net.h"\nint unused;\n')
    flags = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]
    subprocess.run([*compiler, *flags, user], check=True)


@pytest.mark.parametrize("make", [classifier, two_ports])
@pytest.mark.parametrize(
    "options",
    [
        ("--optimize", "none"),
        ("--split-height", "1"),
        ("--split-height", "3", "--exec-order", "bf", "--alignment", "1"),
        ("--output", "arena", "--layers"),
    ],
    ids=" ".join,
)
def test_bytes(make, options: tuple[str, ...], tmp_path: Path) -> None:
    model = str(make(tmp_path / "model.tflite"))
    arguments = [model, "--random", "3", "--count", "3", "--input", "rows", *options]
    assert run_main(arguments) == 0


def test_arena_holds_few_rows(tmp_path: Path) -> None:
    """Of 12 rows of 30 bytes at most the three that a window needs, and one more."""
    model = classifier(tmp_path / "chain.tflite")
    external = compile_path(model, resolve(split_height=1)).arena_bytes
    rows = compiled(model, split_height=1).arena_bytes
    whole = compiled(model, optimize="none").arena_bytes
    assert external < rows <= external + 4 * 32 < whole


def test_the_search_counts_on_rows_that_die(tmp_path: Path) -> None:
    """After its last reader no row of the input is alive, in the search as well."""
    model = classifier(tmp_path / "chain.tflite")
    limits = {"optimize": "sram", "sram_limit": "1K"}  # no growth for speed
    external = compile_path(model, resolve(tiles="off", **limits)).arena_bytes
    rows = compiled(model, **limits).arena_bytes
    assert external < rows <= external + 2 * 32
