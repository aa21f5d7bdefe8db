"""Fused convolutions and streamed reductions as C, against the whole operators."""

from pathlib import Path

import numpy as np
import pytest
from kernel_bench import Bench
from support_fused import random_pair
from support_unit import function_of, generated_inputs, interpreted, transformed
from test_stream_reductions import fully_connected, mean, network, pool
from xdsl.dialects.builtin import ModuleOp, StringAttr

from emitc.read_program import read_program
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tools import host_run
from tools.import_tflite import import_tflite
from tools.tflite_writer import Quant

CUTS = ("", *(f"split-height{{height={n}}},fold-slices," for n in (1, 2, 3)))
LOWER = "schedule,convert-tinyts-to-tsbuf,plan-arena{alignment=1},verify-arena"


def check(
    module: ModuleOp,
    passes: str,
    kernel: str,
    folder: Path,
    cache: Path,
    lower: str = LOWER,
) -> None:
    """The passes make calls of a kernel, and the C computes what the module does."""
    inputs = [array[:3] for array in generated_inputs(module)]
    program = read_program(transformed(module, f"{passes},{lower}"))
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


@pytest.mark.parametrize("seed", seeds(6, 40))
def test_block(seed: int, tmp_path: Path, object_cache: Path) -> None:
    module = random_pair(seed, "block")
    ops = function_of(module).body.block.ops
    next(op for op in ops if isinstance(op, TensorOp)).fuse = StringAttr("block")
    passes = f"fuse-rows,{CUTS[seed % 4]}".rstrip(",")
    lower = LOWER.replace("tsbuf", "tsbuf{overlap=trail}") if seed % 2 else LOWER
    check(module, passes, "fused_block", tmp_path, object_cache, lower)


def separable() -> ModuleOp:
    """Depthwise and pointwise, fused by pixels, as networks have them."""
    bench = Bench(5)
    x = bench.input((1, 9, 11, 12))
    for shape, axis, layer in (
        ((1, 3, 3, 12), 3, bench.writer.depthwise_conv_2d),
        ((9, 1, 1, 12), 0, bench.writer.conv_2d),
    ):
        drawn = bench.weighted(x, shape, axis, 9)
        drawn |= {"activation": "RELU", "output": Quant(drawn["output"].scale, -128)}
        x = layer(x, **drawn, padding="SAME")
    bench.writer.output(x)
    module = import_tflite(bench.writer.finish())
    ops = function_of(module).body.block.ops
    next(op for op in ops if isinstance(op, DepthwiseConv2DOp)).fuse = StringAttr(
        "pixels"
    )
    return module


@pytest.mark.parametrize(
    ("size", "kernel"),
    [(1000, "fused_pixels_pairs"), (150, "fused_pixels_rows"), (0, "fused_pixels")],
)
def test_pixels_by_rows(
    size: int, kernel: str, tmp_path: Path, object_cache: Path
) -> None:
    """With scratch for a whole row and pairs of its pixels, for the row, for none."""
    choose = f"alignment=4}},choose-kernels{{size={size}}}"
    lower = LOWER.replace("alignment=1}", choose)
    passes = "fuse-pad,fuse-rows,split-height{height=2},fold-slices"
    check(separable(), passes, kernel, tmp_path, object_cache, lower)


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
