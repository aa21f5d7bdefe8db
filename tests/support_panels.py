"""Random convolutions as jobs of panels: packed, run in C, and computed plainly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from emitc.print_c import constant
from emitc.print_c import instance as print_instance
from emitc.program import Constant
from lowering.kernel_choice.instances import instance, parse_instance
from lowering.packing.panel_forms import (
    Linear,
    requantized,
    requantized_in_parts,
    sums_in_parts,
)
from lowering.packing.panel_stream import Layout, stream, words_of_runs
from tinyts_dialect.multipliers import requantize

Int8Array = npt.NDArray[np.int8]

KINDS = ("relu", "linear", "clamp")


@dataclass(frozen=True)
class PanelTrial:
    """A job: what it reads, its C text, and what it must write."""

    name: str
    declarations: str
    call: str
    expected: Int8Array
    """[pixels, channels]"""


def random_linear(
    rng: np.random.Generator, channels: int, size: int, kind: str, edges: bool
) -> Linear:
    """Outputs that fill int8; with `edges`, extreme multipliers, shifts and values."""
    input_zero = int(rng.integers(-128, 128))
    output_zero = -128 if kind == "relu" else int(rng.integers(-128, 128))
    weights = rng.integers(-127, 128, (channels, size))
    weights[rng.random(channels) < 0.1] = 0
    magnitude = 73 * 73 * np.sqrt(size)
    shifts = -np.round(np.log2(magnitude / 60) + rng.uniform(-1, 1, channels))
    shifts = np.minimum(shifts, 0)
    multipliers = rng.integers(1 << 30, 1 << 31, channels)
    bias = rng.integers(-9999, 9999, channels)
    if edges:
        pick = rng.integers(0, 8, channels)
        multipliers[pick == 0] = 1 << 30
        multipliers[pick == 1] = (1 << 31) - 1
        multipliers[pick == 2] = 0
        multipliers[pick == 3] *= -1
        shifts[pick == 4] = -30
        shifts[pick == 5] = -1
        weights[rng.random(channels) < 0.3] = 127
        shifts[pick == 6] = -31  # constant, whatever the input
        weights[pick == 7] = 0
        shifts[pick == 7] = 0
        bias[pick == 5] = rng.integers(-128, 128)
        weights[pick == 5] = 0  # small sums: ties of the second rounding
        weights[pick == 5, 0] = 1
    low, high = (-128, 127) if kind != "clamp" else (-100, 90)
    return Linear(
        weights.astype(np.int64),
        bias.astype(np.int64),
        multipliers.astype(np.int64),
        shifts.astype(np.int64),
        input_zero,
        output_zero,
        low,
        high,
    )


def outputs_of(linear: Linear, windows: npt.NDArray[np.int64]) -> Int8Array:
    """The plain result for [pixels, values] windows: TFLite Micro's arithmetic."""
    sums = (windows - linear.input_zero) @ linear.weights.T + linear.bias
    scaled = requantize(sums, linear.multipliers, linear.shifts) + linear.output_zero
    return np.clip(scaled, linear.low, linear.high).astype(np.int8)


def panel_trial(
    rng: np.random.Generator,
    number: int,
    *,
    bits: int,
    kind: str,
    channels: int,
    runs: int,
    length: int,
    pixels: int,
    edges: bool = False,
    widened: bool = False,
    parts: bool = False,
    few: bool = False,
    fixed: bool = False,
) -> PanelTrial | None:
    """One job of tinyts_panel_1x8_*, or with `widened` of tinyts_panel_2x4_*.

    With `few` of tinyts_panel_d2x4_*, with `fixed` of f2x4, with `parts` of
    those whose sums begin anew with parts of a window.

    None where there is no exact form of it.
    """
    size = runs * length
    linear = random_linear(rng, channels, size, kind, edges)
    if edges and bits == 16 and kind == "relu":  # a shift to the left
        linear.weights[-1] = 0
        linear.weights[-1, -1] = rng.integers(1, 6)
        linear.shifts[-1] = rng.integers(0, 3)
    words = words_of_runs(runs, length)
    packed = requantized(linear, bits)
    weights = f"w{bits}"
    if parts:
        weights = "w8s"
        second = len(words) // 2 // 4 * 4
        pieces = np.split(words, [len(words) - second] if widened else runs)
        packed = requantized_in_parts(linear, pieces, bias_first=widened)
    if packed is None:
        return None
    step = length + int(rng.integers(0, 3))
    row = (pixels - 1) * step + length
    input = rng.integers(-128, 128, (runs, row), np.int8)
    if edges:
        input[rng.random(input.shape) < 0.5] = rng.choice([-128, 127])
    if parts:  # the largest sum of channel 1
        rows = linear.weights[1].reshape(runs, length)
        input[:, :length] = np.where(rows > 0, 127, -128)
    windows = np.concatenate(
        [
            np.stack([line[p * step : p * step + length] for p in range(pixels)])
            for line in input
        ],
        axis=1,
    ).astype(np.int64)
    layout = Layout(_shape(widened, few), weights, packed.form)
    name = layout.function(int(packed.shifts[0]))
    if fixed:
        sizes = (int(packed.shifts[0]), len(words), step)
        name = instance("panel_f2x4_relu", *sizes)
    data = stream(packed, words, layout, (0, channels))
    pitch = channels + int(rng.integers(0, 3))
    run_count, run_words = runs, length // 4
    lines = [f"input_{number} + {i * row}" for i in range(runs)]
    if widened:
        input = _widened(windows, words)
        run_count, run_words = 1, len(words)
        lines = [f"(const int8_t *)input_{number}"]
    declarations = "\n".join(
        [
            constant(Constant(f"stream_{number}", data)),
            constant(Constant(f"input_{number}", input.reshape(-1))),
            f"static const int8_t *const runs_{number}[] = {{"
            + ", ".join(lines)
            + "};",
            f"static const tinyts_panel_job job_{number} = {{runs_{number}, "
            f"{run_count}, {run_words}, {-length % 4}, {pixels}, {step}, "
            f"stream_{number}, "
            f"{channels}, out + 1, {pitch}, {int(packed.shifts[0])}, "
            f"{{{linear.low}, {linear.high}}}}};",
        ]
    )
    size = (pixels - 1) * pitch + channels
    return PanelTrial(
        name,
        declarations,
        f"run(tinyts_{name}, &job_{number}, {size});",
        _framed(outputs_of(linear, windows), pitch),
    )


def _shape(widened: bool, few: bool) -> str:
    return "d2x4" if few else "2x4" if widened else "1x8"


def sum_trial(
    rng: np.random.Generator, number: int, channels: int, length: int
) -> PanelTrial:
    """A job of tinyts_panel_1x8_w8_sum: products are added to what is there."""
    linear = random_linear(rng, channels, length, "linear", edges=False)
    words = words_of_runs(1, length)
    packed = sums_in_parts(linear, [words])
    assert packed is not None
    data = stream(packed, words, Layout("1x8", "w8", "sum"), (0, channels))
    input = rng.integers(-128, 128, length, np.int8)
    sums = linear.weights @ input.astype(np.int64)
    before = int.from_bytes(bytes([99] * 4), "little")
    after = ((sums + before) & 0xFFFFFFFF).astype("<u4").view(np.int8)
    declarations = "\n".join(
        [
            constant(Constant(f"stream_{number}", data)),
            constant(Constant(f"input_{number}", input)),
            f"static const int8_t *const runs_{number}[] = {{input_{number}}};",
            f"static const tinyts_panel_job job_{number} = {{runs_{number}, 1, "
            f"{length // 4}, 0, 1, 0, stream_{number}, {channels}, out + 1, 0, 0, "
            "{0, 0}};",
        ]
    )
    frame = np.full(1 + len(after) + 8, 99, np.int8)
    frame[1 : 1 + len(after)] = after
    return PanelTrial(
        "panel_1x8_w8_sum",
        declarations,
        f"run(tinyts_panel_1x8_w8_sum, &job_{number}, {len(after)});",
        frame,
    )


def summed_trial(
    rng: np.random.Generator,
    number: int,
    *,
    bits: int,
    kind: str,
    channels: int,
    words: tuple[int, int],
) -> PanelTrial:
    """A job of tinyts_panel_s2x4_<bits>_sum for some words, another for the others."""
    length = 4 * sum(words)
    linear = random_linear(rng, channels, length, kind, edges=False)
    places = words_of_runs(1, length)
    packed = requantized(linear, bits)
    assert packed is not None
    shift = int(packed.shifts[0])
    weights = f"w{bits}"
    layout = Layout("s2x4", weights, packed.form)
    data = stream(packed, places, layout, (0, channels))
    group = layout.words_of_channels(sum(words), 4)
    groups = len(data) // group
    windows = rng.integers(-128, 128, (2, length))
    values = _widened(windows, places)
    biases = data.reshape(groups, 1, group)[..., :4]
    pitch = channels + int(rng.integers(0, 3))
    declarations = [
        constant(Constant(f"stream_{number}", data)),
        constant(Constant(f"input_{number}", values)),
        constant(Constant(f"biases_{number}", np.repeat(biases, 2, 1).reshape(-1))),
        f"static int32_t sums_{number}[{8 * groups}];",
    ]
    first = 0
    for part, count in zip("ab", words, strict=True):
        eaten = count * bits // 2
        declarations += [
            f"static const int8_t *const runs_{number}{part}[] = {{"
            f"(const int8_t *)(input_{number} + {4 * first}), "
            f"(const int8_t *)sums_{number}}};",
            f"static const tinyts_panel_job job_{number}{part} = {{"
            f"runs_{number}{part}, 2, {count}, 0, 2, {4 * (group - eaten)}, "
            f"stream_{number} + {4 + first * bits // 2}, {channels}, out + 1, {pitch}, "
            f"{shift}, {{{linear.low}, {linear.high}}}}};",
        ]
        first += count
    name = layout.function(shift)
    return PanelTrial(
        name,
        "\n".join(declarations),
        f"memcpy(sums_{number}, biases_{number}, sizeof sums_{number}); "
        f"tinyts_panel_s2x4_{weights}_sum(&job_{number}a); "
        f"run(tinyts_{name}, &job_{number}b, {pitch + channels});",
        _framed(outputs_of(linear, windows), pitch),
    )


def _widened(
    windows: npt.NDArray[np.int64], words: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """The values of one or two pixels as the panels of two pixels read them."""
    both = np.concatenate([windows, windows])[:2] if len(windows) == 1 else windows
    taps = both[:, np.maximum(words, 0)]  # [2, words, 4]; what has no weight is free
    pairs = np.stack([taps[..., [0, 2]], taps[..., [1, 3]]], 2) & 0xFFFF
    numbers = pairs[..., 0] | pairs[..., 1] << 16  # [2, words, 2]
    ordered = np.moveaxis(numbers, 0, -1).reshape(-1)
    return ordered.astype(np.uint32).view(np.int32)


def _framed(outputs: Int8Array, pitch: int) -> Int8Array:
    """The bytes that the program prints: 99 wherever nothing may be written."""
    pixels, channels = outputs.shape
    frame = np.full(1 + (pixels - 1) * pitch + channels + 8, 99, np.int8)
    for pixel in range(pixels):
        start = 1 + pixel * pitch
        frame[start : start + channels] = outputs[pixel]
    return frame


HEAD = """
#include <stdio.h>
#include <string.h>
#include "tinyts_panel_relu.h"
static int8_t out[4096];
static void run(tinyts_panel_kernel *kernel, const tinyts_panel_job *job, size_t size) {
    memset(out, 99, sizeof out);
    kernel(job);
    fwrite(out, 1, size + 9, stdout);
}
"""


def program(trials: list[PanelTrial]) -> str:
    """A C program that prints what every trial writes."""
    calls = "\n    ".join(trial.call for trial in trials)
    declarations = "\n".join(trial.declarations for trial in trials)
    main = f"int main(void) {{\n    {calls}\n    return 0;\n}}\n"
    names = {trial.name for trial in trials}
    instances = [
        print_instance(name, item)
        for name in sorted(names)
        if (item := parse_instance(name)) is not None
    ]
    return "\n".join([HEAD, *instances, declarations, main])


def check(printed: bytes, trials: list[PanelTrial]) -> None:
    """AssertionError where a byte is not the expected one."""
    expected = np.concatenate([trial.expected for trial in trials])
    found = np.frombuffer(printed, np.int8)
    assert len(found) == len(expected)
    ends = np.cumsum([len(trial.expected) for trial in trials])
    wrong = np.flatnonzero(found != expected)
    if len(wrong):
        trial = trials[int(np.searchsorted(ends, wrong[0], "right"))]
        raise AssertionError(f"{len(wrong)} bytes differ, first in {trial.call}")
