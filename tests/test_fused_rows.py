"""Fused ops compute what the two ops of which they are made compute."""

from __future__ import annotations

import numpy as np
import pytest
from support_fused import random_pair
from support_unit import function_of, generated_inputs, interpreted, transformed
from xdsl.dialects.builtin import ModuleOp, StringAttr

from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.fused_pixels import FusedPixelsOp
from tinyts_dialect.ops.fused_rows import FusedRowsOp

SEEDS = range(120)

CUTS = (
    "",
    "split-height{height=1}",
    "split-height{height=1},fold-slices",
    "split-height{height=2},fold-slices,schedule",
    "split-height{height=3},split-height{height=1},fold-slices",
    "split-height{height=3},fold-slices,split-height{height=2},fold-slices",
)


def assert_same(module: ModuleOp, pipeline: str) -> ModuleOp:
    inputs = [array[:2] for array in generated_inputs(module)]
    after = transformed(module, pipeline)
    expected, found = interpreted(module, inputs), interpreted(after, inputs)
    np.testing.assert_array_equal(found[0], expected[0])
    return after


def ops_of(module: ModuleOp, kind: type[TensorOp]) -> list[TensorOp]:
    return [op for op in function_of(module).body.block.ops if isinstance(op, kind)]


@pytest.mark.parametrize("seed", SEEDS)
def test_rows(seed: int) -> None:
    module = random_pair(seed)
    for cut in CUTS:
        after = assert_same(module, f"fuse-rows{{all=true}},{cut}".rstrip(","))
        assert ops_of(after, FusedRowsOp)


@pytest.mark.parametrize("seed", SEEDS[::3])
def test_pixels(seed: int) -> None:
    module = random_pair(seed, "pixels")
    ops_of(module, TensorOp)[0].fuse = StringAttr("pixels")
    for cut in CUTS:
        after = assert_same(module, f"fuse-rows,{cut}".rstrip(","))
        assert ops_of(after, FusedPixelsOp)


@pytest.mark.parametrize("seed", SEEDS[1::2])
def test_block(seed: int) -> None:
    module = random_pair(seed, "block")
    ops_of(module, TensorOp)[0].fuse = StringAttr("block")
    for cut in CUTS:
        after = assert_same(module, f"fuse-rows,{cut}".rstrip(","))
        blocks = ops_of(after, FusedRowsOp)
        assert blocks
        assert all(op.project_weights is not None for op in blocks)
