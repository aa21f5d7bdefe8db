"""The passes on tensors keep every output byte, under xDSL's interpreter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from support_unit import (
    Array,
    function_of,
    generated_inputs,
    interpreted,
    transformed,
)
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from tinyts_dialect.interfaces import TensorOp, is_splittable
from tinyts_dialect.ops.pad import PadOp
from tinyts_dialect.ops.structure import ConcatOp, SliceOp
from tinyts_dialect.tensors import shape_of
from tools.import_tflite import import_tflite
from tools.random_graphs import random_graph
from tools.tflite_writer import Quant, TFLiteWriter

SEEDS = range(20)
HEIGHTS = (1, 2, 3)


def assert_same(module: ModuleOp, inputs: list[Array], expected: list[Array]) -> None:
    found = interpreted(module, inputs)
    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.dtype == theirs.dtype
        np.testing.assert_array_equal(mine, theirs)


def operations(module: ModuleOp) -> list[Operation]:
    return list(function_of(module).body.block.ops)


def count(module: ModuleOp, *kinds: type[Operation]) -> int:
    return sum(isinstance(op, kinds) for op in operations(module))


def tallest(module: ModuleOp) -> int:
    """Rows of the tallest result of an op that can be split."""
    heights = [
        shape_of(op.output())[1]
        for op in operations(module)
        if isinstance(op, TensorOp) and is_splittable(op)
    ]
    return max(heights, default=1)


def is_folded(module: ModuleOp) -> bool:
    """Whether no slice is left that reads another slice or what was joined."""
    return not any(
        isinstance(op, SliceOp) and isinstance(op.input.owner, SliceOp | ConcatOp)
        for op in operations(module)
    )


def few_inputs(module: ModuleOp, seed: int) -> list[Array]:
    """One run of noise and one of narrow noise."""
    return [array[:2] for array in generated_inputs(module, seed)]


def in_order(module: ModuleOp) -> bool:
    """Whether every operation comes after those that it reads."""
    seen: set[Operation] = set()
    for op in operations(module):
        if any(
            isinstance(v.owner, Operation) and v.owner not in seen for v in op.operands
        ):
            return False
        seen.add(op)
    return True


@pytest.mark.parametrize("seed", SEEDS)
def test_every_byte_survives(seed: int) -> None:
    imported = import_tflite(random_graph(seed))
    inputs = few_inputs(imported, seed)
    expected = interpreted(imported, inputs)
    fused = transformed(imported, "fuse-pad")
    assert_same(fused, inputs, expected)
    for height in HEIGHTS:
        split = transformed(fused, f"split-height{{height={height}}}")
        assert tallest(split) <= height
        assert_same(split, inputs, expected)
        folded = transformed(split, "fold-slices")
        assert is_folded(folded)
        for order in ("df", "bf"):
            scheduled = transformed(folded, f"schedule{{order={order}}}")
            assert in_order(scheduled)
            assert count(scheduled, Operation) == count(folded, Operation)
            assert_same(scheduled, inputs, expected)


@pytest.mark.parametrize("seed", SEEDS[::2])
@pytest.mark.parametrize("between", ["", "fold-slices,schedule{order=df},"])
def test_split_twice(seed: int, between: str) -> None:
    """Parts are split again, without pads fused, so that pads are split as well."""
    imported = import_tflite(random_graph(seed))
    inputs = few_inputs(imported, seed)
    expected = interpreted(imported, inputs)
    twice = transformed(
        imported,
        f"split-height{{height=5}},{between}split-height{{height=2}},"
        "split-height{height=1},fold-slices",
    )
    assert tallest(twice) == 1
    assert_same(twice, inputs, expected)


def test_a_second_split_gives_the_parts_of_a_first_one() -> None:
    """Split to 4, then to 2, is split to 2, as text and so in every property."""
    for seed in range(8):
        imported = transformed(import_tflite(random_graph(seed)), "fuse-pad")
        tail = "fold-slices,schedule{order=df}"
        once = transformed(imported, f"split-height{{height=2}},{tail}")
        twice = transformed(
            imported, f"split-height{{height=4}},split-height{{height=2}},{tail}"
        )
        parts = [
            sorted(
                (op.name, str(op.properties))
                for op in operations(module)
                if isinstance(op, TensorOp)
            )
            for module in (once, twice)
        ]
        assert parts[0] == parts[1]


def test_folded_twice_is_folded_once() -> None:
    for seed in range(8):
        once = transformed(
            import_tflite(random_graph(seed)), "split-height{height=1},fold-slices"
        )
        assert str(transformed(once, "fold-slices")) == str(once)


# Networks made for one pass


def network(build: Callable[[TFLiteWriter, int], int]) -> ModuleOp:
    writer = TFLiteWriter("network")
    x = writer.input("x", shape=(1, 6, 5, 2), scale=0.5, zero_point=7)
    writer.output(build(writer, x))
    return import_tflite(writer.finish())


def convolution(writer: TFLiteWriter, x: int, seed: int = 0) -> int:
    weights = np.random.default_rng(seed).integers(-99, 99, (3, 3, 3, 2), np.int8)
    return writer.conv_2d(
        x, weights=weights, bias=None, weight_scales=[0.01], output=Quant(0.5, -9)
    )


def assert_pass_keeps(module: ModuleOp, pipeline: str) -> ModuleOp:
    inputs = generated_inputs(module)
    after = transformed(module, pipeline)
    assert_same(after, inputs, interpreted(module, inputs))
    return after


def test_pads_move_into_convolutions() -> None:
    def build(writer: TFLiteWriter, x: int) -> int:
        rows = writer.pad(x, [[0, 0], [2, 1], [0, 0], [0, 0]])
        columns = writer.pad(rows, [[0, 0], [0, 0], [3, 1], [0, 0]])
        return convolution(writer, columns)

    assert count(assert_pass_keeps(network(build), "fuse-pad"), PadOp) == 0


def test_pads_that_others_read_stay() -> None:
    def build(writer: TFLiteWriter, x: int) -> int:
        padded = writer.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]])
        convolved = convolution(writer, padded)
        writer.output(writer.max_pool_2d(padded, filter=(2, 2)))
        return convolved

    assert count(assert_pass_keeps(network(build), "fuse-pad"), PadOp) == 1


def test_pads_of_channels_stay() -> None:
    def build(writer: TFLiteWriter, x: int) -> int:
        pooled = writer.average_pool_2d(x, filter=(1, 1))
        padded = writer.pad(pooled, [[0, 0], [1, 1], [1, 1], [1, 0]])
        weights = np.ones((1, 2, 2, 3), np.int8)
        return writer.depthwise_conv_2d(
            padded, weights=weights, bias=None, weight_scales=[0.2], output=Quant(0.5)
        )

    assert count(assert_pass_keeps(network(build), "fuse-pad"), PadOp) == 1


def test_pads_that_add_nothing_vanish() -> None:
    def build(writer: TFLiteWriter, x: int) -> int:
        return writer.max_pool_2d(writer.pad(x, np.zeros((4, 2))), filter=(2, 2))

    assert count(assert_pass_keeps(network(build), "fuse-pad"), PadOp) == 0


def test_rows_wholly_in_the_padding() -> None:
    """Parts whose window meets no row of the tensor still compute the bias."""

    def build(writer: TFLiteWriter, x: int) -> int:
        return convolution(writer, writer.pad(x, [[0, 0], [7, 8], [0, 0], [0, 0]]))

    for pipeline in ("fuse-pad,split-height{height=1}", "split-height{height=1}"):
        after = assert_pass_keeps(network(build), f"{pipeline},fold-slices")
        assert tallest(after) == 1


def test_concatenation_of_rows() -> None:
    """A part on the border of two inputs reads both, any other part only one."""

    def build(writer: TFLiteWriter, x: int) -> int:
        pooled = writer.max_pool_2d(x, filter=(2, 1))
        return writer.concatenation([x, pooled, x], axis=1)

    for height in (1, 2, 3, 4):
        assert_pass_keeps(network(build), f"split-height{{height={height}}}")


def positions(module: ModuleOp, layer: int) -> list[int]:
    return [
        index
        for index, op in enumerate(operations(module))
        if isinstance(op, TensorOp)
        and op.layer is not None
        and op.layer.value.data == layer
    ]


def test_depth_first_and_breadth_first() -> None:
    """Slices of two layers alternate, or follow each other layer by layer."""

    def build(writer: TFLiteWriter, x: int) -> int:
        first = writer.max_pool_2d(x, filter=(1, 2))
        return writer.max_pool_2d(first, filter=(1, 2))

    module = transformed(network(build), "split-height{height=1},fold-slices")
    lower, upper = (
        op.layer.value.data
        for op in operations(transformed(network(build), "fold-slices"))
        if isinstance(op, TensorOp) and op.layer is not None
    )
    breadth = transformed(module, "schedule{order=bf}")
    assert max(positions(breadth, lower)) < min(positions(breadth, upper))
    depth = transformed(module, "schedule{order=df}")
    pairs = zip(positions(depth, lower), positions(depth, upper), strict=True)
    merged = [position for pair in pairs for position in pair]
    assert merged == sorted(merged)
