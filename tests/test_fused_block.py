"""Blocks in one kernel against the three kernels one after the other, byte by byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from kernel_bench import Bench
from support_kernels import NOWHERE, Image, Layout, Script, cut, different
from support_unit import function_of, transformed
from test_fused_kernels import Needs, one_after_the_other, stage
from test_fused_programs import check
from xdsl.dialects.builtin import (
    DictionaryAttr,
    IntegerAttr,
    ModuleOp,
    StringAttr,
    i32,
)
from xdsl.utils.exceptions import PassFailedException

from lowering.accesses import arena_and_function, kernels_of
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.windows import Pads, Window
from tools.import_tflite import import_tflite
from tools.tflite_writer import Quant

TRIALS = 40


def window(script: Script, height: int, width: int) -> Window:
    """3, 5 or 7 taps along each axis, stride 1 or 2, any padding below the window."""
    while True:
        kernel = (script.draw(1, 3) * 2 + 1, script.draw(1, 3) * 2 + 1)
        rows, columns = kernel[0] - 1, kernel[1] - 1
        pads = Pads(*(script.draw(0, most) for most in (rows, rows, columns, columns)))
        found = Window(kernel, (script.draw(1, 2), script.draw(1, 2)), pads)
        if found.output_size(0, height) > 0 and found.output_size(1, width) > 0:
            return found


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))]
)
def test_every_byte(seed: int, tmp_path: Path) -> None:
    """New rows take the places of dying ones, and nothing else is written."""
    script = Script(seed)
    checks: list[tuple[int, Image, int, Image, range, list[Image]]] = []
    for _ in range(TRIALS):
        shape = (script.draw(1, 12), script.draw(1, 12), script.draw(1, 5))
        multiplier = script.draw(1, 2) if script.rng.random() < 0.3 else 0
        producer = stage(script, shape, Window((1, 1)), script.draw(1, 9), multiplier)
        middle = producer.shape
        seen = window(script, *middle[:2])
        consumer = stage(script, middle, seen, 0, script.draw(1, 2))
        between = consumer.shape
        project = stage(script, between, Window((1, 1)), script.draw(1, 7), 0)
        output = project.shape
        overlap = max(0, seen.extent(0) - seen.stride[0])
        keep = overlap if script.rng.random() < 0.7 else script.draw(0, overlap)
        first_row = script.draw(0, output[0] - 1) if script.rng.random() < 0.3 else 0
        last_row = script.draw(first_row + 1, output[0])
        needs = Needs(seen, middle[0], keep, first_row, last_row)

        layout = Layout(script.rng)
        calls = cut(script.rng, first_row, last_row)
        source, target = layout.image(shape), layout.image(output)
        slots = needs.slots()
        size = middle[1] * middle[2]
        places = [layout.block(size) for _ in set(slots.values())]
        rows = [places[slots[y]] if y in slots else NOWHERE for y in range(middle[0])]
        columns = min(seen.extent(1), middle[1])
        offsets = [NOWHERE] * output[0]
        scratches: list[Image] = []
        for first, last in calls:
            waiting = max(needs.waiting(y) for y in range(first, last))
            bytes_ = waiting * columns * middle[2] + between[2]
            offsets[first] = layout.block(bytes_)
            scratches.append(Image((1, 1, bytes_), (offsets[first],), bytes_))
        most = max(image.pixel_pitch for image in scratches)
        scratch = Image((output[0], 1, most), tuple(offsets), most)
        memory = script.bytes(layout.bytes)
        layer = script.layer(
            "fused_block",
            {
                "input": script.tensor(source),
                "middle": script.tensor(Image(middle, tuple(rows), middle[2])),
                "output": script.tensor(target),
                "scratch": script.tensor(scratch),
                "keep": keep,
                "first_row": first_row,
                "last_row": last_row,
                "producer": producer.nested,
                "consumer": consumer.nested,
                "project": project.nested,
            },
        )
        fused = script.trial(memory)
        script.call(fused, "fused_block", layer, calls)
        plain, expected = one_after_the_other(
            script, memory[source.addresses()], shape, (producer, consumer, project)
        )
        used = [Image((1, 1, size), (at,), 1) for at in places]
        computed = range(first_row, last_row)
        checks.append((plain, expected, fused, target, computed, used + scratches))
    after = script.run(tmp_path)
    for plain, expected, fused, target, rows, others in checks:
        computed = target.addresses()[rows.start : rows.stop]
        wanted = after[plain][expected.addresses()][rows.start : rows.stop]
        np.testing.assert_array_equal(after[fused][computed], wanted)
        written = [computed, *(image.addresses() for image in others)]
        assert not different(script.trials[fused].before, after[fused], written)


def block(kernel: int, stride: int, padding: str, channels: int = 16) -> ModuleOp:
    """An inverted residual block, to be fused."""
    bench = Bench(kernel)
    x = bench.input((1, 9, 10, 8))
    for shape, axis, layer, step in (
        ((channels, 1, 1, 8), 0, bench.writer.conv_2d, 1),
        ((1, kernel, kernel, channels), 3, bench.writer.depthwise_conv_2d, stride),
        ((12, 1, 1, channels), 0, bench.writer.conv_2d, 1),
    ):
        drawn = bench.weighted(x, shape, axis, 9)
        drawn |= {"activation": "RELU", "output": Quant(drawn["output"].scale, -128)}
        x = layer(x, **drawn, padding=padding, stride=(step, step))
    bench.writer.output(x)
    module = import_tflite(bench.writer.finish())
    ops = function_of(module).body.block.ops
    next(op for op in ops if isinstance(op, Conv2DOp)).fuse = StringAttr("block")
    return module


LOWER = "schedule,convert-tinyts-to-tsbuf{{overlap=trail}},plan-arena,{}verify-arena"


@pytest.mark.parametrize(
    ("size", "kernel", "taps", "stride", "padding", "height"),
    [
        (0, "fused_block_pixels", 3, 1, "SAME", 1),
        (0, "fused_block_pixels", 5, 2, "SAME", 2),
        (0, "fused_block_pixels", 7, 1, "VALID", 1),
        (4000, "fused_block_pairs", 3, 1, "SAME", 2),
        (4000, "fused_block_pairs", 3, 2, "VALID", 1),
        (4000, "fused_block_pairs", 7, 2, "SAME", 1),
    ],
)
def test_variants(
    size: int,
    kernel: str,
    taps: int,
    stride: int,
    padding: str,
    height: int,
    tmp_path: Path,
    object_cache: Path,
) -> None:
    """By single pixels without more scratch than planned, else by cells of pairs."""
    module = block(taps, stride, padding)
    passes = f"fuse-pad,fuse-rows,split-height{{height={height}}},fold-slices"
    lower = LOWER.format(f"choose-kernels{{size={size}}},")
    check(module, passes, kernel, tmp_path, object_cache, lower)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("keep", 1, "row 1 of 'middle' without storing it"),
        ("pixels", 4, "bytes of 'scratch' and is given"),
        ("pixels", 0, "the rows of its middle tensor are not known"),
    ],
)
def test_what_a_block_must_name(name: str, value: int, message: str) -> None:
    """`verify-arena` follows the rows that the kernel keeps, and its scratch."""
    passes = "fuse-pad,fuse-rows,split-height{height=1},fold-slices"
    module = transformed(block(3, 1, "SAME"), f"{passes},{LOWER.format('')}")
    for call in kernels_of(arena_and_function(module)[1]):
        params = {**call.params.data, name: IntegerAttr(value, i32)}
        call.params = DictionaryAttr(params)
    with pytest.raises(PassFailedException, match=message):
        transformed(module, "verify-arena")
