"""`--kernels cmsis-nn`: which layers CMSIS-NN gets, and that it computes the same.

Tests that need CMSIS-NN itself take the checkout that CMSIS_NN_DIR names.
"""

import itertools
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command_models import classifier, two_ports
from support_emulator import needs_emulator
from support_unit import parse, transformed
from test_choose_kernels import LAYER
from xdsl.dialects.func import FuncOp

from emitc.project import RUNTIME, project_files
from lowering.accesses import kernels_of
from lowering.cmsis_nn import conv_2d, depthwise_conv_2d, pools
from lowering.cmsis_nn.windows import Axis
from lowering.contiguous import is_contiguous
from tools import check, cmsis_nn, run
from tools.cmsis_nn import VARIABLE, needed_sources
from tools.compile import main as compile_main
from tools.compiler import compile_path
from tools.differential import find_differences
from tools.emulator.boards import CORE_FLAGS, board
from tools.emulator.toolchain import COMPILER, call
from tools.firmware.build import build_firmware
from tools.fuzz_graphs import compile_options, compile_within_limit, draw
from tools.host_run import compiler_command
from tools.import_tflite import import_tflite_path
from tools.options import resolve
from tools.oracle import run_oracle
from tools.planner import Planner
from tools.random_graphs import random_graph
from tools.report import report
from tools.run_inputs import input_details, random_inputs
from tools.user_errors import UserError

needs_cmsis_nn = pytest.mark.skipif(
    cmsis_nn.missing() is not None, reason=str(cmsis_nn.missing())
)
needs_cmake = pytest.mark.skipif(
    shutil.which("cmake") is None, reason="cmake is not installed"
)

Captured = pytest.CaptureFixture[str]
Monkey = pytest.MonkeyPatch

GRAPHS = 12
"""Random graphs that are compared on the host."""


# What CMSIS-NN gets


@pytest.mark.parametrize(
    ("axis", "rows", "covered", "pads"),
    [
        (Axis(3, 1, 1, 1, 8, 8), (0, 2), (0, 3), 1),
        (Axis(3, 1, 1, 1, 8, 8), (2, 4), (1, 5), 0),
        (Axis(3, 2, 1, 1, 8, 4), (3, 4), (5, 8), 0),
        (Axis(3, 2, 0, 2, 8, 3), (2, 3), (4, 8), 0),
        (Axis(5, 1, 3, 1, 4, 4), (1, 2), (0, 3), 2),
        (Axis(1, 1, -2, 1, 8, 4), (1, 3), (3, 5), 0),
    ],
)
def test_rows_of_a_slice(
    axis: Axis, rows: tuple[int, int], covered: tuple[int, int], pads: int
) -> None:
    assert axis.covered(*rows) == covered
    assert axis.pads(rows[0]) == pads
    assert axis.meets()


def test_windows_without_a_tap_that_exists() -> None:
    assert not Axis(1, 1, 1, 1, 4, 6).meets()
    assert not Axis(2, 1, 0, 1, 4, 5).meets()
    assert not Axis(2, 1, 2, 4, 2, 1).meets()


@pytest.mark.parametrize(
    ("old", "new", "variant"),
    [
        ("dense<5>", "dense<5>", True),
        ("dense<5>", f"dense<{2**31 - 1}>", False),  # the sum may leave 32 bits
        ("dense<-3>", "dense<17>", True),
        ("dense<-3>", "dense<21>", False),  # 255 * 10 + 5 shifted left by 21
        ("dense<-3>", "dense<-31>", True),
        ("dense<-3>", "dense<-32>", False),
        ("padding = {h = 0 : i32, w = 0", "padding = {h = 0 : i32, w = -1", False),
        ("padding = {h = 0", "padding = {h = 1", False),  # no row of the input is met
    ],
)
def test_arguments_that_cmsis_nn_stands(old: str, new: str, variant: bool) -> None:
    text = LAYER.replace("MIN", "-128").replace(old, new)
    chosen = transformed(
        parse(text), 'plan-arena,choose-kernels{target=host kernels="cmsis-nn"}'
    )
    assert ('variant "cmsis_nn"' in str(chosen)) == variant


ROWS = """
tsbuf.arena @sram
func.func @net() {{
  %0 = tsbuf.buffer {{offset = {0}}} : !tsbuf.buffer<1x2x4xi8>
  %1 = tsbuf.buffer {{offset = {1}}} : !tsbuf.buffer<2x2x4xi8>
  %x = tsbuf.rows %0, %1 {{starts = [0, {2}]}}
    : (!tsbuf.buffer<1x2x4xi8>, !tsbuf.buffer<2x2x4xi8>) -> !tsbuf.table<4x2x4xi8>
  tsbuf.kernel "softmax" outs(output = %x [{3}, {4}] : !tsbuf.table<4x2x4xi8>)
    layer 0 params {{}}
  return
}}
"""


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((8, 16, 1, 0, 3), True),
        ((8, 20, 1, 0, 3), False),
        ((16, 0, 1, 0, 3), False),
        ((8, 20, 1, 1, 3), True),
        ((8, 16, 2, 0, 4), False),
    ],
)
def test_contiguous_rows(numbers: tuple[int, ...], expected: bool) -> None:
    """Buffers at two offsets, rows from `starts`, of which a call names some."""
    module = parse(ROWS.format(*numbers))
    function = next(op for op in module.body.block.ops if isinstance(op, FuncOp))
    assert is_contiguous(kernels_of(function)[0].writes()[0]) == expected


def test_columns_of_a_wider_buffer_are_not_contiguous() -> None:
    text = ROWS.format(0, 8, 1, 1, 3).replace(
        "%1 = tsbuf.buffer {offset = 8} : !tsbuf.buffer<2x2x4xi8>",
        "%2 = tsbuf.buffer {offset = 8} : !tsbuf.buffer<2x3x4xi8>\n"
        "  %1 = tsbuf.view %2\n"
        "    {layout = #tsbuf.layout<offset 0, row_pitch 12, pixel_pitch 4>}\n"
        "    : !tsbuf.buffer<2x3x4xi8> -> !tsbuf.buffer<2x2x4xi8>",
    )
    module = parse(text)
    function = next(op for op in module.body.block.ops if isinstance(op, FuncOp))
    access = kernels_of(function)[0].writes()[0]
    assert not is_contiguous(access)
    assert is_contiguous(access._replace(last=2))


@pytest.mark.parametrize(
    ("numbers", "step"), [((8, 16, 1, 0, 3), 4), ((8, 20, 1, 0, 3), 1)]
)
def test_rows_one_by_one(numbers: tuple[int, ...], step: int) -> None:
    """Where the rows of a call have gaps."""
    scalars = "multiplier = 1073741824 : i32, shift = 26 : i32, diff_min = -31 : i32"
    text = ROWS.format(*numbers).replace("params {", f"params {{{scalars}")
    text = text.replace("@sram", "@sram {bytes = 64, alignment = 4}")
    chosen = str(transformed(parse(text), 'choose-kernels{kernels="cmsis-nn"}'))
    assert f"step = {step} : i32" in chosen


def test_report(tmp_path: Path) -> None:
    model = classifier(tmp_path / "chain.tflite")
    whole = report(compile_path(model, resolve(kernels="cmsis-nn", optimize="none")))
    assert whole["options"]["kernels"] == "cmsis-nn"
    assert [layer["kernel_variant"] for layer in whole["layers"]] == [
        "conv_2d_cmsis_nn",
        "conv_2d_cmsis_nn",
        "mean",
        "fully_connected_cmsis_nn",
        "softmax_cmsis_nn",
    ]


def test_the_smallest_arena_does_not_grow_for_scratch(tmp_path: Path) -> None:
    model = classifier(tmp_path / "chain.tflite")
    options = resolve(tiles="off", kernels="cmsis-nn")
    compiled = compile_path(model, options)
    planner = Planner(import_tflite_path(model), options)
    assert compiled.arena_bytes == planner.smallest().arena_bytes
    assert cmsis_nn.calls_cmsis_nn(compiled.program)


# A checkout, or none


def test_no_checkout(tmp_path: Path, monkeypatch: Monkey, capsys: Captured) -> None:
    model = str(classifier(tmp_path / "chain.tflite"))
    command = [model, "--kernels", "cmsis-nn", "--count", "1"]
    monkeypatch.delenv(VARIABLE, raising=False)
    assert run.main(command) == 1
    assert capsys.readouterr().err == (
        "error: CMSIS_NN_DIR: not set; it names a checkout of CMSIS-NN "
        "(https://github.com/ARM-software/CMSIS-NN)\n"
    )
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert run.main([*command, "--json"]) == 1
    expected = f"CMSIS_NN_DIR: '{tmp_path}' is no checkout of CMSIS-NN, it has no "
    expected += "Include/arm_nnfunctions.h"
    out, err = capsys.readouterr()
    assert err == f"error: {expected}\n"
    assert json.loads(out)["error"] == expected


def test_models_without_cmsis_nn_need_no_checkout(
    tmp_path: Path, monkeypatch: Monkey
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    model = classifier(tmp_path / "chain.tflite")
    compiled = compile_path(model, resolve(optimize="none"))
    assert cmsis_nn.library_of(compiled.program) == cmsis_nn.Library()
    assert "CMSIS" not in project_files(compiled.program)["CMakeLists.txt"]


def test_check_without_a_checkout(
    tmp_path: Path, monkeypatch: Monkey, capsys: Captured
) -> None:
    """Flash is estimated then."""
    monkeypatch.delenv(VARIABLE, raising=False)
    model = str(classifier(tmp_path / "chain.tflite"))
    assert check.main([model, "--kernels", "cmsis-nn", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["flash_bytes"] > 0


def test_sources_that_a_function_needs(tmp_path: Path) -> None:
    folder = tmp_path / "Source" / "Some"
    folder.mkdir(parents=True)
    (folder / "arm_a.c").write_text("int\narm_a(int x)\n{ return arm_b(x); }\n")
    (folder / "more.c").write_text("static int arm_b (\n  int x,\n  int y)\n{\n}\n")
    (folder / "arm_b_f32.c").write_text("int arm_b(int x)\n{\n}\n")
    (folder / "arm_c.c").write_text("int arm_c(int x)\n{\n}\n")
    kernels = {"kernels/x_cmsis_nn.c": "(void)arm_a(1);", "kernels/y.c": "arm_d("}
    assert [path.name for path in needed_sources(tmp_path, kernels)] == [
        "arm_a.c",
        "more.c",
    ]
    with pytest.raises(UserError, match=r"CMSIS_NN_DIR: the checkout has no arm_d; "):
        needed_sources(tmp_path, {"y_cmsis_nn.c": "arm_d("})


@needs_cmake
def test_cmake_without_a_checkout(tmp_path: Path) -> None:
    model, out = classifier(tmp_path / "chain.tflite"), tmp_path / "out"
    words = ["--kernels", "cmsis-nn", "--optimize", "none"]
    assert compile_main([str(model), "-o", str(out), *words]) == 0
    command = ["cmake", "-S", out, "-B", tmp_path / "build"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode != 0
    text = " ".join(done.stderr.split())
    assert "CMSIS_NN_DIR='' is no checkout of CMSIS-NN" in text
    assert text.count("CMake Error") == 1


# With CMSIS-NN


@needs_cmsis_nn
@needs_cmake
@pytest.mark.slow
def test_cmake(tmp_path: Path) -> None:
    """The project builds with warnings as errors; no arm_ symbol is ours."""
    model, out = classifier(tmp_path / "chain.tflite"), tmp_path / "out"
    assert compile_main([str(model), "-o", str(out), "--kernels", "cmsis-nn"]) == 0
    build = tmp_path / "build"
    options = ["-DCMAKE_C_FLAGS=-Werror", f"-DCMSIS_NN_DIR={cmsis_nn.checkout()}"]
    for command in (
        ["cmake", "-S", out, "-B", build, *options],
        ["cmake", "--build", build, "--parallel", "2"],
    ):
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    symbols = call(["nm", "--defined-only", str(build / "libchain.a")])
    assert " arm_" not in symbols
    assert "tinyts_softmax_cmsis_nn" in symbols


def sized_windows() -> Iterator[tuple[Axis, Axis, int]]:
    """Windows along both axes, and channels."""
    for taps, pad, stride, dilation in itertools.product(
        ((1, 1), (3, 3), (1, 5), (7, 2)), (0, 1, 2), (1, 2), (1, 2)
    ):
        rows, columns = (
            Axis(t, stride, min(pad, t - 1), dilation, 20, 9) for t in taps
        )
        for channels in (1, 3, 4, 18):
            yield rows, columns, channels


@needs_cmsis_nn
def test_scratch_is_what_cmsis_nn_asks_for(tmp_path: Path) -> None:
    """With its functions for cores with DSP, which no other core exceeds."""
    cases = [*sized_windows()]
    lines = [
        f"show((cmsis_nn_tile){{{c.stride}, {r.stride}}}, "
        f"(cmsis_nn_tile){{{c.padding}, {r.padding}}}, "
        f"(cmsis_nn_tile){{{c.dilation}, {r.dilation}}}, {c.taps}, {r.taps}, {n});"
        for r, c, n in cases
    ]
    (tmp_path / "main.c").write_text("""#include <stdio.h>
#include <arm_nnfunctions.h>
static void show(cmsis_nn_tile stride, cmsis_nn_tile padding, cmsis_nn_tile dilation,
                 int w, int h, int c) {
    const cmsis_nn_conv_params conv = {.stride = stride, .padding = padding,
                                       .dilation = dilation};
    const cmsis_nn_dw_conv_params depthwise = {.stride = stride, .padding = padding,
                                               .dilation = dilation, .ch_mult = 1};
    const cmsis_nn_dims in = {1, 20, 20, c}, out = {1, 9, 9, c};
    const cmsis_nn_dims filter = {5, h, w, c}, one = {1, h, w, c};
    printf("%d %d %d\\n",
           (int)arm_convolve_wrapper_s8_get_buffer_size_dsp(&conv, &in, &filter, &out),
           (int)arm_depthwise_conv_wrapper_s8_get_buffer_size_dsp(&depthwise, &in, &one,
                                                                  &out),
           (int)arm_avgpool_s8_get_buffer_size_dsp(9, c));
}
int main(void) {
""" + "\n".join(lines) + "\n    return 0;\n}\n")
    root = cmsis_nn.checkout()
    kernels = {"main_cmsis_nn.c": (tmp_path / "main.c").read_text()}
    sources = needed_sources(root, kernels)
    call([
        compiler_command(), "-w", f"-I{root / 'Include'}", str(tmp_path / "main.c"),
        *map(str, sources), "-o", str(tmp_path / "sizes"),
    ])  # fmt: skip
    found = call([str(tmp_path / "sizes")]).split()
    expected = [
        size
        for r, c, n in cases
        for size in (
            conv_2d.scratch_bytes(r, c, r.taps * c.taps * n),
            depthwise_conv_2d.scratch_bytes(n, r.pads(0), r, c),
            pools.scratch_bytes(n),
        )
    ]
    assert [*map(int, found)] == expected


@needs_cmsis_nn
@pytest.mark.slow
def test_random_graphs(tmp_path: Path, object_cache: Path) -> None:
    """Every tensor of random graphs, compiled in random ways, on the host."""
    used: set[str] = set()
    for seed in range(GRAPHS):
        drawn = draw(seed)
        if drawn.random_plan:
            continue
        options = replace(compile_options(drawn.options), kernels="cmsis-nn")
        path = tmp_path / f"graph_{seed}.tflite"
        path.write_bytes(random_graph(seed))
        inputs = random_inputs(input_details(path), seed, 3)
        compiled = compile_within_limit(path, options)
        oracle = run_oracle(path, inputs, "tflm", all_tensors=True)
        folder = tmp_path / f"build_{seed}"
        found = find_differences(compiled, oracle, inputs, folder, cache=object_cache)
        assert not found, f"seed {seed}: {found}"
        used |= {layer.kernel for layer in compiled.program.layers}
    assert {"conv_2d_cmsis_nn", "depthwise_conv_2d_cmsis_nn"} <= used


@needs_cmsis_nn
@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize("options", [["--optimize", "none"], []])
@pytest.mark.parametrize("build", [classifier, two_ports])
def test_on_the_emulated_core(
    build: object, options: list[str], tmp_path: Path, capsys: Captured
) -> None:
    model = str(build(tmp_path / "model.tflite"))  # pyright: ignore
    words = ["--kernels", "cmsis-nn", "--on", "qemu", "--layers", "--json"]
    assert run.main([model, *words, *options, "--count", "2"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["differing_bytes"] == 0
    assert result["stack_bytes"] <= result["stack_bound_bytes"] <= 1024


@needs_cmsis_nn
@needs_emulator
@pytest.mark.slow
def test_firmware(tmp_path: Path) -> None:
    options = resolve(kernels="cmsis-nn", optimize="none")
    compiled = compile_path(classifier(tmp_path / "chain.tflite"), options)
    board_ = board("nucleo_f767zi")
    firmware = build_firmware(compiled.program, tmp_path / "firmware", board_)
    assert "arm_softmax_s8" in call(["arm-none-eabi-nm", str(firmware.elf)])


@needs_cmsis_nn
@needs_emulator
@pytest.mark.slow
def test_cores_with_mve_are_refused(tmp_path: Path) -> None:
    """Their scratch is another."""
    command = [
        COMPILER, "-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard",
        f"-I{RUNTIME / 'include'}", f"-I{cmsis_nn.checkout() / 'Include'}", "-c",
        str(RUNTIME / "cmsis_nn" / "softmax_cmsis_nn.c"), "-o", str(tmp_path / "x.o"),
    ]  # fmt: skip
    assert call([*command, *CORE_FLAGS["cortex-m7"]]) == ""
    done = subprocess.run(command, capture_output=True, text=True)
    assert "sizes its scratch for cores without MVE" in done.stderr
