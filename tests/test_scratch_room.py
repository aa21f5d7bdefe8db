"""Room for scratch: buffers move, the arena grows where that is worth it."""

import pytest

from lowering.arena.blocks import Block, Piece
from lowering.kernel_choice.scratch_room import Room, Way, Wish, make_room
from lowering.kernel_choice.worth import Objective
from lowering.live_ranges import Problem

TOTAL = 10_000
"""Instructions of all layers."""


def block(size: int, first: int, last: int) -> Block:
    return Block(size, (Piece(0, size, first, last),))


def room_for(
    blocks: list[Block], offsets: list[int], wishes: list[Wish], limit: int, spare: int
) -> Room | None:
    return make_room(
        Problem((), tuple(blocks), ()),
        offsets,
        wishes,
        alignment=4,
        objective=Objective(limit),
        limit=limit,
        spare=spare,
        total=TOTAL,
    )


def wish(gain: int, scratch: int, *steps: int) -> Wish:
    """Scratch saves so many instructions."""
    ways = (Way(1000 - gain, scratch), Way(1000, 0))
    return Wish(steps, ways, (), (None,) * len(steps))


def test_a_buffer_in_the_middle_moves() -> None:
    """8 bytes in the middle of 16 leave no 8 in one piece."""
    room = room_for([block(8, 0, 1)], [4], [wish(500, 8, 1)], 16, 0)
    assert room is not None
    assert room.offsets in ((0,), (8,))
    assert room.arena_bytes == 16
    assert room_for([block(8, 0, 1)], [4], [wish(500, 12, 1)], 16, 0) is None


def test_what_gains_little_is_not_tried() -> None:
    assert room_for([block(8, 0, 1)], [4], [wish(5, 8, 1)], 16, 0) is None


@pytest.mark.parametrize(("gain", "grows"), [(500, True), (280, False)])
def test_the_arena_grows_where_it_is_worth_it(gain: int, *, grows: bool) -> None:
    """Two percent more of the arena are worth three percent of the instructions."""
    room = room_for([block(400, 0, 1)], [0], [wish(gain, 8, 1)], 400, 2)
    assert (room is not None) == grows
    assert room is None or room.arena_bytes == 408
    assert room_for([block(400, 0, 1)], [0], [wish(gain, 8, 1)], 400, 1) is None


def test_a_smaller_scratch_where_the_fastest_finds_no_room() -> None:
    ways = (Way(400, 64), Way(600, 16), Way(1000, 0))
    room = room_for(
        [block(8, 0, 1)], [8], [Wish((1,), ways, (), (None,))], 24, 0
    )
    assert room is not None
    assert room.offsets in ((0,), (16,))


def test_scratch_of_the_plan_lies_where_that_in_its_place_does() -> None:
    """Of two calls the first has planned scratch, 4 bytes at 16."""
    blocks = [block(16, 0, 2), block(4, 1, 1)]
    ways = (Way(500, 8, True), Way(1000, 0))
    room = room_for(blocks, [0, 16], [Wish((1, 2), ways, (), (1, None))], 24, 0)
    assert room is not None
    assert room.offsets[0] in (0, 8)
    assert room.offsets[1] == (16 if room.offsets[0] == 0 else 0)


def test_scratch_that_there_is_keeps_a_place() -> None:
    """The second layer has its 8 bytes at another step, but not at two at once."""
    present = Wish((0,), (Way(100, 8),), (8,), (None,))
    room = room_for([block(8, 0, 1)], [0], [wish(300, 8, 1), present], 16, 0)
    assert room is not None
    assert room.arena_bytes == 16
    both = Wish((1,), (Way(100, 8),), (8,), (None,))
    assert room_for([block(8, 0, 1)], [0], [wish(300, 8, 1), both], 16, 0) is None
