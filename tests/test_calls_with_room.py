"""Calls of a layer that have room for scratch, and those that have not."""

import numpy as np
import pytest
from support_unit import parse
from test_choose_kernels import layer

from lowering.accesses import arena_and_function, kernels_of
from lowering.kernel_choice.calls_with_room import Part, parted
from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal

FAST = Proposal("paired", {}, {"stream": np.zeros(0)}, 60_000, 64, code=100)
SLOW = Proposal("direct", {}, {}, 100_000)


def calls(count: int, text: str) -> LayerCalls:
    """A layer of several calls, here of the same rows."""
    _, function = arena_and_function(parse(text))
    return LayerCalls(tuple(kernels_of(function)) * count)


def room_at(*free: int):  # noqa: ANN201
    """Scratch has room at these steps alone."""
    return lambda item, _, steps: not item.scratch or set(steps) <= set(free)


def test_calls_with_room_are_a_layer_of_their_own() -> None:
    whole = calls(4, layer(0))
    found, flash = parted(whole, [3, 5, 7, 9], [SLOW, FAST], room_at(5, 9), None)
    assert [part.steps for part in found] == [[5, 9], [3, 7]]
    assert [len(part.layer.calls) for part in found] == [2, 2]
    assert [part.proposal for part in found] == [FAST, SLOW]
    assert flash == 100


@pytest.mark.parametrize(
    ("free", "flash"),
    [((3, 5, 7, 9), None), ((), None), ((5, 9), 99)],
    ids=["all have room", "none has", "no flash for two copies"],
)
def test_a_layer_stays_whole(free: tuple[int, ...], flash: int | None) -> None:
    whole = calls(4, layer(0))
    found = parted(whole, [3, 5, 7, 9], [SLOW, FAST], room_at(*free), flash)
    assert found == ([Part(whole, [3, 5, 7, 9])], 0)


def test_where_it_saves_too_little() -> None:
    dear = Proposal("paired", {}, {"stream": np.zeros(0)}, 60_000, 64, code=5000)
    whole = calls(4, layer(0))
    assert parted(whole, [3, 5, 7, 9], [dear, SLOW], room_at(5), None)[1] == 0


def test_variants_that_share_constants_need_no_copy() -> None:
    """Two steps have room for 64 bytes, one for 32, one for 16."""
    stream = {"stream": np.arange(9000)}
    ways = [
        Proposal("paired", {}, stream, 60_000, 64),
        Proposal("summed", {}, stream, 70_000, 32),
        Proposal("summed", {}, stream, 80_000, 16),
        Proposal("direct", {}, {"stream": np.arange(9)}, 78_000),
    ]
    room = {3: 64, 5: 32, 7: 16, 9: 64}

    def has_room(item: Proposal, _: LayerCalls, steps: list[int]) -> bool:
        return item.scratch <= min(room[step] for step in steps)

    whole = calls(4, layer(0))
    found, flash = parted(whole, [3, 5, 7, 9], ways, has_room, None)
    assert [part.steps for part in found] == [[3, 9], [5], [7]]
    assert [part.proposal for part in found] == ways[:3]
    assert flash == ways[0].flash
    assert parted(whole, [3, 5, 7, 9], ways, has_room, 100)[0] == [
        Part(whole, [3, 5, 7, 9])
    ]
