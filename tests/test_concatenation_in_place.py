"""Concatenations in place: which tensors become windows, and what they compute."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support_unit import (
    Case,
    case,
    function_of,
    parse,
    random_bytes,
    tflm_outputs,
    transformed,
)
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException

from emitc.read_program import read_program
from lowering.accesses import held_rows, kernels_of, window_bytes
from lowering.places.concatenation_places import Place, outermost
from tinyts_dialect.tsbuf import Image, KernelOp, Layout, RowsOp, ViewOp, is_window
from tools.compiler import compile_path
from tools.host_run import SANITIZERS, build, run
from tools.options import resolve
from tools.tflite_writer import Quant, TFLiteWriter

Build = Callable[[TFLiteWriter, int], int | tuple[int, ...]]

PIPELINES = {
    "whole": "fuse-pad,",
    "height-1-df": "split-height{height=1},fold-slices,schedule{order=df},",
    "height-2-bf": "split-height{height=2},fold-slices,schedule{order=bf},",
    "height-3-df": "split-height{height=3},fold-slices,schedule{order=df},",
}


def convolution(
    writer: TFLiteWriter, x: int, channels: int, kernel: int = 3, stride: int = 1
) -> int:
    random = np.random.default_rng(channels)
    return writer.conv_2d(
        x,
        weights=random_bytes(random, (channels, kernel, kernel, writer.shape(x)[3])),
        bias=random.integers(-900, 900, channels, dtype=np.int32),
        weight_scales=random.uniform(0.002, 0.004, channels),
        output=Quant(0.5, 3),
        stride=(stride, stride),
    )


def channels(writer: TFLiteWriter, x: int) -> int:
    """A fire module: two convolutions side by side."""
    squeezed = convolution(writer, x, 3, kernel=1)
    wide = [convolution(writer, squeezed, 4, 1), convolution(writer, squeezed, 5, 3)]
    return convolution(writer, writer.concatenation(wide, axis=3), 4)


def columns(writer: TFLiteWriter, x: int) -> int:
    halves = [convolution(writer, x, 4, kernel) for kernel in (1, 3)]
    return convolution(writer, writer.concatenation(halves, axis=2), 3)


def rows(writer: TFLiteWriter, x: int) -> int:
    """Inputs whose slices do not meet those of the result."""
    halves = [convolution(writer, x, 4, 3), convolution(writer, x, 4, 1)]
    return convolution(writer, writer.concatenation(halves, axis=1), 3)


def nested(writer: TFLiteWriter, x: int) -> int:
    inner = [convolution(writer, x, 2, 1), convolution(writer, x, 3, 3)]
    joined = writer.concatenation(inner, axis=3)
    other = convolution(writer, x, 5, 3)
    return convolution(writer, writer.concatenation([other, joined], axis=1), 3)


def partly(writer: TFLiteWriter, x: int) -> tuple[int, ...]:
    """The input of the network, a tensor read twice, and one that is an output."""
    skip = convolution(writer, x, 3, 3)
    deep = convolution(writer, skip, 2, 3)
    out = convolution(writer, skip, 3, 1)
    scaled = writer.add(x, x, output=Quant(0.5, 3))
    joined = writer.concatenation([skip, scaled, out, deep, skip], axis=3)
    return convolution(writer, joined, 4), out


def output(writer: TFLiteWriter, x: int) -> int:
    """The result is an output of the network."""
    return writer.concatenation(
        [convolution(writer, x, 4, 1), convolution(writer, x, 3, 3)], axis=3
    )


def floats(writer: TFLiteWriter, x: int) -> int:
    """Branches that are dequantized before they are joined: four bytes a value."""
    heads = [convolution(writer, x, 4, 1), convolution(writer, x, 3, 3)]
    return writer.concatenation([writer.dequantize(head) for head in heads], axis=3)


def pads(writer: TFLiteWriter, x: int) -> int:
    """Kernels that copy, pool and pad write windows too."""
    small = writer.max_pool_2d(x, filter=(2, 2))
    padded = writer.pad(small, ((0, 0), (1, 0), (0, 1), (0, 0)))
    product = writer.mul(x, x, output=Quant(0.5, 7))
    pooled = writer.average_pool_2d(x, filter=(3, 3), padding="SAME")
    return writer.max_pool_2d(
        writer.concatenation([padded, product, pooled], axis=3), filter=(3, 1)
    )


def vectors(writer: TFLiteWriter, x: int) -> int:
    flat = writer.reshape(x, (1, -1))
    random = np.random.default_rng(3)
    heads = [
        writer.fully_connected(
            flat,
            weights=random_bytes(random, (size, writer.shape(flat)[1])),
            bias=None,
            weight_scales=[0.002],
            output=Quant(0.4),
        )
        for size in (3, 5)
    ]
    return writer.softmax(writer.concatenation(heads, axis=1))


def reshaped(writer: TFLiteWriter, x: int) -> int:
    """Reshapes around a concatenation share its bytes."""
    heads = [
        writer.reshape(convolution(writer, x, 4, 1), (1, 15, 8)),
        writer.reshape(convolution(writer, x, 4, 3), (1, 15, 8)),
    ]
    joined = writer.concatenation(heads, axis=1)
    return writer.softmax(writer.reshape(joined, (1, 1, 60, 4)))


CASES: dict[str, tuple[Build, int, int]] = {
    "channels": (channels, 2, 0),
    "columns": (columns, 2, 0),
    "rows": (rows, 2, 0),
    "nested": (nested, 3, 0),
    "partly": (partly, 2, 3),
    "output": (output, 2, 0),
    "floats": (floats, 2, 0),
    "pads": (pads, 3, 0),
    "vectors": (vectors, 2, 0),
    "reshaped": (reshaped, 0, 0),
}
"""Each network with how many windows kernels compute, and how many are copied."""


def network(name: str) -> Case:
    writer = TFLiteWriter(name)
    x = writer.input("x", shape=(1, 6, 5, 3), scale=0.5, zero_point=7)
    outputs = CASES[name][0](writer, x)
    writer.output(*(outputs if isinstance(outputs, tuple) else (outputs,)))
    return case(name, writer)


def lowered(module: ModuleOp, before: str, options: str = "") -> ModuleOp:
    return transformed(
        module,
        f"{before}convert-tinyts-to-tsbuf{{concatenation=in-place {options}}},"
        "plan-arena,verify-arena",
    )


def kernels(module: ModuleOp) -> list[KernelOp]:
    return kernels_of(function_of(module))


def tables_of_windows(module: ModuleOp) -> set[RowsOp]:
    """Tables of windows that kernels write."""
    return {
        access.table
        for kernel in kernels(module)
        for access in kernel.writes()
        if any(map(is_window, access.table.buffers))
    }


@pytest.fixture(scope="module")
def expected() -> dict[str, list[np.ndarray]]:
    found = tflm_outputs([network(name) for name in CASES])
    return dict(zip(CASES, found, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_what_lies_in_place(name: str) -> None:
    module = lowered(network(name).module, "")
    _, inside, copied = CASES[name]
    calls = [k for k in kernels(module) if "part_of_rows" in k.attributes]
    assert len(calls) == copied
    assert len(tables_of_windows(module)) == inside + copied
    joining = any(k.kernel.data == "concatenation" for k in kernels(module))
    assert joining == (not inside)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("pipeline", PIPELINES)
def test_bytes(
    name: str,
    pipeline: str,
    expected: dict[str, list[np.ndarray]],
    tmp_path: Path,
    object_cache: Path,
) -> None:
    """All kernels honour the pitch of pixels, with sanitizers."""
    model = network(name)
    places = "input=arena output=arena overlap=trail" if "2" in pipeline else ""
    placed = lowered(model.module, PIPELINES[pipeline], places)
    assert bool(tables_of_windows(placed)) == (name != "reshaped")
    program = read_program(placed)
    executable = build(program, tmp_path, flags=SANITIZERS, cache=object_cache)
    found = run(executable, program, model.inputs).outputs
    for ours, theirs in zip(found, expected[name], strict=True):
        np.testing.assert_array_equal(ours, theirs.reshape(ours.shape))


@pytest.mark.parametrize("name", ["channels", "rows", "output"])
def test_the_search_takes_it_where_it_is_smaller(name: str, tmp_path: Path) -> None:
    model = tmp_path / "model.tflite"
    model.write_bytes(network(name).model)
    compiled = compile_path(model, resolve())
    assert tables_of_windows(compiled.placed)
    plain = compile_path(model, resolve(optimize="none"))
    assert not tables_of_windows(plain.placed)
    assert compiled.arena_bytes < plain.arena_bytes


# Arithmetic


def test_places() -> None:
    places = {"a": ("b", Place(1, 2, 3)), "b": ("c", Place(10, 20, 30))}
    assert outermost(places, "a", Place(0, 0, 5)) == ("c", Place(11, 22, 38))
    assert outermost(places, "c", Place(1, 1, 1)) == ("c", Place(1, 1, 1))
    around = Image(8, 5, 4)
    assert Place(2, 3, 1).layout(around, 1) == Layout(3 * 20 + 3 * 4 + 1, 20, 4)
    assert Place(-2, 0, 0).layout(around, 2) == Layout(0, 20, 4)


WINDOWS = """
!b1 = !tsbuf.buffer<2x2x1xi8>
!b2 = !tsbuf.buffer<2x2x2xi8>
!b3 = !tsbuf.buffer<2x2x3xi8>
!t1 = !tsbuf.table<2x2x1xi8>
!t2 = !tsbuf.table<2x2x2xi8>
!t3 = !tsbuf.table<2x2x3xi8>
#q = #tinyts.quant<1.0 : f32, 0>
tsbuf.arena @sram {{bytes = 32, alignment = 4}}
func.func @net() {{
  %x = tsbuf.external {{
    port = #tsbuf.port<input 0 "x" layer 0 [4] #q>}} : !b1
  %y = tsbuf.external {{
    port = #tsbuf.port<output 0 "y" layer 1 [12] #q>}} : !b3
  %b = tsbuf.buffer {{offset = 4}} : !b3
  %v = tsbuf.view %b {{layout = {0}}} : !b3 -> !b1
  %w = tsbuf.view %b {{layout = {1}}} : !b3 -> !b2
  %xs = tsbuf.rows %x {{starts = [0]}} : (!b1) -> !t1
  %ys = tsbuf.rows %y {{starts = [0]}} : (!b3) -> !t3
  %bs = tsbuf.rows %b {{starts = [0]}} : (!b3) -> !t3
  %vs = tsbuf.rows %v {{starts = [0]}} : (!b1) -> !t1
  %ws = tsbuf.rows %w {{starts = [0]}} : (!b2) -> !t2
  tsbuf.kernel "any" outs(output = %vs [0, 2] : !t1)
    ins(input = %xs [0, 2] : !t1) layer 1 params {{}}
  tsbuf.kernel "any" outs(output = %ws [0, {2}] : !t2)
    ins(input = %{3}s [0, 2] : !t1) layer 2 params {{}}
  tsbuf.kernel "any" outs(output = %ys [0, 2] : !t3)
    ins(input = %bs [0, 2] : !t3) layer 3 params {{}}
  return
}}
"""


def windows(first: int, second: int, rows: int, source: str) -> ModuleOp:
    """Two windows of channels, at the given bytes, are written, then all is read.

    The second call writes some rows and reads `x`, or `v`, which is the first window.
    """
    layouts = [
        f"#tsbuf.layout<offset {offset}, row_pitch 6, pixel_pitch 3>"
        for offset in (first, second)
    ]
    return parse(WINDOWS.format(*layouts, rows, source))


def test_bytes_of_a_window() -> None:
    module = windows(0, 1, 2, "x")
    (_, second, _) = kernels(module)
    (held,) = held_rows(second.writes()[0]._replace(first=1))
    assert window_bytes(held).tolist() == [7, 8, 10, 11]
    owner = held.buffer.owner
    assert isinstance(owner, ViewOp)
    assert owner.image == Image(2, 2, 2)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((0, 1, 2, "x"), None),
        ((2, 0, 2, "x"), None),
        ((1, 1, 2, "x"), "kernel 2 .*: input 'input' was overwritten"),
        ((0, 1, 1, "x"), "kernel 2 .*: input 'input' was overwritten"),
        # A kernel that reads one window and writes another of the same buffer.
        ((0, 1, 2, "v"), "kernel 1 .*: 'output' overlaps its operands"),
    ],
)
def test_every_byte_of_windows_is_proven(
    values: tuple[int, int, int, str], message: str | None
) -> None:
    """Between them two windows write all bytes, or it is an error to read these."""
    module = windows(*values)
    if message is None:
        transformed(module, "verify-arena")
        return
    with pytest.raises(PassFailedException, match=message):
        transformed(module, "verify-arena")
