"""Where kept rows, scratch and accumulators lie, and what calls name of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support_fused import Network, random_pair
from support_unit import function_of, generated_inputs, interpreted, transformed
from test_stream_reductions import fully_connected, mean, network, pool
from xdsl.context import Context
from xdsl.dialects.builtin import (
    ArrayAttr,
    DenseArrayBase,
    IntegerAttr,
    ModuleOp,
    StringAttr,
    i32,
    i64,
)
from xdsl.passes import PassPipeline
from xdsl.utils.exceptions import PassFailedException

from emitc.read_program import read_program
from lowering.accesses import kernels_of
from lowering.overlaps.walks import STRAIGHT, FusedRowsWalk, Taps
from lowering.pipelines import all_passes
from tinyts_dialect.attributes import PairAttr
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.fused_rows import FusedRowsOp
from tinyts_dialect.ops.structure import ConcatOp, SliceOp
from tinyts_dialect.streaming import StepOp
from tinyts_dialect.tsbuf import Access, BufferOp, Image, KernelOp, image_of
from tinyts_dialect.windows import Pads, Rect, Window
from tools import host_run

SAME = Window((3, 3), pads=Pads(1, 1, 1, 1))
SPLIT = "split-height{height=1},fold-slices,schedule,"
LOWER = "convert-tinyts-to-tsbuf{overlap=trail}"
PLACE = "plan-arena,verify-arena"


def toy(window: Window = SAME, last: Window | None = None) -> ModuleOp:
    """4x8x3 -> convolution (16) -> depthwise (16) -> 1x1 convolution (8)."""
    grown = Network(np.random.default_rng(0), (4, 8, 3))
    grown.convolution(SAME, 16)
    grown.depthwise(window)
    grown.convolution(last or Window((1, 1)), 8)
    return grown.module()


def fused_calls(module: ModuleOp, before: str = SPLIT, group: int = 8):
    pipeline = f"fuse-rows{{all=true group={group}}},{before}{LOWER}"
    lowered = transformed(module, pipeline)
    calls = [k for k in kernels_of(function_of(lowered)) if k.kernel.data != "conv_2d"]
    return lowered, calls


def named(accesses: list[Access], field: str) -> list[tuple[int, int]]:
    return [(a.first, a.last) for a in accesses if a.field == field]


def sizes(call: KernelOp, field: str) -> list[Image]:
    (table,) = {a.table for a in call.writes() if a.field == field}
    return [image_of(buffer) for buffer in table.buffers]


def ops_of(module: ModuleOp, kind: type[TensorOp]) -> list[TensorOp]:
    return [op for op in function_of(module).body.block.ops if isinstance(op, kind)]


# Fused rows


def test_calls_name_kept_and_stored_rows() -> None:
    module = toy()
    ops_of(module, TensorOp)[1].properties["stage"] = IntegerAttr(3, i64)
    lowered, calls = fused_calls(module)
    rows = [
        (
            named(c.reads(), "input"),
            named(c.reads(), "middle"),
            named(c.writes(), "middle"),
            c.named_rows(),
        )
        for c in calls
    ]
    assert rows == [
        ([(0, 3)], [(0, 0)], [(0, 2)], (0, 1)),
        ([(1, 4)], [(0, 2)], [(2, 3)], (1, 2)),
        ([(2, 4)], [(1, 3)], [(3, 4)], (2, 3)),
        ([(0, 0)], [(2, 4)], [(0, 0)], (3, 4)),
    ]
    for call in calls:
        assert call.attributes["stage"] == IntegerAttr(3, i64)
        assert call.attributes["fused_layers"] == ArrayAttr([IntegerAttr(1, i64)])
        assert call.params.data["last_row"].value.data == 4
    transformed(lowered, PLACE)


def test_scratch_holds_the_new_rows_of_a_group() -> None:
    """The first call computes two rows, the last none; a group has 5 channels."""
    _, calls = fused_calls(toy(), group=5)
    assert sizes(calls[0], "scratch") == [(1, 16, 5), (1, 8, 5), (1, 8, 5)]
    assert [named(c.writes(), "scratch") for c in calls] == [
        [(0, 1)], [(1, 2)], [(2, 3)], [(0, 0)]
    ]  # fmt: skip
    _, calls = fused_calls(toy(), group=99)
    assert sizes(calls[0], "scratch")[0] == (1, 16, 16)


def test_a_new_row_takes_the_place_of_a_dying_one() -> None:
    _, calls = fused_calls(toy())
    found = [
        [(o.write, o.write_row, o.read, o.read_row, o.trail) for o in overlaps]
        for overlaps in ([x for x in c.legal_overlaps() if x.write == 1] for c in calls)
    ]
    assert found == [[], [(1, 2, 1, 0, None)], [(1, 3, 1, 1, None)], []]


def test_rows_that_no_call_reads_are_not_stored() -> None:
    """Of the last output rows nobody asks; with stride 3 no row is kept."""
    last = Window((1, 1), pads=Pads(0, -2, 0, 0))
    _, calls = fused_calls(toy(last=last))
    assert [c.named_rows() for c in calls] == [(0, 1), (1, 2)]
    assert named(calls[1].writes(), "middle") == [(0, 0)]
    assert calls[0].params.data["last_row"].value.data == 2
    _, calls = fused_calls(toy(Window((3, 3), (3, 1), Pads(1, 1, 1, 1))))
    (table,) = {a.table for c in calls for a in c.writes() if a.field == "middle"}
    assert not table.buffers
    assert table.image == (4, 8, 16)


def test_a_call_of_several_rows_stores_rows_for_itself() -> None:
    """Stride 2 keeps every other row, so that one call stores two runs."""
    window = Window((3, 3), (2, 1), Pads(1, 4, 1, 1))
    _, calls = fused_calls(toy(window), "split-height{height=2},fold-slices,")
    assert [named(c.writes(), "middle") for c in calls] == [
        [(1, 2), (3, 4)],
        [(0, 0), (0, 0)],
    ]
    assert len({tuple(c.operands) for c in calls}) == 1


@pytest.mark.parametrize("seed", range(40))
def test_every_arena_is_verified(seed: int) -> None:
    """Of any windows, cut into any rows; calls of a layer share their operands."""
    for height in (0, 1, 2, 3):
        split = f"split-height{{height={height}}},fold-slices,schedule,"
        lowered = transformed(
            random_pair(seed),
            f"fuse-rows{{all=true}},{split if height else ''}{LOWER},{PLACE}",
        )
        calls = kernels_of(function_of(lowered))
        layers = {(c.layer, c.params, tuple(c.operands)) for c in calls}
        assert len(layers) == len({c.layer for c in calls})


def test_a_scratch_that_is_too_small_is_refused() -> None:
    lowered, calls = fused_calls(toy())
    (table,) = {a.table for a in calls[0].writes() if a.field == "scratch"}
    small = BufferOp(Image(1, 15, 8))
    function_of(lowered).body.block.insert_op_before(small, table)
    table.operands[0] = small.result
    with pytest.raises(PassFailedException, match="needs 128 bytes of 'scratch'"):
        transformed(lowered, PLACE)


def test_rows_to_keep_need_no_scratch_before_any_are_kept() -> None:
    """The first call computes two rows, both where they stay; the others one."""
    walk = FusedRowsWalk(Taps(3, 1, 1, 1), 2, 8, 0, 4, 4)
    assert [walk.in_scratch(y, straight=True) for y in range(4)] == [0, 1, 1, 0]
    assert [walk.in_scratch(y, straight=False) for y in range(4)] == [2, 1, 1, 0]


def test_variants_that_compute_rows_where_they_stay_need_less_scratch() -> None:
    lowered, calls = fused_calls(toy(), group=16)
    (table,) = {a.table for a in calls[0].writes() if a.field == "scratch"}
    small = BufferOp(Image(1, 15, 16))
    function_of(lowered).body.block.insert_op_before(small, table)
    table.operands[0] = small.result
    with pytest.raises(PassFailedException, match="needs 256 bytes of 'scratch'"):
        transformed(lowered, PLACE)
    for call in calls:
        call.variant = StringAttr("wide_dw")
    assert calls[0].function in STRAIGHT
    transformed(lowered, PLACE)


def test_rows_that_lie_in_scratch_after_all() -> None:
    """With a stride the last row of a window alone is kept."""
    walk = FusedRowsWalk(Taps(3, 2, 0, 1), 1, 8, 0, 3, 7)
    assert [walk.in_scratch(y, straight=True) for y in range(3)] == [2, 2, 2]
    assert [walk.in_scratch(y, straight=False) for y in range(3)] == [3, 2, 2]


def refused(module: ModuleOp, message: str) -> None:
    module.verify()
    with pytest.raises(PassFailedException, match=message):
        transformed(module, LOWER)


def split_toy() -> tuple[ModuleOp, list[TensorOp]]:
    module = transformed(toy(), f"fuse-rows{{all=true}},{SPLIT}".rstrip(","))
    return module, ops_of(module, FusedRowsOp)


def test_kept_rows_must_be_those_stored_before() -> None:
    module, parts = split_toy()
    kept = parts[1].kept
    parts[1].operands = [kept[1], kept[0], *parts[1].operands[2:]]
    refused(module, "layer 2: row 0 of the middle is not the one stored before")


def test_only_the_first_part_keeps_nothing() -> None:
    """Parts that begin anew would need a first row of their own."""
    anew = transformed(toy(), "fuse-rows{all=true},split-height{height=2}")
    _, second = ops_of(anew, FusedRowsOp)
    second.operands = second.operands[2:]
    second.properties["operandSegmentSizes"] = DenseArrayBase.from_list(
        i32, [0, 1, 1, 1, 1, 1, 0, 0]
    )
    second.properties["middle_rows"] = PairAttr((1, 4))
    whole = function_of(anew).body.block.args[0]
    piece = SliceOp(whole, Rect(0, 4, 0, 8))
    function_of(anew).body.block.insert_op_before(piece, second)
    second.operands[0] = piece.result
    refused(anew, "output row 2 keeps no row, as if it were the first")


def test_no_other_op_reads_a_kept_row() -> None:
    module, parts = split_toy()
    joined = next(
        op for op in function_of(module).body.block.ops if isinstance(op, ConcatOp)
    )
    joined.parts[0].owner.operands[0] = parts[0].stored[0]
    refused(module, "tinyts.fused_rows cannot be lowered")


# Steps


@pytest.mark.parametrize("build", [mean, pool, fully_connected])
def test_steps_share_one_accumulator(build) -> None:
    module = network(build, (5, 4, 3))
    lowered = transformed(module, f"stream-reductions{{all=true}},{SPLIT}{LOWER}")
    calls = [c for c in kernels_of(function_of(lowered)) if c.call_rows is not None]
    assert [c.named_rows() for c in calls] == [(y, y + 1) for y in range(5)]
    none, all = [(0, 0)], [(0, 1)]
    for y, call in enumerate(calls):
        assert named(call.reads(), "input") == [(y, y + 1)]
        assert named(call.writes(), "output") == (all if y == 4 else none)
        assert named(call.reads(), "accumulator") == (none if y == 0 else all)
        assert named(call.writes(), "accumulator") == all
    channels = 6 if build is fully_connected else 3
    assert sizes(calls[0], "accumulator") == [(1, 1, 4 * channels)]
    assert len({(c.params, tuple(c.operands)) for c in calls}) == 1
    program = read_program(transformed(lowered, PLACE))
    (layer,) = (x for x in program.layers if x.kernel.endswith("_step"))
    assert layer.completion == (5, 1)


def streamed() -> tuple[ModuleOp, list[TensorOp]]:
    module = network(mean, (3, 4, 2))
    module = transformed(module, f"stream-reductions{{all=true}},{SPLIT}".rstrip(","))
    return module, ops_of(module, StepOp)


def test_a_step_follows_the_one_before() -> None:
    module, steps = streamed()
    steps[1].layer = IntegerAttr(99, i64)
    refused(module, r"rows \[2, 3\) do not follow the step before")


def test_the_last_step_must_be_there() -> None:
    module, steps = streamed()
    pooled = next(op for op in ops_of(module, TensorOp))
    reader = next(iter(steps[2].result.uses)).operation
    reader.operands[0] = pooled.operands[0]
    steps[2].detach()
    steps[2].erase()
    with pytest.raises(PassFailedException, match="step of the last row is missing"):
        transformed_unverified(module)


def transformed_unverified(module: ModuleOp) -> None:
    PassPipeline.parse_spec(all_passes(), LOWER).apply(Context(), module)


# The C


@pytest.mark.parametrize("build", [mean, pool, fully_connected])
def test_only_the_complete_output_is_recorded(
    build, tmp_path: Path, object_cache: Path
) -> None:
    module = network(build, (5, 4, 3))
    inputs = generated_inputs(module)
    lowered = transformed(
        module, f"stream-reductions{{all=true}},{SPLIT}{LOWER},{PLACE}"
    )
    program = read_program(lowered)
    executable = host_run.build(program, tmp_path, True, cache=object_cache)
    result = host_run.run(executable, program, inputs, record=True)
    np.testing.assert_array_equal(result.outputs[0], interpreted(module, inputs)[0])
    last = result.records[0][-1]
    assert (last.first, last.last) == (0, 1)
    assert sum(r.layer == last.layer for r in result.records[0]) == 1
