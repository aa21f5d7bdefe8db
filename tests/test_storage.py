"""`convert-tinyts-to-tsbuf`: where tensors lie, and which calls compute them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from support_unit import function_of, parse, transformed
from xdsl.dialects.builtin import ModuleOp
from xdsl.utils.exceptions import PassFailedException

from lowering.accesses import kernels_of
from tinyts_dialect import attributes
from tinyts_dialect.tsbuf import (
    BufferOp,
    ConstantBufferOp,
    ExternalOp,
    KernelOp,
    Port,
    RowsOp,
    ViewOp,
    root_buffer,
)
from tools.import_tflite import import_tflite
from tools.tflite_writer import Quant, TFLiteWriter

Build = Callable[[TFLiteWriter, int], int | tuple[int, ...]]

SPLIT = "split-height{height=1},fold-slices,schedule{order=df},"


def network(build: Build) -> ModuleOp:
    """A model of one input [1, 6, 5, 2]; `build` returns its outputs."""
    writer = TFLiteWriter("network")
    x = writer.input("x", shape=(1, 6, 5, 2), scale=0.5, zero_point=7)
    outputs = build(writer, x)
    writer.output(*(outputs if isinstance(outputs, tuple) else (outputs,)))
    return import_tflite(writer.finish())


def lowered(
    build: Build | ModuleOp,
    before: str = "",
    input: str = "external",
    output: str = "external",
) -> ModuleOp:
    module = build if isinstance(build, ModuleOp) else network(build)
    places = f"input={input} output={output}"
    return transformed(module, f"{before}convert-tinyts-to-tsbuf{{{places}}}")


def kernels(module: ModuleOp) -> list[KernelOp]:
    return kernels_of(function_of(module))


def calls(module: ModuleOp) -> list[tuple[str, int, int]]:
    """Kernel and output rows of every call."""
    return [
        (kernel.kernel.data, kernel.writes()[0].first, kernel.writes()[0].last)
        for kernel in kernels(module)
    ]


def output_table(module: ModuleOp, position: int) -> RowsOp:
    """The table that a call writes."""
    return kernels(module)[position].writes()[0].table


def input_table(module: ModuleOp, position: int) -> RowsOp:
    """The first table that a call reads."""
    return kernels(module)[position].reads()[0].table


def port_of(table: RowsOp) -> Port | None:
    memory = root_buffer(table.buffers[0])
    assert isinstance(memory, BufferOp | ExternalOp)
    return None if memory.port is None else memory.port.data


def parts(table: RowsOp) -> list[tuple[int, int]]:
    """Rows that each buffer of a table holds."""
    return [(first, last) for _, first, last in table.parts()]


def count(module: ModuleOp, kind: type[object]) -> int:
    return sum(isinstance(op, kind) for op in function_of(module).body.block.ops)


def pooled(writer: TFLiteWriter, x: int, rows: int = 2, stride: int = 1) -> int:
    return writer.max_pool_2d(x, filter=(rows, 1), stride=(stride, 1))


# Tensors of several slices


def test_slices_of_a_layer_are_rows_of_one_table() -> None:
    module = lowered(lambda w, x: pooled(w, pooled(w, x)), SPLIT)
    names = {kernel.layer.value.data for kernel in kernels(module)}
    tables = {k.writes()[0].table for k in kernels(module)}
    assert len(names) == len(tables) == 2
    middle = output_table(module, 0)
    assert middle.image == (5, 5, 2)
    assert parts(middle) == [(row, row + 1) for row in range(5)]
    assert all(isinstance(b.owner, BufferOp) for b in middle.buffers)
    assert calls(module)[:3] == [
        ("max_pool_2d", 0, 1),
        ("max_pool_2d", 1, 2),
        ("max_pool_2d", 0, 1),
    ]


def test_whole_tensors_have_one_buffer() -> None:
    module = lowered(lambda w, x: pooled(w, pooled(w, x)))
    assert calls(module) == [("max_pool_2d", 0, 5), ("max_pool_2d", 0, 4)]
    assert parts(output_table(module, 0)) == [(0, 5)]


def test_slices_of_an_output_are_rows_of_the_callers_memory() -> None:
    module = lowered(lambda w, x: pooled(w, x), SPLIT)
    assert len(kernels(module)) == 5
    table = output_table(module, 4)
    assert parts(table) == [(0, 5)]
    assert {output_table(module, k) for k in range(5)} == {table}
    assert isinstance(table.buffers[0].owner, ExternalOp)


def test_dead_rows_are_gaps() -> None:
    """A stride of 2 reads every other row; the others are not computed."""
    module = lowered(lambda w, x: pooled(w, pooled(w, x, 2), 1, 2), SPLIT)
    middle = output_table(module, 0)
    assert middle.image.height == 5
    assert parts(middle) == [(0, 1), (2, 3), (4, 5)]
    rows = [call[1] for call in calls(module)]
    assert rows == [0, 0, 2, 1, 4, 2]
    reads = [kernels(module)[k].reads()[0] for k in (1, 3, 5)]
    assert [(read.first, read.last) for read in reads] == [(0, 1), (2, 3), (4, 5)]


def test_padding_is_that_of_the_whole_layer() -> None:
    """Every slice is called with the same layer structure, border or not."""

    def build(writer: TFLiteWriter, x: int) -> int:
        return writer.average_pool_2d(x, filter=(3, 3), padding="SAME")

    module = lowered(lambda w, x: build(w, build(w, x)), SPLIT)
    params = {str(kernel.params) for kernel in kernels(module)}
    assert len(params) == 1
    assert "padding = {h = 1 : i32, w = 1 : i32}" in params.pop()


QUANT = "#tinyts.quant<5.000000e-01 : f32, 0>"
WINDOW = "#tinyts.window<[1, 1], stride [1, 1], pads [0, 0, 0, 0]>"


def pool_text(name: str, source: str, rows: int, properties: str) -> str:
    """One line: `%name` is a pool of 1x1 windows over `rows` rows of %source."""
    type_ = tensor(rows)
    return (
        f"%{name} = tinyts.max_pool_2d %{source} {{window = {WINDOW}, "
        f"clamp = #tinyts.clamp<-128, 127>, {properties}}} : ({type_}) -> {type_}"
    )


def tensor(rows: int, columns: int = 3) -> str:
    return f"tensor<1x{rows}x{columns}x1xi8, {QUANT}>"


def function(rows: int, *lines: str, result: str, result_rows: int) -> ModuleOp:
    """A function of one argument %x of `rows` rows."""
    body = "\n".join(lines)
    return parse(
        f"func.func @f(%x : {tensor(rows)}) -> {tensor(result_rows)} {{\n{body}\n"
        f"func.return %{result} : {tensor(result_rows)}\n}}"
    )


def rect(first: int, last: int) -> str:
    return f"#tinyts.rect<[{first}, {last}], [0, 3]>"


def slice_text(name: str, source: str, rows: int, first: int, last: int) -> str:
    return (
        f"%{name} = tinyts.slice %{source} <[{first}, {last}], [0, 3]> : "
        f"{tensor(rows)} -> {tensor(last - first)}"
    )


def refused(module: ModuleOp, message: str, before: str = "") -> None:
    with pytest.raises(PassFailedException, match=message) as error:
        lowered(module, before)
    assert "\n" not in str(error.value)


def joined(*rows: tuple[int, int], result: str, height: int) -> tuple[str, ...]:
    """Parts %p0, %p1, ... of layer 1 that compute the given rows, and their concat."""
    lines: list[str] = []
    for number, (first, last) in enumerate(rows):
        lines.append(slice_text(f"s{number}", "x", 4, first, last))
        lines.append(
            pool_text(
                f"p{number}",
                f"s{number}",
                last - first,
                f"layer = 1 : i64, rect = {rect(first, last)}",
            )
        )
    names = ", ".join(f"%p{number}" for number in range(len(rows)))
    types = ", ".join(tensor(last - first) for first, last in rows)
    places: list[str] = []
    start = 0
    for first, last in rows:
        places.append(rect(start, start + last - first))
        start += last - first
    lines.append(
        f"%{result} = tinyts.concat {names} {{places = [{', '.join(places)}]}} : "
        f"({types}) -> {tensor(height)}"
    )
    return tuple(lines)


def test_parts_in_any_order_of_computation() -> None:
    lines = joined((0, 1), (1, 3), (3, 4), result="y", height=4)
    swapped = (*lines[4:6], *lines[:4], lines[6])
    module = lowered(function(4, *swapped, result="y", result_rows=4))
    assert [call[1:] for call in calls(module)] == [(3, 4), (0, 1), (1, 3)]
    assert parts(output_table(module, 0)) == [(0, 4)]


@pytest.mark.parametrize("second", [(0, 2), (1, 3)])
def test_rows_computed_twice(second: tuple[int, int]) -> None:
    lines = joined((0, 2), second, result="y", height=4)
    module = function(4, *lines, result="y", result_rows=4)
    refused(module, "rows of layer 1 are computed twice")


def test_joined_rows_must_follow_each_other() -> None:
    lines = joined((0, 1), (2, 3), result="y", height=2)
    module = function(4, *lines, result="y", result_rows=2)
    refused(module, "joins rows that do not follow each other")
    lines = joined((1, 2), (0, 1), result="y", height=2)
    module = function(4, *lines, result="y", result_rows=2)
    refused(module, "joins rows that do not follow each other")


def test_columns_are_refused_by_kernels_without_tiles() -> None:
    lines = [
        f"%s = tinyts.slice %x <[0, 4], [1, 3]> : {tensor(4)} -> {tensor(4, 2)}",
        f"%r = tinyts.reshape %s {{layer = 2 : i64}} : ({tensor(4, 2)}) -> "
        f"tensor<1x8xi8, {QUANT}>",
        f"%y = tinyts.reshape %r {{layer = 3 : i64}} : (tensor<1x8xi8, {QUANT}>) -> "
        "tensor<1x2x4x1xi8, " + QUANT + ">",
    ]
    module = parse(
        f"func.func @f(%x : {tensor(4)}) -> tensor<1x2x4x1xi8, {QUANT}> {{\n"
        + "\n".join(lines)
        + f"\nfunc.return %y : tensor<1x2x4x1xi8, {QUANT}>\n}}"
    )
    refused(module, "slices of columns cannot be lowered here")


def test_pads_over_existing_rows_are_refused() -> None:
    """The kernel would read the rows above the slice, not padding."""
    window = "#tinyts.window<[2, 1], stride [1, 1], pads [1, 0, 0, 0]>"
    lines = [
        slice_text("s", "x", 4, 2, 4),
        f"%y = tinyts.max_pool_2d %s {{window = {window}, layer = 1 : i64, "
        f"clamp = #tinyts.clamp<-128, 127>}} : ({tensor(2)}) -> {tensor(2)}",
    ]
    module = function(4, *lines, result="y", result_rows=2)
    refused(module, "pads rows that exist in its input")


@pytest.mark.parametrize("place", ["input", "output"])
def test_unknown_places(place: str) -> None:
    with pytest.raises(PassFailedException, match="'flash' is not one of external"):
        lowered(lambda w, x: pooled(w, x), **{place: "flash"})


def test_one_function_is_expected() -> None:
    text = str(network(lambda w, x: pooled(w, x)).body.block.first_op)
    module = parse(f"{text}\n{text.replace('@model', '@other')}")
    refused(module, "has 2 functions; expected one")
    refused(parse("builtin.module {}"), "has 0 functions; expected one")


def test_lowered_twice() -> None:
    once = lowered(lambda w, x: pooled(w, x))
    refused(once, "convert-tinyts-to-tsbuf: ")


# Inputs, outputs, constants


@pytest.mark.parametrize("before", ["", SPLIT])
@pytest.mark.parametrize("place", ["external", "arena"])
def test_places_of_inputs_and_outputs(before: str, place: str) -> None:
    module = lowered(lambda w, x: pooled(w, x), before, place, place)
    kind = ExternalOp if place == "external" else BufferOp
    tables = input_table(module, 0), output_table(module, 0)
    for table, direction, name in zip(
        tables, ("input", "output"), ("x", "max_pool_2d_0"), strict=True
    ):
        assert isinstance(table.buffers[0].owner, kind)
        port = port_of(table)
        assert port is not None
        assert (port.direction, port.index, port.name) == (direction, 0, name)
    quant = attributes.Quant(0.5, 7)
    assert port_of(tables[0]) == Port("input", 0, "x", 0, (1, 6, 5, 2), quant)


def test_returned_arguments_are_copied() -> None:
    module = lowered(lambda w, x: (pooled(w, x), x))
    assert calls(module) == [("max_pool_2d", 0, 5), ("reshape", 0, 6)]
    copy = kernels(module)[1]
    source, target = port_of(copy.reads()[0].table), port_of(copy.writes()[0].table)
    assert source is not None
    assert target is not None
    assert (source.direction, target.direction, target.index) == ("input", "output", 1)


def test_a_tensor_returned_twice_is_copied_once() -> None:
    def build(writer: TFLiteWriter, x: int) -> tuple[int, ...]:
        y = pooled(writer, x)
        return y, y

    module = lowered(build)
    assert calls(module) == [("max_pool_2d", 0, 5), ("reshape", 0, 5)]
    first, second = output_table(module, 0), output_table(module, 1)
    assert input_table(module, 1) == first
    ports = port_of(first), port_of(second)
    assert [port.index for port in ports if port is not None] == [0, 1]


def test_returned_rows_are_copied() -> None:
    lines = [
        pool_text("p", "x", 4, "layer = 1 : i64"),
        slice_text("y", "p", 4, 1, 3),
    ]
    module = lowered(function(4, *lines, result="y", result_rows=2))
    assert calls(module) == [("max_pool_2d", 0, 4), ("reshape", 0, 2)]
    read = kernels(module)[1].reads()[0]
    assert (read.first, read.last) == (1, 3)


def test_outputs_that_are_read_again_lie_in_the_output() -> None:
    def build(writer: TFLiteWriter, x: int) -> tuple[int, ...]:
        y = pooled(writer, x)
        return y, pooled(writer, y)

    module = lowered(build)
    assert len(kernels(module)) == 2
    assert input_table(module, 1) == output_table(module, 0)
    assert count(module, BufferOp) == 0


def test_constant_operands_lie_in_flash() -> None:
    def build(writer: TFLiteWriter, x: int) -> int:
        values = np.arange(10, dtype=np.int8).reshape(1, 1, 5, 2)
        constant = writer.constant(values, Quant(0.5))
        return writer.add(x, constant, output=Quant(1.0))

    module = lowered(build, SPLIT)
    assert count(module, ConstantBufferOp) == 1
    constant = kernels(module)[0].reads()[1]
    assert isinstance(constant.table.buffers[0].owner, ConstantBufferOp)
    assert {(k.reads()[1].first, k.reads()[1].last) for k in kernels(module)} == {
        (0, 1)
    }


@pytest.mark.parametrize("place", ["external", "arena"])
def test_inputs_that_nobody_reads_are_inputs(place: str) -> None:
    """The caller passes all inputs of the model."""

    def build(writer: TFLiteWriter, x: int) -> int:
        unused = writer.input("unused", shape=(1, 2, 2, 1), scale=1.0)
        assert unused
        return pooled(writer, x)

    module = transformed(lowered(build, input=place), "plan-arena,verify-arena")
    ports = [
        op.port.data
        for op in function_of(module).body.block.ops
        if isinstance(op, BufferOp | ExternalOp) and op.port is not None
    ]
    assert sorted(port.name for port in ports if port.direction == "input") == [
        "unused",
        "x",
    ]


# Reshapes


def reshaped(writer: TFLiteWriter, x: int) -> int:
    return writer.reshape(pooled(writer, x), (1, 10, 5, 1))


def test_a_reshape_shares_the_bytes_of_its_input() -> None:
    module = lowered(lambda w, x: pooled(w, reshaped(w, x)))
    assert calls(module) == [("max_pool_2d", 0, 5), ("max_pool_2d", 0, 9)]
    view = input_table(module, 1).buffers[0].owner
    assert isinstance(view, ViewOp)
    assert view.image == (10, 5, 1)
    assert view.buffer == output_table(module, 0).buffers[0]
    assert count(module, BufferOp) == 1


def test_reshapes_of_reshapes_share_too() -> None:
    def build(writer: TFLiteWriter, x: int) -> int:
        flat = writer.reshape(reshaped(writer, x), (1, 50))
        return pooled(writer, writer.reshape(flat, (1, 25, 2, 1)))

    module = lowered(build)
    assert len(kernels(module)) == 2
    assert count(module, BufferOp) == 1
    root = root_buffer(input_table(module, 1).buffers[0])
    assert root == output_table(module, 0).buffers[0].owner


def test_a_reshape_of_the_input_shares_it() -> None:
    module = lowered(lambda w, x: pooled(w, w.reshape(x, (1, 5, 6, 2))))
    assert len(kernels(module)) == 1
    port = port_of(input_table(module, 0))
    assert port is not None
    assert port.direction == "input"


def test_a_reshape_of_slices_copies() -> None:
    """Their rows may lie anywhere; the reshape gathers them."""
    module = lowered(lambda w, x: pooled(w, reshaped(w, x)), SPLIT)
    assert calls(module)[5] == ("reshape", 0, 10)
    assert len(parts(input_table(module, 5))) == 5
    assert count(module, ViewOp) == 0


def test_a_reshape_that_is_an_output_copies() -> None:
    module = lowered(reshaped)
    assert calls(module) == [("max_pool_2d", 0, 5), ("reshape", 0, 10)]
    assert isinstance(output_table(module, 0).buffers[0].owner, BufferOp)
    assert isinstance(output_table(module, 1).buffers[0].owner, ExternalOp)


def test_a_reshape_of_an_output_shares_it() -> None:
    def build(writer: TFLiteWriter, x: int) -> tuple[int, ...]:
        y = pooled(writer, x)
        return y, pooled(writer, writer.reshape(y, (1, 10, 5, 1)))

    module = lowered(build)
    assert len(kernels(module)) == 2
    view = input_table(module, 1).buffers[0].owner
    assert isinstance(view, ViewOp)
    assert isinstance(view.buffer.owner, ExternalOp)


def test_a_reshape_shares_layer_0_as_well() -> None:
    lines = [
        pool_text("p", "x", 4, "layer = 0 : i64"),
        f"%r = tinyts.reshape %p {{layer = 1 : i64}} : ({tensor(4)}) -> "
        f"tensor<1x3x4x1xi8, {QUANT}>",
        f"%y = tinyts.max_pool_2d %r {{window = {WINDOW}, layer = 2 : i64, "
        f"clamp = #tinyts.clamp<-128, 127>}} : (tensor<1x3x4x1xi8, {QUANT}>) -> "
        f"tensor<1x3x4x1xi8, {QUANT}>",
    ]
    module = parse(
        f"func.func @f(%x : {tensor(4)}) -> tensor<1x3x4x1xi8, {QUANT}> {{\n"
        + "\n".join(lines)
        + f"\nfunc.return %y : tensor<1x3x4x1xi8, {QUANT}>\n}}"
    )
    assert [call[0] for call in calls(lowered(module))] == ["max_pool_2d"] * 2
