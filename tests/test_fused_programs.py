"""Fused convolutions and streamed reductions as C, against the whole operators."""

from pathlib import Path

import numpy as np
import pytest
from support_fused import random_pair
from support_unit import function_of, generated_inputs, interpreted, transformed
from test_stream_reductions import fully_connected, mean, network, pool
from xdsl.dialects.builtin import ModuleOp, StringAttr

from emitc.program import read_program
from tinyts_dialect.interfaces import TensorOp
from tools import host_run

CUTS = ("", *(f"split-height{{height={n}}},fold-slices," for n in (1, 2, 3)))
LOWER = "schedule,convert-tinyts-to-tsbuf,plan-arena{alignment=1},verify-arena"


def check(
    module: ModuleOp, passes: str, kernel: str, folder: Path, cache: Path
) -> None:
    """The passes make calls of a kernel, and the C computes what the module does."""
    inputs = [array[:3] for array in generated_inputs(module)]
    program = read_program(transformed(module, f"{passes},{LOWER}"))
    assert kernel in program.kernels()
    built = host_run.build(program, folder, flags=host_run.SANITIZERS, cache=cache)
    found = host_run.run(built, program, inputs).outputs
    for ours, theirs in zip(found, interpreted(module, inputs), strict=True):
        np.testing.assert_array_equal(ours.reshape(-1), theirs.reshape(-1))


def seeds(quick: int, count: int) -> list[object]:
    slow = (pytest.param(n, marks=pytest.mark.slow) for n in range(quick, count))
    return [*range(quick), *slow]


@pytest.mark.parametrize("seed", seeds(4, 40))
def test_rows(seed: int, tmp_path: Path, object_cache: Path) -> None:
    passes = f"fuse-rows{{all=true}},{CUTS[seed % 4]}".rstrip(",")
    check(random_pair(seed), passes, "fused_rows", tmp_path, object_cache)


@pytest.mark.parametrize("seed", seeds(2, 16))
def test_pixels(seed: int, tmp_path: Path, object_cache: Path) -> None:
    module = random_pair(seed, "pixels")
    ops = function_of(module).body.block.ops
    next(op for op in ops if isinstance(op, TensorOp)).fuse = StringAttr("pixels")
    passes = f"fuse-rows,{CUTS[seed % 4]}".rstrip(",")
    check(module, passes, "fused_pixels", tmp_path, object_cache)


@pytest.mark.parametrize("shape", [(7, 5, 6), (4, 3, 9)])
@pytest.mark.parametrize(
    ("build", "kernel"),
    [
        (mean, "mean_step"),
        (pool, "average_pool_2d_step"),
        (fully_connected, "fully_connected_step"),
    ],
)
def test_steps(
    build, kernel: str, shape: tuple[int, int, int], tmp_path: Path, object_cache: Path
) -> None:
    passes = f"stream-reductions{{all=true}},{CUTS[shape[0] % 3]}".rstrip(",")
    check(network(build, shape), passes, kernel, tmp_path, object_cache)
