"""Rolled calls are the same calls, and periodic sequences become loops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from emitc.roll import Call, Loop, Node, roll, unroll


def calls_of(*triples: tuple[int, int, int]) -> list[Call]:
    """Calls from (layer, rows, first row)."""
    return [Call(*triple) for triple in triples]


def size(nodes: Sequence[Node]) -> int:
    """Calls and loops in the tree: the lines of code that it becomes."""
    return sum(1 if isinstance(node, Call) else 1 + size(node.body) for node in nodes)


def loops(nodes: Sequence[Node]) -> Iterator[Loop]:
    for node in nodes:
        if isinstance(node, Loop):
            yield node
            yield from loops(node.body)


def check(calls: Sequence[Call]) -> list[Node]:
    """The rolled calls, after checking that they unroll to the same."""
    nodes = roll(calls)
    assert list(unroll(nodes)) == list(calls)
    assert size(nodes) <= max(len(calls), 1)
    for loop in loops(nodes):
        assert loop.count >= 2
        assert loop.body
    return nodes


def test_nothing_to_roll() -> None:
    assert check([]) == []
    calls = calls_of((0, 1, 0), (1, 1, 0), (2, 1, 0))
    assert check(calls) == calls


def test_rows_of_one_layer_are_a_loop() -> None:
    nodes = check([Call(3, 1, row) for row in range(10)])
    assert nodes == [Loop(10, (Call(3, 1, 0, (1,)),))]


def test_two_calls_are_a_loop() -> None:
    """Shorter than that is no loop: one iteration saves nothing."""
    assert check(calls_of((0, 2, 0), (0, 2, 2))) == [Loop(2, (Call(0, 2, 0, (2,)),))]


def test_rows_may_advance_by_any_step() -> None:
    for step in (-3, 0, 1, 2, 7):
        nodes = check([Call(0, 1, 50 + step * k) for k in range(6)])
        assert nodes == [Loop(6, (Call(0, 1, 50, (step,)),))]


@pytest.mark.parametrize(
    "second",
    [
        Call(1, 1, 1),  # another layer
        Call(0, 2, 1),  # another number of rows
    ],
)
def test_different_calls_are_no_loop(second: Call) -> None:
    calls = [Call(0, 1, 0), second]
    assert check(calls) == calls


def test_steps_must_be_equal() -> None:
    nodes = check([Call(0, 1, row) for row in (0, 1, 3)])
    assert [type(node) for node in nodes] == [Loop, Call]


def test_layers_that_alternate_are_one_loop() -> None:
    """Depth first with a stride: a prologue, then a period of three calls."""
    calls = calls_of((0, 1, 0), (0, 1, 1))
    for k in range(8):
        calls += calls_of((0, 1, 2 * k + 2), (0, 1, 2 * k + 3), (1, 1, k))
    nodes = check(calls)
    assert size(nodes) <= 7
    inner = [loop for loop in loops(nodes) if loop.count >= 7]
    assert len(inner) == 1


def test_loops_in_loops() -> None:
    """Four blocks of: five rows of one layer, then one of another."""
    calls: list[Call] = []
    for block in range(4):
        calls += [Call(0, 1, 5 * block + row) for row in range(5)]
        calls.append(Call(1, 1, block))
    (outer,) = check(calls)
    assert isinstance(outer, Loop)
    assert outer.count == 4
    inner, last = outer.body
    assert inner == Loop(5, (Call(0, 1, 0, (5, 1)),))
    assert last == Call(1, 1, 0, (1,))


def test_three_levels() -> None:
    calls = [
        Call(layer, 1, 12 * a + 4 * b + c)
        for a in range(3)
        for layer in (0, 1)
        for b in range(3)
        for c in range(4)
    ]
    nodes = check([*calls, Call(9, 9, 9)])
    assert size(nodes) <= 10


def test_code_grows_with_layers_not_with_slices() -> None:
    """A depth-first schedule of windows of 3 over several layers, of two heights."""

    def depth_first(layers: int, rows: int) -> list[Call]:
        calls: list[Call] = []
        done = [0] * layers

        def need(layer: int, last: int) -> None:
            while done[layer] < last:
                row = done[layer]
                if layer:
                    need(layer - 1, min(row + 2, rows))
                calls.append(Call(layer, 1, row))
                done[layer] += 1

        need(layers - 1, rows)
        return calls

    for layers in (1, 2, 4):
        small, large = (size(check(depth_first(layers, n))) for n in (20, 60))
        assert large == small
        assert large <= 3 * layers * layers + 2


def test_long_periods() -> None:
    """A body of many different calls, each with its own step."""
    body = 200
    calls = [
        Call(layer, 1 + layer % 3, 10 * layer + repeat * (layer % 5 - 2))
        for repeat in range(3)
        for layer in range(body)
    ]
    (loop,) = check(calls)
    assert isinstance(loop, Loop)
    assert loop.count == 3
    assert len(loop.body) == body


@pytest.mark.parametrize("seed", range(150))
def test_random_sequences(seed: int) -> None:
    """Few layers and steps, so that accidental repetitions are frequent."""
    random = np.random.default_rng(seed)
    layers, steps, length = (int(n) for n in random.integers(1, (4, 4, 60)))
    row = 0
    calls: list[Call] = []
    for _ in range(length):
        row += int(random.integers(steps))
        calls.append(Call(int(random.integers(layers)), 1, row))
    check(calls)


def random_tree(random: np.random.Generator, depth: int = 0) -> Node:
    """A loop nest; steps of a call are for the loops around it."""
    if depth == 3 or (depth and random.random() < 0.5):
        steps = tuple(int(n) for n in random.integers(-2, 5, depth))
        layer, rows, first = (int(n) for n in random.integers(0, (3, 2, 9)))
        return Call(layer, rows + 1, first, steps)
    body = tuple(
        random_tree(random, depth + 1) for _ in range(int(random.integers(1, 4)))
    )
    return Loop(int(random.integers(2, 5)), body)


@pytest.mark.parametrize("seed", range(60))
def test_loop_nests_are_rolled_again(seed: int) -> None:
    random = np.random.default_rng(seed)
    trees = [random_tree(random) for _ in range(int(random.integers(1, 4)))]
    calls = list(unroll(trees))
    check(calls)


def test_unrolling_counts_outer_loops_first() -> None:
    nest = Loop(2, (Loop(3, (Call(0, 1, 100, (10, 1)),)), Call(1, 1, 0, (5,))))
    firsts = [call.first for call in unroll([nest])]
    assert firsts == [100, 101, 102, 0, 110, 111, 112, 5]
    assert all(call.steps == () for call in unroll([nest]))
