"""Tiles in plans: skewed borders, when they are chosen, and what they compute."""

from __future__ import annotations

from pathlib import Path

import pytest
from kernel_bench import Bench, Reference, differences, reference
from support_plans import network_of
from support_unit import function_of, transformed

from lowering.accesses import kernels_of
from lowering.pipelines import whole_tensor_passes
from lowering.stages.plan import Stage
from lowering.stages.search import Search
from lowering.stages.tiles import stage_columns
from lowering.stages.tiling import WORTH, tiled
from lowering.stages.variants import Freedom
from tools.compiler import compile_path
from tools.import_tflite import import_tflite
from tools.options import resolve
from tools.tflite_writer import Quant, TFLiteWriter


def deep(bench: Bench) -> None:
    """3x3 convolutions: line buffers of many layers in one stage."""
    x = bench.input((1, 20, 16, 3))
    for channels, stride in ((8, 1), (8, 1), (8, 2), (16, 2)):
        inputs = bench.writer.shape(x)[3]
        drawn = bench.weighted(x, (channels, 3, 3, inputs), 0, 9 * inputs)
        x = bench.writer.conv_2d(x, **drawn, padding="SAME", stride=(stride, stride))
    bench.writer.output(bench.writer.mean(x, (1, 2)))


@pytest.fixture(scope="module")
def against(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    bench = Bench(3)
    deep(bench)
    return reference(bench, tmp_path_factory.mktemp("tiling") / "deep.tflite")


def kernels(path: Path, **options: str) -> tuple[int, set[str]]:
    """The arena, and the names of the kernels that are called."""
    compiled = compile_path(path, resolve(**options))
    calls = kernels_of(function_of(compiled.placed))
    return compiled.arena_bytes, {call.kernel.data for call in calls}


def test_tiles_make_the_smallest_arena_smaller(
    against: Reference, tmp_path: Path, object_cache: Path
) -> None:
    with_tiles, tiles = kernels(against.path)
    without, rows = kernels(against.path, tiles="off")
    assert with_tiles <= without * WORTH
    assert "conv_2d_tiles" in tiles
    assert not any(name.endswith("_tiles") for name in rows)
    assert not differences(against, resolve(), tmp_path, object_cache)


def test_speed_has_no_tiles(against: Reference) -> None:
    _, names = kernels(against.path, optimize="speed")
    assert not any(name.endswith("_tiles") for name in names)


def test_plan_stages_writes_borders(against: Reference) -> None:
    module = import_tflite(against.path.read_bytes())
    passes = whole_tensor_passes(fold_channels=False)
    text = str(transformed(module, f"{passes},plan-stages"))
    assert "borders" not in text
    text = str(transformed(module, f"{passes},plan-stages{{tiles=true}}"))
    assert "borders" in text


def chain(*windows: tuple[int, int]) -> TFLiteWriter:
    """Pools of the given columns and strides over rows of 12 pixels, padded SAME."""
    writer = TFLiteWriter("chain")
    x = writer.input("x", shape=(1, 3, 12, 1), scale=0.5, zero_point=7)
    for columns, stride in windows:
        x = writer.max_pool_2d(
            x, filter=(1, columns), stride=(1, stride), padding="SAME"
        )
    writer.output(x)
    return writer


def columns(writer: TFLiteWriter, width: int) -> list[list[int]]:
    """Where the columns of each tensor end, in one stage of tiles of a width."""
    graph = network_of(writer.finish()).graph
    stage = Stage(0, len(graph.nodes), width=width)
    found = stage_columns(graph, stage)
    return [[right for _, right in found[n.output]] for n in graph.nodes]


def test_borders_are_skewed() -> None:
    """A window of three columns lags behind its input by one, one of two by none.

    What lags is computed at the end, in tiles that are no wider than others.
    """
    assert columns(chain((1, 1), (3, 1), (3, 1)), 4) == [
        [4, 8, 12],
        [3, 7, 9, 12],
        [2, 6, 8, 12],
    ]
    assert columns(chain((1, 1), (2, 2), (3, 1)), 4) == [
        [4, 8, 12],
        [2, 4, 6],
        [1, 3, 4, 6],
    ]
    assert columns(chain((1, 1), (3, 3), (3, 1)), 2) == [
        [2, 4, 6, 8, 10, 12],
        [1, 2, 3, 4],
        [1, 2, 3, 4],
    ]


def test_inputs_that_lag_by_different_numbers_of_columns() -> None:
    """A sum waits for the later of its inputs, tile by tile."""
    writer = TFLiteWriter("sum")
    x = writer.input("x", shape=(1, 3, 12, 1), scale=0.5, zero_point=7)
    a = writer.max_pool_2d(x, filter=(1, 1))
    b = writer.max_pool_2d(a, filter=(1, 7), padding="SAME")
    writer.output(writer.add(a, b, output=Quant(0.5, 0)))
    assert columns(writer, 2) == [
        [2, 4, 6, 8, 10, 12],
        [1, 3, 5, 7, 8, 10, 12],
        [1, 3, 5, 7, 8, 10, 12],
    ]


def test_whole_rows_stay_where_tiles_gain_nothing() -> None:
    graph = network_of(chain((1, 1)).finish()).graph
    search = Search(graph, Freedom(), 4)
    assert tiled(search, *search.smallest()) is None
