"""Live ranges of hand-made functions: when buffers, and bytes of them, are alive."""

from __future__ import annotations

from support_unit import LoweredText, function_of, transformed

from lowering.accesses import arena_and_function
from lowering.arena.blocks import Block, Piece
from lowering.live_ranges import Lifetime, blocks_of, lifetimes


def lives_of(text: LoweredText) -> list[Lifetime]:
    """The lifetimes, in the order in which kernels first touch the buffers."""
    return list(lifetimes(function_of(text.module())).values())


def spans(text: LoweredText) -> list[tuple[int, int]]:
    """First and last step of each buffer."""
    return [(life.first, max(life.last_uses.values())) for life in lives_of(text)]


def blocks(text: LoweredText) -> list[Block]:
    return blocks_of(lifetimes(function_of(text.module())))


def test_from_the_first_write_to_the_last_read() -> None:
    text = LoweredText()
    text.tensor("x", 1, port="input", external=True)
    text.tensor("y", 1, port="output", external=True)
    for name in ("a", "b", "c"):
        text.tensor(name, 1)
    text.call(("a", 0, 1), ("x", 0, 1))
    text.call(("b", 0, 1), ("a", 0, 1))
    text.call(("c", 0, 1), ("b", 0, 1), ("a", 0, 1))
    text.call(("y", 0, 1), ("b", 0, 1), ("c", 0, 1))
    assert spans(text) == [(0, 2), (1, 3), (2, 3)]
    assert [block.size for block in blocks(text)] == [4, 4, 4]


def test_what_nobody_reads_lives_while_it_is_written() -> None:
    text = LoweredText()
    text.tensor("a", 3)
    text.tensor("b", 1)
    text.call(("a", 0, 1))
    text.call(("b", 0, 1))
    text.call(("a", 1, 3))
    text.call(("b", 0, 1), ("b", 0, 1))
    assert spans(text) == [(0, 2), (1, 3)]


def test_buffers_without_kernels_have_no_lifetime() -> None:
    text = LoweredText()
    text.tensor("unused", 2)
    text.tensor("a", 1)
    text.call(("a", 0, 1))
    assert spans(text) == [(0, 0)]


def test_only_the_buffers_of_the_named_rows_are_touched() -> None:
    text = LoweredText()
    for name in ("top", "middle", "bottom"):
        text.buffer(name, 2)
    text.table("a", 7, ("top", 0), ("middle", 2), ("bottom", 5))
    text.tensor("y", 1, port="output", external=True)
    text.call(("a", 0, 2))
    text.call(("a", 2, 4))
    text.call(("a", 5, 7))
    text.call(("y", 0, 1), ("a", 1, 3))  # top and middle
    text.call(("y", 0, 1), ("a", 3, 4))  # middle
    text.call(("y", 0, 1), ("a", 4, 6))  # a row that does not exist, and bottom
    assert spans(text) == [(0, 3), (1, 4), (2, 5)]
    uses = [life.last_uses for life in lives_of(text)]
    assert uses == [
        {(0, 8): 0, (4, 8): 3},
        {(0, 8): 1, (0, 4): 3, (4, 8): 4},
        {(0, 8): 2, (0, 4): 5},
    ]


def test_inputs_live_from_the_start_and_outputs_to_the_end() -> None:
    text = LoweredText()
    text.tensor("x", 1, port="input")
    text.tensor("late", 1, port="input")
    text.tensor("y", 2, port="output")
    text.tensor("a", 1)
    text.call(("a", 0, 1), ("x", 0, 1))
    text.call(("y", 0, 1), ("a", 0, 1))
    text.call(("a", 0, 1), ("late", 0, 1))
    text.call(("y", 1, 2), ("a", 0, 1))
    found = dict(zip(("a", "x", "y", "late"), spans(text), strict=True))
    assert found == {"a": (0, 3), "x": (0, 0), "y": (1, 4), "late": (0, 2)}


def test_rows_of_an_input_die_one_after_the_other() -> None:
    """A window of two rows, stride 1, over an input of four rows in the arena."""
    text = LoweredText()
    text.tensor("x", 4, port="input")
    text.tensor("a", 3)
    for row in range(3):
        text.call(("a", row, row + 1), ("x", row, row + 2))
    output, input = blocks(text)
    assert output == Block(12, tuple(Piece(4 * y, 4, y, y) for y in range(3)))
    assert input == Block(16, (Piece(0, 4, 0, 0), Piece(4, 4, 0, 1), Piece(8, 8, 0, 2)))


def test_rows_of_an_input_die_in_any_order() -> None:
    text = LoweredText()
    text.tensor("x", 4, port="input")
    text.tensor("a", 1)
    for first, last in ((2, 4), (0, 1), (2, 3)):
        text.call(("a", 0, 1), ("x", first, last))
    pieces = blocks(text)[1].pieces
    # row 0 at step 1, row 1 that nobody reads at once, row 2 at step 2, row 3 at step 0
    assert pieces == (
        Piece(0, 4, 0, 1),
        Piece(4, 4, 0, 0),
        Piece(8, 4, 0, 2),
        Piece(12, 4, 0, 0),
    )


def test_neighbouring_rows_that_die_together_are_one_piece() -> None:
    text = LoweredText()
    text.tensor("x", 5, port="input")
    text.tensor("a", 1)
    for first, last in ((0, 1), (3, 5), (1, 3), (0, 2), (2, 4)):
        text.call(("a", 0, 1), ("x", first, last))
    assert blocks(text)[1].pieces == (
        Piece(0, 8, 0, 3),
        Piece(8, 8, 0, 4),
        Piece(16, 4, 0, 1),
    )


def test_rows_of_other_tensors_die_one_after_the_other() -> None:
    text = LoweredText()
    text.tensor("a", 2)
    text.tensor("b", 1)
    text.call(("a", 0, 2))
    text.call(("b", 0, 1), ("a", 0, 1))
    text.call(("b", 0, 1), ("a", 1, 2))
    assert blocks(text)[0].pieces == (Piece(0, 4, 0, 1), Piece(4, 4, 0, 2))


def test_rows_are_born_one_after_the_other() -> None:
    text = LoweredText()
    text.tensor("y", 3, port="output")
    for row in range(3):
        text.call(("y", row, row + 1))
    assert blocks(text)[0].pieces == (
        Piece(0, 4, 0, 3),
        Piece(4, 4, 1, 3),
        Piece(8, 4, 2, 3),
    )


def test_what_a_kernel_updates_lives_from_the_first_write_to_the_last_use() -> None:
    """An accumulator that steps 0, 1 and 3 update; step 2 names none of it."""
    text = LoweredText()
    text.tensor("sum", 1)
    text.tensor("y", 1, port="output", external=True)
    text.call(("sum", 0, 1), ("sum", 0, 0))
    text.call(("sum", 0, 1), ("sum", 0, 1))
    text.call(("y", 0, 1), ("sum", 0, 0))
    text.call(("y", 0, 1), ("sum", 0, 1))
    assert blocks(text) == [Block(4, (Piece(0, 4, 0, 3),))]


def test_an_empty_access_touches_nothing() -> None:
    text = LoweredText()
    text.tensor("a", 2)
    text.tensor("b", 1)
    text.call(("b", 0, 1), ("a", 1, 1))
    text.call(("a", 0, 1), ("b", 0, 0))
    text.call(("a", 0, 1), ("a", 2, 2))
    assert blocks(text) == [
        Block(4, (Piece(0, 4, 0, 0),)),
        Block(8, (Piece(0, 4, 1, 2), Piece(4, 4, 1, 1))),
    ]


def test_views_keep_their_buffer_alive() -> None:
    """Row 1 of a view of rows of 8 bytes is bytes 8..16 of its buffer."""
    text = LoweredText()
    text.tensor("x", 4, port="input")
    text.view("wide", "x_bytes", 2, 8)
    text.view("flat", "wide", 1, 16)
    text.table("w", 2, ("wide", 0))
    text.table("f", 1, ("flat", 0))
    text.tensor("a", 1)
    text.call(("a", 0, 1), ("x", 0, 1))
    text.call(("a", 0, 1), ("w", 1, 2))
    assert blocks(text)[1].pieces == (Piece(0, 8, 0, 0), Piece(8, 8, 0, 1))
    text.call(("a", 0, 1), ("f", 0, 1))
    assert blocks(text)[1].pieces == (Piece(0, 16, 0, 2),)


def test_planned_buffers_lie_on_dead_rows_of_an_input() -> None:
    """Of four buffers of a row, all alive to the end, only one needs new bytes."""
    text = LoweredText()
    text.tensor("x", 4, port="input")
    text.tensor("y", 1, port="output", external=True)
    for row in range(4):
        text.tensor(f"a{row}", 1)
        text.call((f"a{row}", 0, 1), ("x", row, row + 1))
    text.call(("y", 0, 1), *((f"a{row}", 0, 1) for row in range(4)))
    planned = transformed(text.module(), "plan-arena,verify-arena")
    arena, _ = arena_and_function(planned)
    assert arena.bytes is not None
    assert arena.bytes.value.data == 20
