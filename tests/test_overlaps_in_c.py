"""Outputs that lie over their dying inputs: verified plans compute the same bytes in C.

Nothing shares bytes at first; then output after output is moved as close below, or
over, its input as the declared overlaps allow. What `verify-arena` accepts is kept, so
that in the end many calls of one plan write over what they read.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support_unit import (
    function_of,
    generated_inputs,
    interpreted,
    random_bytes,
    transformed,
)
from test_verify_arena import accepted, buffers_of, build
from xdsl.dialects.builtin import IntegerAttr, ModuleOp, i64

from lowering.accesses import arena_and_function, held_rows, kernels_of
from tinyts_dialect.overlaps import Overlap
from tinyts_dialect.tsbuf import Access, BufferOp, KernelOp, root_buffer
from tools.import_tflite import import_tflite
from tools.tflite_writer import Quant, TFLiteWriter


def network(seed: int) -> ModuleOp:
    """Every kernel that may write over its input, with random windows."""
    random = np.random.default_rng(seed)
    writer = TFLiteWriter("overlaps")
    x = writer.input("x", shape=(1, 6, 7, 3), scale=0.5, zero_point=-7)

    def pair(low: int, high: int) -> tuple[int, int]:
        return int(random.integers(low, high + 1)), int(random.integers(low, high + 1))

    def quant() -> Quant:
        return Quant(0.5, int(random.integers(-20, 20)))

    def convolution(source: int, outputs: int) -> int:
        shape = (outputs, *pair(1, 3), writer.shape(source)[3])
        return writer.conv_2d(
            source,
            weights=random_bytes(random, shape),
            bias=None,
            weight_scales=[0.004],
            output=quant(),
        )

    def depthwise(source: int, ch_mult: int) -> int:
        channels = writer.shape(source)[3] * ch_mult
        return writer.depthwise_conv_2d(
            source,
            weights=random_bytes(random, (1, *pair(1, 3), channels)),
            bias=None,
            weight_scales=[0.008] * channels,
            output=quant(),
            stride=(1, int(random.integers(1, 3))),
        )

    value = convolution(x, 5)
    value = depthwise(value, 2)
    value = writer.add(value, convolution(value, 10), output=Quant(0.8, 3))
    value = convolution(value, 6)
    value = writer.max_pool_2d(value, filter=pair(1, 2), stride=(1, 1))
    value = writer.mul(value, value, output=quant())
    value = writer.average_pool_2d(value, filter=pair(1, 2), stride=(1, 1))
    value = depthwise(value, 1)
    value = writer.softmax(convolution(value, 7))
    # Outputs lie in no arena: no kernel of interest computes them.
    writer.output(*(writer.add(value, value, output=quant()) for _ in range(2)))
    return import_tflite(writer.finish())


def buffer_behind(access: Access, row: int) -> BufferOp:
    for rows in held_rows(access):
        if rows.first <= row < rows.last:
            buffer = root_buffer(rows.buffer)
            assert isinstance(buffer, BufferOp)
            return buffer
    raise AssertionError("an overlap names a row that no buffer holds")


def spread(module: ModuleOp) -> None:
    """Gives every buffer bytes of its own, with gaps."""
    arena, _ = arena_and_function(module)
    offset = 0
    for buffer in buffers_of(module):
        offset += buffer.image.bytes  # room below it for an output that trails
        buffer.offset = IntegerAttr(offset, i64)
        offset += buffer.image.bytes
    arena.bytes, arena.alignment = IntegerAttr(offset, i64), IntegerAttr(1, i64)


def moved_onto(call: KernelOp, overlap: Overlap, module: ModuleOp) -> bool:
    """Moves an output as high as an overlap allows, if `verify-arena` accepts it."""
    written = buffer_behind(call.writes()[overlap.write], overlap.write_row)
    read = buffer_behind(call.reads()[overlap.read], overlap.read_row)
    before = written.offset
    target = read.placed_offset() - (overlap.trail or 0)
    if target < 0:
        return False
    written.offset = IntegerAttr(target, i64)
    if accepted(module):
        return True
    written.offset = before
    return False


def overlapping(module: ModuleOp, order: str, height: int, seed: int) -> ModuleOp:
    """A plan with as many overlaps as are found, taken in random order."""
    placed = transformed(
        module,
        f"split-height{{height={height}}},fold-slices,schedule{{order={order}}},"
        "convert-tinyts-to-tsbuf{overlap=trail}",
    )
    spread(placed)
    kernels = {call.kernel.data for call in kernels_of(function_of(placed))}
    pairs = [
        (call, overlap)
        for call in kernels_of(function_of(placed))
        for overlap in call.legal_overlaps()
    ]
    np.random.default_rng(seed).shuffle(pairs)
    used = {
        call.kernel.data for call, overlap in pairs if moved_onto(call, overlap, placed)
    }
    if height == 1:
        assert used == kernels, "kernels that never write over their input"
    return placed


@pytest.mark.parametrize("seed", range(3))
def test_overlapping_plans_compute_the_same(seed: int, tmp_path: Path) -> None:
    module = network(seed)
    height, order = (1, 2, 6)[seed], ("df", "bf")[seed % 2]
    library = build([overlapping(module, order, height, seed)], tmp_path, "-O2")
    inputs = generated_inputs(module, seed)
    for run, expected in enumerate(zip(*interpreted(module, inputs), strict=True)):
        x = np.ascontiguousarray(inputs[0][run])
        for found, wanted in zip(library.run(0, x), expected, strict=True):
            np.testing.assert_array_equal(found, wanted)
