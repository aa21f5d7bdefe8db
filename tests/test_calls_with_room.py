"""Calls of a layer that have room for scratch, and those that have not."""

import pytest
from support_unit import parse
from test_choose_kernels import layer

from lowering.accesses import arena_and_function, kernels_of
from lowering.calls_with_room import parted
from lowering.kernel_variant import LayerCalls, Proposal

FAST = Proposal("paired", {}, {}, 60_000, 64, code=100)
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
    assert [steps for _, steps in found] == [[5, 9], [3, 7]]
    assert [len(part.calls) for part, _ in found] == [2, 2]
    assert flash == 100


@pytest.mark.parametrize(
    ("free", "flash"),
    [((3, 5, 7, 9), None), ((), None), ((5, 9), 99)],
    ids=["all have room", "none has", "no flash for two copies"],
)
def test_a_layer_stays_whole(free: tuple[int, ...], flash: int | None) -> None:
    whole = calls(4, layer(0))
    found = parted(whole, [3, 5, 7, 9], [SLOW, FAST], room_at(*free), flash)
    assert found == ([(whole, [3, 5, 7, 9])], 0)


def test_where_it_saves_too_little() -> None:
    dear = Proposal("paired", {}, {}, 60_000, 64, code=5000)
    whole = calls(4, layer(0))
    assert parted(whole, [3, 5, 7, 9], [dear, SLOW], room_at(5), None)[1] == 0
