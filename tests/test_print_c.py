"""The printed C: numbers, names, comments, and tables of rows."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support_unit import transformed

from emitc import print_c
from emitc.api import api_ports, c_name
from emitc.model_files import header_text, source_text
from emitc.program import Constant, Layer, Program, Tensor
from emitc.read_program import read_program
from emitc.roll import Call
from tinyts_dialect.attributes import Quant as StoredQuant
from tinyts_dialect.tsbuf import Image, Port
from tools.host_run import WARNINGS, build, compiler_command
from tools.import_tflite import identifier, import_tflite
from tools.options import resolve
from tools.tflite_writer import Quant, TFLiteWriter
from tools.user_errors import UserError

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def compiled_values(text: str, expression: str, folder: Path) -> list[int]:
    """The values of a C expression list, with declarations before it."""
    source = folder / "values.c"
    source.write_text(
        '#include <stdint.h>\n#include <stdio.h>\n#include "tinyts.h"\n'
        f"{text}\n"
        "int main(void) {\n"
        f"    const long long values[] = {{{expression}}};\n"
        "    for (unsigned i = 0; i < sizeof values / sizeof *values; i++)\n"
        '        printf("%lld\\n", values[i]);\n'
        "    return 0;\n}\n"
    )
    program = folder / "values"
    include = Path(__file__).resolve().parents[1] / "runtime_c" / "include"
    command = [compiler_command(), *WARNINGS, f"-I{include}", source, "-o", program]
    subprocess.run(command, check=True)
    lines = subprocess.run([program], check=True, capture_output=True, text=True)
    return [int(line) for line in lines.stdout.split()]


# Numbers


def test_constants_keep_their_values(tmp_path: Path) -> None:
    """The extremes above all: -2147483648 is no literal of C's int."""
    ints = np.array([-(2**31), 2**31 - 1, 0, -1, *range(-30, 30)], np.int32)
    bytes_ = np.array([-128, 127, 0, *range(-50, 50)], np.int8)
    text = "\n".join(
        print_c.constant(Constant(name, array))
        for name, array in (("ints", ints), ("bytes", bytes_))
    )
    expression = ", ".join(
        f"{name}[{index}]"
        for name, array in (("ints", ints), ("bytes", bytes_))
        for index in range(len(array))
    )
    sizes = "sizeof ints, sizeof bytes"
    found = compiled_values(text, f"{expression}, {sizes}", tmp_path)
    assert found[:-2] == [*ints.tolist(), *bytes_.tolist()]
    assert found[-2:] == [ints.nbytes, bytes_.nbytes]


def test_long_constants_are_wrapped() -> None:
    text = print_c.constant(Constant("c", np.full(1000, -100, np.int8)))
    assert max(map(len, text.splitlines())) <= 96


def test_initializers() -> None:
    fields = {"a": 1, "b": "&x", "c": {"d": -(2**31), "e": {"f": 0}}}
    assert print_c.initializer(fields) == (
        "{.a = 1, .b = &x, .c = {.d = (-2147483647 - 1), .e = {.f = 0}}}"
    )


# Tables of rows


def tensor(*offsets: int | None, width: int = 4) -> Tensor:
    return Tensor("t", Image(len(offsets), width, 2), 1, offsets, 2)


@pytest.mark.parametrize(
    ("offsets", "pitch"),
    [
        ((64,), 8),
        ((0, 8, 16), 8),
        ((4, 20), 16),
        ((16, 8, 0), None),
        ((8, 8), 0),
        ((0, 8, 24), None),
        ((None, 8, 16), None),
        ((None, 8, 8), 0),
        ((0, None, 16), None),
    ],
)
def test_evenly_spaced_rows_need_no_table(
    offsets: tuple[int | None, ...], pitch: int | None
) -> None:
    item = tensor(*offsets)
    assert print_c.row_pitch(item) == pitch
    assert ("rows_of_t" in print_c.tensor(item)) == (pitch is None)


@pytest.mark.parametrize(
    ("offsets", "layout"),
    [
        ((24, 40, 56), "PITCH"),
        ((900,), "PITCH"),
        ((300_000, 100_000_000), "PITCH"),
        ((56, 40, 24), "TABLE16"),
        ((None, 500, None, 100, 70_000 - 4466), "TABLE16"),
        ((100, 66_000, 65_636), "TABLE32"),
        ((100, 65_635, 300), "TABLE16"),
        ((100, 65_636, 300), "TABLE32"),
        ((1 << 27, 0, 4), "TABLE32"),
    ],
)
def test_rows_lie_where_the_plan_says(
    offsets: tuple[int | None, ...], layout: str, tmp_path: Path
) -> None:
    """The address that the runtime computes, for all rows that exist."""
    text = print_c.tensor(tensor(*offsets))
    assert f"TINYTS_ROWS_{layout}" in text
    rows = [y for y, offset in enumerate(offsets) if offset is not None]
    places = ", ".join(f"tinyts_row(&t, memory, {y}) - base" for y in rows)
    declared = (
        f"{text}\nstatic int8_t base[1 << 28];\n"
        "static int8_t *const memory[] = {0, base};\n"
    )
    shape = "t.height, t.width, t.channels, t.pixel_pitch, t.memory"
    found = compiled_values(declared, f"{places}, {shape}", tmp_path)
    assert found[:-5] == [offset for offset in offsets if offset is not None]
    assert found[-5:] == [len(offsets), 4, 2, 2, 1]


# Calls


def program_of(calls: list[Call]) -> Program:
    layers = [
        Layer(f"layer_{k}", "pad", 40 + k, f"tensor_{k}", "", {}, {}) for k in (0, 1)
    ]
    return Program("n", 0, 4, layers=layers, calls=calls)


def test_calls_and_loops() -> None:
    calls = [Call(0, 2, 0), Call(1, 1, 5)]
    calls += [Call(0, 1, 3 + 2 * k) for k in range(4)]
    assert print_c.statements(program_of(calls), record=False).splitlines() == [
        "    TINYTS_STEP(40);",
        "    tinyts_pad(&layer_0, memory, 0, 2);",
        "    TINYTS_STEP(41);",
        "    tinyts_pad(&layer_1, memory, 5, 6);",
        "    for (int32_t i0 = 0; i0 < 4; i0++) {",
        "        TINYTS_STEP(40);",
        "        tinyts_pad(&layer_0, memory, 2 * i0 + 3, 2 * i0 + 4);",
        "    }",
    ]


def test_rows_of_nested_loops() -> None:
    calls = [
        call
        for a in range(3)
        for call in (*(Call(0, 1, 4 * a + b) for b in range(4)), Call(1, 1, 0))
    ]
    text = print_c.statements(program_of(calls), record=False)
    assert "tinyts_pad(&layer_0, memory, 4 * i0 + i1, 4 * i0 + i1 + 1);" in text
    assert "tinyts_pad(&layer_1, memory, 0, 1);" in text
    assert "            TINYTS_STEP(40);" in text


@pytest.mark.parametrize("seed", range(4))
def test_loops_in_c_make_the_calls_of_the_plan(seed: int, tmp_path: Path) -> None:
    random = np.random.default_rng(seed)
    layers = random.integers(0, 2, 4).tolist()
    steps = random.integers(-1, 3, 4).tolist()
    calls = [
        Call(layer, 1, 40 + step * k + 7 * block)
        for block in range(3)
        for k in range(5)
        for layer, step in zip(layers, steps, strict=True)
    ]
    calls.insert(int(random.integers(len(calls))), Call(1, 2, 3))
    statements = print_c.statements(program_of(calls), record=False)
    declared = (
        "static int found[1000], count, layer_0 = 0, layer_1 = 1, memory;\n"
        "#define TINYTS_STEP(layer) ((void)0)\n"
        "static void tinyts_pad(int *layer, int m, int first, int last) {\n"
        "    found[count++] = *layer; found[count++] = first; found[count++] = last;\n"
        "    (void)m;\n}\n"
        f"static int run(void) {{\n{statements}\n    return count;\n}}\n"
    )
    values = ", ".join(["run()", *(f"found[{k}]" for k in range(3 * len(calls)))])
    found = compiled_values(declared, values, tmp_path)
    expected = [n for c in calls for n in (c.layer, c.first, c.first + c.rows)]
    assert found == [len(expected), *expected]


def test_arrays_of_tensors() -> None:
    """A field that occurs several times points to an array of pointers."""
    fields = {"output": "&tensor_2", "inputs": "inputs_7", "count": 2}
    arrays = {"inputs": ["tensor_0", "tensor_1"]}
    layer = Layer("layer_7", "concatenation", 3, "tensor_2", "both", fields, arrays)
    assert print_c.layer(layer).splitlines() == [
        "/* concatenation of tensor 3: both */",
        "static const tinyts_tensor *const inputs_7[] = {&tensor_0, &tensor_1};",
        "static const tinyts_concatenation_layer layer_7 = {.output = &tensor_2, "
        ".inputs = inputs_7,",
        "    .count = 2};",
    ]


# Comments and names

NASTY = (
    "*/ int x; /*",
    "/*/",
    "**//",
    "*//*",
    "a\nb",
    "/",
    "*",
    "",
    "Ünïcödé/名前",
    "end\\",
    "??/",
    "%d {{ name }} {% if %}",
    '"quoted"',
)


@pytest.mark.parametrize("name", NASTY)
def test_comments_end_where_they_should(name: str) -> None:
    text = print_c.comment(name)
    assert text
    assert "*/" not in text
    assert "/*" not in text
    assert "\n" not in text


def test_comments_keep_ordinary_names() -> None:
    name = "model/conv2d/BiasAdd;model/relu:0"
    assert print_c.comment(name) == name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x", "x"),
        ("serving_default_x:0", "serving_default_x_0"),
        ("a/b c", "a_b_c"),
        ("3d", "t_3d"),
        ("int", "t_int"),
        ("_private_", "t_private"),
        ("été", "t_t"),
        ("名前", "default"),
        ("", "default"),
        ("__", "default"),
        ("*/ x", "x"),
    ],
)
def test_names_become_identifiers(name: str, expected: str) -> None:
    assert c_name(name, "default") == expected
    assert IDENTIFIER.fullmatch(c_name(name, "default"))


@pytest.mark.parametrize(
    ("stem", "expected"),
    [("0_MW5", "m0_MW5"), ("a-b.c", "a_b_c"), ("", "model"), ("né", "n_")],
)
def test_stems_become_identifiers(stem: str, expected: str) -> None:
    assert identifier(stem) == expected


def test_clashing_names_are_numbered() -> None:
    names = ["a/b", "a.b", "a_b_2", "a b", "a_b"]
    ports = [
        Port("input", k, name, k, (1, 2), StoredQuant(0.5, 0))
        for k, name in enumerate(names)
    ]
    fields = [port.field for port in api_ports(Program("m", 0, 4, ports), "input")]
    assert len(set(fields)) == len(names)
    assert fields[0] == "a_b"
    assert all(IDENTIFIER.fullmatch(field) for field in fields)


def model_program(
    first: str,
    second: str,
    output: str,
    name: str = "m",
    input: str = "external",
) -> Program:
    """Two inputs and two outputs of the given names."""
    writer = TFLiteWriter("names")
    x = writer.input(first, shape=(1, 4, 3, 2), scale=0.5)
    z = writer.input(second, shape=(1, 4, 3, 2), scale=0.25)
    y = writer.add(x, z, output=Quant(0.5), name=output)
    pooled = writer.max_pool_2d(y, filter=(2, 2), name=output)
    writer.output(y, pooled)
    convert = f"convert-tinyts-to-tsbuf{{input={input}}}"
    pipeline = f"{convert},plan-arena,verify-arena"
    module = import_tflite(writer.finish(), name)
    return read_program(transformed(module, pipeline))


def compile_header(
    program: Program, folder: Path, compiler: list[str], suffix: str
) -> None:
    """A file that includes the header compiles alone, without a warning."""
    (folder / f"{program.name}.h").write_text(header_text(program))
    user = folder / f"user{suffix}"
    user.write_text(f'#include "{program.name}.h"\nint unused;\n')
    flags = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only"]
    subprocess.run([*compiler, *flags, user], check=True, cwd=folder)


@pytest.mark.parametrize(("first", "second"), list(zip(NASTY, NASTY[1:], strict=False)))
def test_headers_of_strange_names_compile(
    first: str, second: str, tmp_path: Path
) -> None:
    program = model_program(first, second, second or first)
    compile_header(program, tmp_path, ["gcc", "-std=c99"], ".c")


def test_sources_of_strange_names_compile(tmp_path: Path) -> None:
    build(model_program("*/ x /*", "x", "out\\\n*/"), tmp_path, flags=("-O0",))


def test_same_names_compile(tmp_path: Path) -> None:
    program = model_program("x", "x", "x")
    compile_header(program, tmp_path, ["gcc", "-std=c99"], ".c")
    struct = re.findall(r"const m_input_t \*(\w+);", header_text(program))
    assert len(set(struct)) == 2


def test_source_says_which_tensor_a_layer_computes() -> None:
    text = source_text(model_program("x", "z", "block_3/*/add"))
    assert "/* add of tensor 2: block_3/ * /add */" in text


CLASHES: dict[str, Callable[[Path], None]] = {
    "asm": lambda folder: build_names(folder, "asm"),
    "unix": lambda folder: build_names(folder, "unix"),
    "NULL": lambda folder: build_names(folder, "NULL"),
    "class": lambda folder: compile_header(
        model_program("class", "new", "this"), folder, ["g++"], ".cpp"
    ),
}


def build_names(folder: Path, name: str) -> None:
    build(model_program(name, "x", "y"), folder, flags=("-O0",))


@pytest.mark.parametrize("name", sorted(CLASHES))
def test_reserved_words_of_other_dialects(name: str, tmp_path: Path) -> None:
    CLASHES[name](tmp_path)


def test_accessors_and_types_do_not_clash(tmp_path: Path) -> None:
    program = model_program("t", "x", "y", input="arena")
    compile_header(program, tmp_path, ["gcc", "-std=c99"], ".c")


def test_accessors_compile(tmp_path: Path) -> None:
    program = model_program("a/b", "a.b", "y", input="arena")
    compile_header(program, tmp_path, ["gcc", "-std=c99"], ".c")
    build(program, tmp_path, flags=("-O0",))


@pytest.mark.parametrize("name", ["add", "tinyts", "tinyts_add", "host_main", "math"])
def test_models_called_like_a_file_of_the_runtime(name: str) -> None:
    assert identifier(name) == f"{name}_model"
    with pytest.raises(UserError, match=f"name '{name}'"):
        resolve(name=name)


@pytest.mark.parametrize("name", ["TINYTS", "TINYTS_ADD"])
def test_models_called_like_a_guard_of_the_runtime(name: str, tmp_path: Path) -> None:
    """`TINYTS_H` guards both `TINYTS.h` and `tinyts.h`."""
    allowed = identifier(name)
    build(model_program("x", "z", "y", allowed), tmp_path, flags=("-O0",))


def test_sizes_of_more_than_16_bits_are_refused() -> None:
    """The fields of `tinyts_tensor` have 16 bits; C would cut the number."""
    writer = TFLiteWriter("wide")
    x = writer.input("x", shape=(1, 256, 256, 1), scale=0.5)
    flat = writer.reshape(x, (1, -1))
    weights = np.ones((2, 1 << 16), np.int8)
    y = writer.fully_connected(
        flat, weights=weights, bias=None, weight_scales=[1e-4], output=Quant(1.0)
    )
    writer.output(y)
    pipeline = "convert-tinyts-to-tsbuf,plan-arena,verify-arena"
    with pytest.raises(Exception, match="65535"):
        read_program(transformed(import_tflite(writer.finish()), pipeline))
