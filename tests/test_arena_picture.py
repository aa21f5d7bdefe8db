"""The picture of the arena: what it holds, as text, and as SVG."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from support_unit import LoweredText, transformed
from xdsl.dialects.builtin import DictionaryAttr, IntegerAttr, ModuleOp, i64
from xdsl.utils.exceptions import PassFailedException, VerifyException

from emitc.arena_picture import (
    ArenaPicture,
    Kind,
    PlacedBuffer,
    printed_rows,
    short_name,
)
from emitc.arena_reader import read_picture
from emitc.arena_svg import MAX_HOLDERS, colour, svg_text, ticks
from emitc.arena_text import arena_text, borders, layer_letters
from lowering.accesses import arena_and_function
from lowering.arena.blocks import Piece

SVG = "{http://www.w3.org/2000/svg}"


def buffer(
    offset: int,
    *pieces: tuple[int, int, int, int],
    layer: int = 1,
    name: str = "a",
    kind: Kind = "activation",
) -> PlacedBuffer:
    """A buffer of rows of 4 bytes; pieces are offset, size, first and last step."""
    size = max(piece[0] + piece[1] for piece in pieces)
    cut = tuple(Piece(*piece) for piece in pieces)
    return PlacedBuffer(layer, name, kind, 0, 0, 4, offset, size, cut)


def picture(
    *buffers: PlacedBuffer,
    arena: int = 64,
    stages: tuple[int, ...] = (0, 0, 0, 0),
    **plan: int,
) -> ArenaPicture:
    return ArenaPicture("net", arena, 4, len(stages), stages, buffers, plan)


def placed_module() -> ModuleOp:
    """A chain of kernels on two buffers, placed."""
    text = LoweredText(arena_bytes=16)
    text.tensor("x", 2, port="input", external=True)
    text.tensor("y", 2, port="output", external=True)
    text.tensor("a", 2, offset=0)
    text.tensor("b", 2, offset=8)
    text.call(("a", 0, 2), ("x", 0, 2))
    text.call(("b", 0, 2), ("a", 0, 2))
    text.call(("b", 0, 2), ("a", 0, 2))
    text.call(("y", 0, 2), ("b", 0, 2))
    return text.module()


# What is in it


def test_bytes_in_use_count_shared_ones_once() -> None:
    """Of an output over the half of its dying input, of two pieces of one buffer."""
    found = picture(
        buffer(0, (0, 16, 0, 1)),
        buffer(8, (0, 16, 1, 2)),
        buffer(32, (0, 4, 1, 2), (4, 6, 1, 3)),
    )
    assert found.occupied == (16, 24 + 12, 16 + 12, 8)
    assert found.peak_step == 1
    assert found.peak_steps == 1


def test_what_lives_after_the_last_kernel() -> None:
    found = picture(buffer(0, (0, 8, 0, 4)), buffer(8, (0, 4, 4, 4)))
    assert found.occupied == (8, 8, 8, 8)


def test_without_kernels() -> None:
    found = picture(stages=(), arena=0)
    assert (found.peak_step, found.stages, found.stage_count) == (None, (), 1)
    assert found.holders(found.peak_step) == []
    assert found.fragmentation == 0.0
    assert found.proven_optimal
    assert "arena of net: 0 bytes" in arena_text(found)
    ElementTree.fromstring(svg_text(found).encode())


def test_numbers_of_the_plan() -> None:
    parts = (buffer(0, (0, 16, 0, 3)),)
    found = picture(*parts, arena=20)
    assert (found.peak_live_bytes, found.lower_bound_bytes) == (16, 16)
    assert (found.proven_optimal, found.fragmentation) == (False, 0.2)
    found = picture(*parts, arena=20, peak_live_bytes=15, lower_bound_bytes=18)
    assert (found.peak_live_bytes, found.lower_bound_bytes) == (15, 18)
    assert (found.proven_optimal, found.fragmentation) == (False, 0.25)
    assert picture(*parts, arena=20, lower_bound_bytes=20).proven_optimal
    assert picture(*parts, arena=20, proven_optimal=1).proven_optimal


def test_stages() -> None:
    found = picture(
        buffer(0, (0, 8, 0, 3)), buffer(8, (0, 8, 3, 3)), stages=(1, 1, 4, 4)
    )
    described = [
        (stage.number, stage.first, stage.last, stage.peak_bytes, stage.peak_step)
        for stage in found.stages
    ]
    assert described == [(1, 0, 1, 8, 0), (4, 2, 3, 16, 3)]
    assert found.stage_count == 2


def test_holders_are_those_of_the_step_the_largest_first() -> None:
    found = picture(
        buffer(0, (0, 4, 0, 1), (4, 4, 0, 2), (8, 8, 0, 2)),
        buffer(16, (0, 20, 1, 2), layer=2, name="b", kind="scratch"),
        buffer(40, (0, 8, 3, 3), layer=2, name="b"),
    )
    text = [(h.layer, h.kind, h.rows, h.bytes) for h in found.holders(2)]
    assert text == [(2, "scratch", ((0, 5),), 20), (1, "activation", ((1, 4),), 12)]


def test_rows_of_pieces() -> None:
    """Counted in the tensor; a row of which only a part lives counts."""
    part = PlacedBuffer(
        1, "", "activation", 0, 7, 4, 8, 12, (Piece(2, 4, 0, 0), Piece(8, 4, 0, 1))
    )
    found = picture(part)
    assert [r.rows for r in found.rectangles] == [(7, 9), (9, 10)]
    assert [r.offset for r in found.rectangles] == [10, 16]


def test_text_of_rows() -> None:
    assert printed_rows([]) == ""
    assert printed_rows([(3, 4), (5, 9)]) == "3, 5-8"


def test_short_names() -> None:
    assert short_name("") == "-"
    assert short_name("a\nb\x00\ud800") == "a?b??"
    assert short_name("x" * 60) == "x" * 60
    assert short_name("first;" + "x" * 60) == "first;..."
    assert len(short_name("abc" * 30)) == 60
    assert len(short_name("abc" * 30, 7)) == 7


# Reading a module


def test_reading_a_module() -> None:
    found = read_picture(placed_module())
    assert (found.arena_bytes, found.alignment, found.steps) == (16, 4, 4)
    assert found.occupied == (8, 16, 16, 8)
    assert found.stage_of_step == (0, 0, 0, 0)
    assert [b.offset for b in found.buffers] == [0, 8]
    assert [b.slice for b in found.buffers] == [0, 1]  # one layer
    assert [(b.first, b.last) for b in found.buffers] == [(0, 2), (1, 3)]


def kernels_with(module: ModuleOp, name: str, values: list[int]) -> ModuleOp:
    """The module, its kernels with an attribute."""
    kernels = [op for op in module.walk() if op.name == "tsbuf.kernel"]
    for kernel, value in zip(kernels, values, strict=True):
        kernel.attributes[name] = IntegerAttr(value, i64)
    return module


def test_stages_of_kernels() -> None:
    module = kernels_with(placed_module(), "stage", [2, 2, 3, 3])
    assert read_picture(module).stage_of_step == (2, 2, 3, 3)
    assert "stage 3</text>" in svg_text(read_picture(module))


def test_numbers_that_the_planner_left() -> None:
    module = placed_module()
    numbers = {"lower_bound_bytes": 12, "proven_optimal": 1}
    arena_and_function(module)[0].plan = DictionaryAttr(
        {name: IntegerAttr(value, i64) for name, value in numbers.items()}
    )
    found = read_picture(module)
    assert (found.lower_bound_bytes, found.peak_live_bytes) == (12, 16)
    assert found.proven_optimal


def test_a_planned_module() -> None:
    """The planner's peak is that of the bytes in use."""
    text = LoweredText()
    text.tensor("x", 4, port="input")
    text.tensor("y", 2, port="output")
    text.tensor("a", 4)
    for row in range(4):
        text.call(("a", row, row + 1), ("x", row, row + 1))
    text.call(("y", 0, 2), ("a", 0, 4))
    found = read_picture(transformed(text.module(), "plan-arena,verify-arena"))
    assert max(found.occupied) == found.plan["peak_live_bytes"]
    assert {b.kind for b in found.buffers} == {"input", "output", "activation"}


def test_a_module_that_is_not_placed() -> None:
    text = LoweredText()
    text.tensor("a", 1)
    text.call(("a", 0, 1))
    with pytest.raises(PassFailedException, match="run plan-arena first"):
        read_picture(text.module())
    text = LoweredText(arena_bytes=8)
    text.tensor("a", 1)
    text.call(("a", 0, 1))
    with pytest.raises(VerifyException, match="run plan-arena first"):
        read_picture(text.module())


# Text


def test_the_largest_part_of_a_cell_is_shown() -> None:
    """200 steps and 400 bytes on a hundred columns and forty lines."""
    found = picture(
        buffer(0, (0, 200, 0, 199), layer=5),
        buffer(200, (0, 4, 10, 10), layer=6),
        buffer(204, (0, 4, 10, 11), layer=7),
        arena=400,
        stages=(0,) * 200,
    )
    lines = arena_text(found).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("address")) + 1
    drawn = [line[4:] for line in lines[start : start + 40]]
    assert {len(line) for line in drawn} == {100}
    assert drawn[20:] == ["A" * 100] * 20
    assert drawn[19] == "....." + "C" + "." * 94
    assert drawn[:19] == ["." * 100] * 19


def test_layers_without_a_letter_share_a_sign() -> None:
    parts = [buffer(0, (0, 4, 0, 0), layer=layer) for layer in range(70)]
    letters = layer_letters(picture(*parts))
    assert len(set(list(letters.values())[:62])) == 62
    assert set(list(letters.values())[62:]) == {"*"}


@pytest.mark.parametrize("size", [1, 39, 40, 41, 1000])
def test_borders(size: int) -> None:
    edges = list(borders(size, 40))
    assert (edges[0], edges[-1]) == (0, size)
    assert len(edges) == min(size, 40) + 1
    assert all(a < b for a, b in pairwise(edges))


# SVG


def test_svg_shows_every_rectangle_where_it_is() -> None:
    found = picture(
        buffer(0, (0, 32, 0, 1), (32, 32, 0, 3)),
        buffer(0, (0, 16, 2, 3), layer=2, name="<b> & \"c\"\x01'"),
        stages=(0, 0, 1, 1),
    )
    root = ElementTree.fromstring(svg_text(found).encode())
    group = root.find(f"{SVG}g")
    assert group is not None
    boxes = group.findall(f"{SVG}rect")
    places = [
        tuple(float(box.get(key, "")) for key in ("x", "y", "width", "height"))
        for box in boxes
    ]
    assert places == [
        (80, 370, 500, 280),
        (80, 90, 1000, 280),
        (580, 510, 500, 140),
    ]
    titles = [box.findtext(f"{SVG}title") for box in boxes]
    assert titles[2] == (
        "<b> & \"c\"?'\ntensor 2, activation, rows 0-3\n16 bytes at 0..15\n"
        "kernel calls 2..3"
    )
    assert boxes[0].get("fill") == boxes[1].get("fill") != boxes[2].get("fill")
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert "stage 0" in texts
    assert "stage 1" in texts
    assert "net: arena of 64 bytes, proven optimal" in texts


def test_svg_of_thousands_of_rectangles() -> None:
    parts = [
        buffer(4 * (i % 50), (0, 4, i, i + 20), layer=i % 70, name=f"n{i % 70}")
        for i in range(5000)
    ]
    found = picture(*parts, arena=200, stages=(0,) * 5020)
    text = svg_text(found)
    assert text == svg_text(found)
    root = ElementTree.fromstring(text.encode())
    assert len(root.findall(f"{SVG}g/{SVG}rect")) == 5000
    assert len(arena_text(found).splitlines()) < 200


def test_svg_lists_what_binds() -> None:
    parts = [buffer(4 * i, (0, 4, 0, 3), layer=i) for i in range(MAX_HOLDERS + 3)]
    assert f"{3 * 4}  in 3 more" in svg_text(picture(*parts, arena=200))


def test_colours_differ_between_neighbours() -> None:
    colours = [colour(layer, "activation") for layer in range(300)]
    assert all(len(set(colours[i : i + 12])) == 12 for i in range(288))
    assert all(len(text) == 7 for text in colours)
    assert colour(3, "input") == colour(4, "output")


@pytest.mark.parametrize("end", [0, 1, 8, 9, 20, 999, 200000])
def test_ticks(end: int) -> None:
    found = ticks(end)
    assert found[0] == 0
    assert found[-1] <= end
    assert len(found) <= 9
    assert len({b - a for a, b in pairwise(found)}) <= 1
