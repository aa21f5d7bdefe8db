"""The arena planned anew around the scratch of kernel variants."""

from lowering.arena.blocks import Block, Piece
from lowering.kernel_choice.scratch_replan import replanned
from lowering.kernel_choice.scratch_room import Room, Way, Wish
from lowering.live_ranges import Problem


def block(size: int, first: int, last: int) -> Block:
    return Block(size, (Piece(0, size, first, last),))


def rooms(blocks: list[Block], wishes: list[Wish], limit: int) -> list[Room]:
    problem = Problem((), tuple(blocks), ())
    return list(
        replanned(problem, wishes, alignment=4, limit=limit, spare=0, total=10_000)
    )


def test_buffers_make_room_at_several_steps() -> None:
    """At each step 8 of 24 bytes are free, for two layers."""
    blocks = [block(8, 0, 1), block(8, 0, 0), block(8, 1, 2), block(8, 2, 2)]
    ways = (Way(500, 8), Way(1000, 0))
    wishes = [Wish((step,), ways, (), (None,), layer=step) for step in (0, 1, 2)]
    found = rooms(blocks, wishes, 24)
    assert [room.arena_bytes for room in found] == [16, 24]


def test_calls_of_a_layer_share_constants() -> None:
    """Of two calls one has room for 8 bytes; what reads the same weights needs none."""
    blocks = [block(8, 0, 1), block(8, 1, 1)]
    ways = (
        Way(400, 8, flash=900),
        Way(900, 4, flash=900),
        Way(950, 0, flash=900, family=1),
    )
    wishes = [Wish((step,), ways, (), (None,), 0.5) for step in (0, 1)]
    assert all(room.arena_bytes == 16 for room in rooms(blocks, wishes, 16))


def test_scratch_of_the_plan_is_replaced() -> None:
    blocks = [block(16, 0, 2), block(4, 1, 1)]
    ways = (Way(500, 8, True), Way(1000, 0))
    found = rooms(blocks, [Wish((1, 2), ways, (), (1, None))], 24)
    assert found[-1].arena_bytes == 24
    assert found[-1].offsets[1] == (16 if found[-1].offsets[0] == 0 else 0)


def test_nothing_where_it_does_not_fit() -> None:
    wish = Wish((0,), (Way(500, 12), Way(1000, 0)), (), (None,))
    assert all(room.arena_bytes <= 8 for room in rooms([block(8, 0, 1)], [wish], 8))
