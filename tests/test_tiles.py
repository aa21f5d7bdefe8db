"""Tensors that are cut into columns of tiles: where these lie, and what they hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from kernel_bench import Bench, Reference, differences, reference
from support_unit import function_of, transformed
from xdsl.dialects.builtin import ArrayAttr, IntegerAttr, i64
from xdsl.dialects.func import FuncOp

from lowering.accesses import kernels_of
from lowering.live_ranges import problem_of
from lowering.places.tables import united
from lowering.split_width import BORDERS
from tinyts_dialect.tsbuf import BufferOp, KernelOp, RowsOp, is_window, root_buffer
from tools.compiler import compile_path
from tools.import_tflite import import_tflite
from tools.options import resolve
from tools.tflite_writer import Quant, TFLiteWriter

OPTIONS = {
    "width 2": resolve(split_width=2),
    "width 3, height 2": resolve(
        split_width=3, split_height=2, exec_order="bf", input="arena", alignment=1
    ),
    "width 1, height 4": resolve(
        split_width=1, split_height=4, input="rows", output="arena"
    ),
}


def network(bench: Bench) -> None:
    """Windows over windows of other strides, skips, and ops that take no tiles."""
    x = bench.input((1, 9, 11, 4))
    drawn = bench.weighted(x, (6, 3, 3, 4), 0, 36)
    a = bench.writer.conv_2d(x, **drawn, stride=(2, 1), padding="SAME")
    drawn = bench.weighted(a, (1, 3, 4, 12), 3, 12)
    b = bench.writer.depthwise_conv_2d(a, **drawn, stride=(1, 2), padding="SAME")
    drawn = bench.weighted(b, (6, 1, 1, 12), 0, 12)
    c = bench.writer.conv_2d(b, **drawn)
    pooled = bench.writer.average_pool_2d(
        a, filter=(2, 3), stride=(1, 2), padding="SAME"
    )
    d = bench.writer.add(c, pooled, output=bench.quant())
    gate = bench.writer.mean(d, (1, 2), keep_dims=True)
    e = bench.writer.mul(d, gate, output=bench.quant())
    f = bench.writer.max_pool_2d(e, filter=(3, 3), stride=(1, 1), padding="SAME")
    joined = bench.writer.concatenation([e, e], axis=3)
    drawn = bench.weighted(joined, (5, 2, 2, 12), 0, 48)
    g = bench.writer.conv_2d(joined, **drawn, dilation=(2, 3), padding="SAME")
    bench.writer.output(f, bench.writer.softmax(g))


@pytest.fixture(scope="module")
def against(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    bench = Bench(5)
    network(bench)
    return reference(bench, tmp_path_factory.mktemp("tiles") / "tiles.tflite")


@pytest.mark.parametrize("options", OPTIONS)
def test_every_byte(
    against: Reference, options: str, tmp_path: Path, object_cache: Path
) -> None:
    assert not differences(against, OPTIONS[options], tmp_path, object_cache)


def values(bench: Bench) -> None:
    """Operators that work value by value, some operands broadcast."""
    writer = bench.writer
    x = bench.produced((1, 7, 11, 4))
    a = writer.sub(x, bench.produced((1, 7, 11, 4), 1), output=Quant(0.1, 3))
    b = writer.sub(
        writer.constant(bench.bytes((4,)), Quant(0.05)), a, output=Quant(0.15, 0)
    )
    c = writer.binary("MINIMUM", b, a)
    d = writer.binary("MAXIMUM", c, writer.max_pool_2d(a, filter=(7, 11)))
    slopes = writer.constant(bench.bytes((7, 1, 4)), Quant(0.01))
    e = writer.binary("PRELU", a, slopes, output=Quant(0.1, -20))
    f = writer.unary("LOGISTIC", e, output=Quant(1 / 256, -128))
    f = writer.binary("SQUARED_DIFFERENCE", e, f, output=Quant(0.2, -100))
    f = writer.binary("DIV", f, b, output=Quant(0.1, 9))
    writer.output(d, f, writer.max_pool_2d(e, filter=(3, 2), padding="SAME"))


def test_values(tmp_path: Path, object_cache: Path) -> None:
    bench = Bench(6)
    values(bench)
    against = reference(bench, tmp_path / "values.tflite")
    options = OPTIONS["width 3, height 2"]
    assert not differences(against, options, tmp_path, object_cache)


def packed(bench: Bench) -> None:
    """Layers that have variants: windows of three channels, of seven, of many taps."""
    writer, relu = bench.writer, {"activation": "RELU", "output": Quant(0.05, -128)}
    x = bench.input((1, 9, 11, 3))
    drawn = bench.weighted(x, (8, 3, 3, 3), 0, 27)
    a = writer.conv_2d(x, **drawn, padding="SAME")
    drawn = bench.weighted(a, (7, 2, 3, 8), 0, 48)
    b = writer.conv_2d(a, **{**drawn, **relu}, padding="SAME")
    drawn = bench.weighted(b, (1, 3, 3, 7), 3, 9)
    c = writer.depthwise_conv_2d(b, **{**drawn, **relu}, padding="SAME")
    drawn = bench.weighted(c, (7, 1, 1, 7), 0, 7)
    d = writer.conv_2d(c, **drawn)
    e = writer.add(d, b, output=bench.quant())
    drawn = bench.weighted(e, (22, 1, 1, 7), 0, 7)
    f = writer.conv_2d(e, **drawn)
    drawn = {**bench.weighted(f, (1, 5, 7, 22), 3, 35), "activation": "NONE"}
    writer.output(writer.depthwise_conv_2d(f, **drawn, padding="SAME"))
    drawn = {**bench.weighted(e, (1, 3, 3, 7), 3, 9), "activation": "NONE"}
    writer.output(writer.depthwise_conv_2d(e, **drawn, stride=(2, 2), padding="SAME"))


VARIANTS = {
    "conv_2d_tiles_direct",
    "depthwise_conv_2d_tiles_pixels",
    "add_tiles_linear",
}


@pytest.mark.parametrize("width", [1, 4])
def test_variants(width: int, tmp_path: Path, object_cache: Path) -> None:
    bench = Bench(8)
    packed(bench)
    against = reference(bench, tmp_path / "packed.tflite")
    options = resolve(split_width=width, split_height=2)
    placed = compile_path(against.path, options).placed
    names = {call.function for call in kernels_of(function_of(placed))}
    assert names == VARIANTS
    assert not differences(against, options, tmp_path, object_cache)


def calls(writer: TFLiteWriter, split: str) -> list[KernelOp]:
    passes = f"{split},fold-slices,schedule,convert-tinyts-to-tsbuf"
    return kernels_of(function_of(transformed(import_tflite(writer.finish()), passes)))


def chain(last: str) -> TFLiteWriter:
    """A pool, a pool of windows of two columns, and an op that reads its result."""
    writer = TFLiteWriter("chain")
    x = writer.input("x", shape=(1, 4, 6, 2), scale=0.5, zero_point=7)
    a = writer.max_pool_2d(x, filter=(1, 1))
    b = writer.max_pool_2d(a, filter=(1, 2), padding="SAME")
    writer.output(
        writer.mean(b, (1, 2)) if last == "mean" else writer.softmax(b)
    )
    return writer


def table(call: KernelOp, position: int | None = None) -> RowsOp:
    """The table that a call writes, or one that it reads."""
    access = call.writes()[0] if position is None else call.reads()[position]
    return access.table


def test_windows_span_tiles() -> None:
    """A pixel's window reads a second column of tiles, but for the last one."""
    found = calls(chain("softmax"), "split-height{height=2},split-width{width=2}")
    seconds = [call for call in found if call.layer == found[2].layer]
    assert {call.kernel.data for call in found} == {
        "max_pool_2d_tiles",
        "softmax_tiles",
    }
    reads = [[access[2:] for access in call.reads()] for call in seconds]
    assert reads[:3] == [
        [(0, 2), (4, 6)],
        [(4, 6), (8, 10)],
        [(8, 10), (0, 0)],  # operands of all calls of a layer are the same
    ]
    writes = [call.writes()[0] for call in seconds]
    assert [access[2:] for access in writes[:3]] == [(0, 2), (4, 6), (8, 10)]
    middle = table(found[0])
    assert middle.columns() == (0, 2, 4, 6)
    assert middle.row_count == 12
    assert [first for _, first, _ in middle.parts()] == [0, 2, 4, 6, 8, 10]
    buffers = {root_buffer(buffer) for buffer in middle.buffers}
    assert all(isinstance(buffer, BufferOp) for buffer in buffers)
    assert {buffer.image for buffer in buffers} == {(2, 2, 2)}


def test_rows_lie_in_one_piece_for_kernels_without_tiles() -> None:
    found = calls(chain("mean"), "split-height{height=2},split-width{width=4}")
    (mean,) = (call for call in found if call.kernel.data == "mean")
    rows = table(mean, 0)
    assert rows.borders is None
    assert [buffer.type.data for buffer in rows.buffers] == [(2, 6, 2)] * 2
    before = found[found.index(mean) - 1]
    (tiles,) = {table(call) for call in found if call.layer == before.layer}
    assert tiles.columns() == (0, 4, 6)
    assert all(is_window(buffer) for buffer in tiles.buffers)
    roots = {root_buffer(buffer) for buffer in tiles.buffers}
    assert roots == {root_buffer(buffer) for buffer in rows.buffers}


def test_rows_that_overlap_lie_together() -> None:
    assert united([(4, 6), (0, 2), (1, 4), (6, 7)]) == [(0, 4), (4, 6), (6, 7)]
    assert united([]) == []


def test_outputs_of_tiles_are_whole(tmp_path: Path) -> None:
    """A returned tensor lies in the caller's memory; tiles are windows of it."""
    writer = TFLiteWriter("returned")
    x = writer.input("x", shape=(1, 3, 5, 2), scale=0.5, zero_point=7)
    writer.output(writer.max_pool_2d(x, filter=(2, 2), padding="SAME"))
    found = calls(writer, "split-width{width=3}")
    (tiles,) = {table(call) for call in found}
    ports = {root_buffer(buffer).port.data.direction for buffer in tiles.buffers}
    assert ports == {"output"}
    assert np.diff(tiles.columns()).tolist() == [3, 2]


def planned_calls(borders: dict[str, list[int]]) -> tuple[FuncOp, list[KernelOp]]:
    """Three pools, then their sum; those with borders are computed in tiles."""
    writer = TFLiteWriter("eaten")
    x = writer.input("x", shape=(1, 3, 6, 4), scale=0.5, zero_point=7)
    a = writer.max_pool_2d(x, filter=(1, 2), padding="SAME")
    b = writer.max_pool_2d(a, filter=(1, 1))
    c = writer.max_pool_2d(a, filter=(1, 3), padding="SAME")
    writer.output(writer.add(b, c, output=Quant(0.5, 0)))
    module = import_tflite(writer.finish())
    for op, name in zip(function_of(module).body.ops, "abcd", strict=False):
        if name in borders:
            ends = [IntegerAttr(end, i64) for end in borders[name]]
            op.attributes[BORDERS] = ArrayAttr(ends)
    passes = "split-height{height=1},split-width,fold-slices,schedule{order=bf}"
    lowered = transformed(module, f"{passes},convert-tinyts-to-tsbuf,plan-arena")
    function = function_of(transformed(lowered, "verify-arena"))
    return function, kernels_of(function)


def test_rows_are_eaten_by_tiles() -> None:
    """Rows of another tensor die tile by tile, where tiles read no more than theirs."""
    function, found = planned_calls({"b": [2, 4, 6]})
    first, (pool,) = table(found[0]), {table(call, 0) for call in found[3:12]}
    assert first.borders is None
    assert pool.columns() == (0, 2, 4, 6)
    roots = {root_buffer(buffer) for buffer in first.buffers}
    assert {root_buffer(buffer) for buffer in pool.buffers} == roots
    assert table(found[12], 0) is first  # whole rows are read as whole rows

    function, found = planned_calls({"b": [2, 4, 6], "c": [2, 4, 6], "d": [2, 4, 6]})
    windows = {table(call, 0) for call in found[12:21]}
    assert windows == {table(found[0])}  # a window reads beyond its tile

    function, found = planned_calls({"b": [2, 4, 6]})
    problem = problem_of(function)
    buffer = root_buffer(table(found[0]).buffers[0])
    pieces = problem.blocks[problem.buffers.index(buffer)].pieces
    assert len(pieces) == 1  # the row is still needed as a whole
    function, found = planned_calls({"b": [2, 4, 6], "d": [1, 6]})
    sums = {table(call, -1) for call in found if call.kernel.data == "add_tiles"}
    assert {rows.columns() for rows in sums} == {(0, 1, 6)}
    buffer = root_buffer(next(iter(sums)).buffers[0])
    problem = problem_of(function)
    pieces = problem.blocks[problem.buffers.index(buffer)].pieces
    assert [(piece.offset, piece.size) for piece in pieces] == [(0, 4), (4, 20)]
