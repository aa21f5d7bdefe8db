"""Reductions that consume their input by rows compute what the whole ones do."""

from __future__ import annotations

import numpy as np
import pytest
from support_unit import function_of, generated_inputs, interpreted, transformed
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation

from tinyts_dialect.ops.average_pool_2d_step import covers
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.structure import SliceOp
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.windows import Pads, Window
from tools.import_tflite import import_tflite
from tools.tflite_writer import Quant, TFLiteWriter

SHAPES = ((1, 1, 4), (2, 1, 3), (5, 4, 3), (7, 3, 1))


def mean(writer: TFLiteWriter, x: int) -> int:
    return writer.mean(x, [1, 2], output=Quant(0.3, 4))


def pool(writer: TFLiteWriter, x: int) -> int:
    _, height, width, _ = writer.shape(x)
    return writer.average_pool_2d(x, filter=(height, width), activation="RELU")


def fully_connected(writer: TFLiteWriter, x: int) -> int:
    random = np.random.default_rng(1)
    size = int(np.prod(writer.shape(x)))
    flat = writer.reshape(x, [1, 1, size], output=Quant(0.25, 5))
    flat = writer.reshape(flat, [1, size])
    return writer.fully_connected(
        flat,
        weights=random.integers(-128, 128, (6, size), np.int8),
        bias=random.integers(-1000, 1000, 6, np.int32),
        weight_scales=0.01,
        output=Quant(0.4, -7),
    )


def network(build, shape: tuple[int, int, int]) -> ModuleOp:
    writer = TFLiteWriter("network")
    x = writer.input("x", shape=(1, *shape), scale=0.5, zero_point=7)
    writer.output(build(writer, writer.max_pool_2d(x, filter=(1, 1))))
    return import_tflite(writer.finish())


def operations(module: ModuleOp, kind: type[Operation]) -> list[Operation]:
    return [op for op in function_of(module).body.block.ops if isinstance(op, kind)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("build", [mean, pool, fully_connected])
def test_steps(build, shape: tuple[int, int, int]) -> None:
    module = network(build, shape)
    inputs = generated_inputs(module)
    expected = interpreted(module, inputs)
    for cut in ("", ",split-height,fold-slices,schedule", ",split-height{height=2}"):
        after = transformed(module, f"stream-reductions{{all=true}}{cut}")
        np.testing.assert_array_equal(interpreted(after, inputs)[0], expected[0])
        steps = operations(after, StepOp)
        assert len(steps) == (shape[0] if shape[0] > 1 else 0)
        if build is fully_connected:
            assert bool(operations(after, ReshapeOp)) == (shape[0] == 1)


def test_nothing_streams_by_itself() -> None:
    module = network(mean, (5, 4, 3))
    assert not operations(transformed(module, "stream-reductions"), StepOp)


def test_steps_read_slices_of_a_split_input() -> None:
    module = network(fully_connected, (5, 4, 3))
    after = transformed(
        module, "stream-reductions{all=true},split-height,fold-slices,schedule"
    )
    assert all(op.input.owner.name == "tinyts.max_pool_2d" for op in operations(
        after, StepOp
    ))
    assert all(op.input.owner not in operations(after, StepOp) for op in operations(
        after, SliceOp
    ))


def test_a_window_that_covers() -> None:
    assert covers(Window((3, 4)), 3, 4)
    assert covers(Window((5, 4), (2, 2), Pads(1, 1, 0, 0)), 3, 4)
    assert not covers(Window((3, 4), pads=Pads(1, 0, 0, 0)), 3, 4)
    assert not covers(Window((3, 4)), 4, 4)
    assert not covers(Window((3, 4), (2, 2)), 4, 4)
    assert not covers(Window((3, 4), pads=Pads(-1, 0, 0, 0)), 4, 4)
