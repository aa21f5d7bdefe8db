"""Kernels called directly: layers as C initializers, memories before and after.

A `Script` collects trials; each is one memory, calls of kernels on it, and what the
memory then holds. All trials of a script become one C program, built with sanitizers,
in which every memory is a block of its own, of just its size.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from emitc.print_c import constant, initializer
from emitc.program import Constant, Initializer
from emitc.project import RUNTIME
from tinyts_dialect.windows import Pads, Window
from tools.host_run import SANITIZERS, compiler_command

Int8Array: TypeAlias = npt.NDArray[np.int8]
Fields: TypeAlias = "Mapping[str, Initializer]"
Shape: TypeAlias = tuple[int, int, int]

NOWHERE = 2**30
"""Offset of a row that no kernel may touch: far behind every memory."""
WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror")


@dataclass(frozen=True)
class Image:
    """A [height, width, channels] tensor whose rows begin at `offsets`."""

    shape: Shape
    offsets: tuple[int, ...]
    pixel_pitch: int

    @property
    def row_bytes(self) -> int:
        """From the first byte of a row to behind its last."""
        return (self.shape[1] - 1) * self.pixel_pitch + self.shape[2]

    @property
    def bytes(self) -> int:
        """From the first byte of the first row to behind the last row, if in order."""
        return self.offsets[-1] - self.offsets[0] + self.row_bytes

    def addresses(self) -> npt.NDArray[np.int64]:
        """Offset of each element, [height, width, channels]."""
        rows = np.array(self.offsets, np.int64)[:, None, None]
        pixels = np.arange(self.shape[1])[:, None] * self.pixel_pitch
        return rows + pixels + np.arange(self.shape[2])

    def fields(self) -> dict[str, Initializer]:
        """Of a `tinyts_tensor`, but for its rows."""
        height, width, channels = self.shape
        return {
            "pixel_pitch": self.pixel_pitch,
            "height": height,
            "width": width,
            "channels": channels,
        }


class Layout:
    """Places rows in one memory, scattered and with gaps."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.bytes = int(rng.integers(0, 8))

    def block(self, size: int) -> int:
        """The offset of some bytes of their own."""
        offset = self.bytes
        self.bytes += size + int(self.rng.integers(0, 4))
        return offset

    def image(self, shape: Shape, gaps: bool = True) -> Image:
        """Rows in any order; with `gaps`, perhaps also between pixels."""
        pitch = shape[2] + int(gaps and self.rng.random() < 0.3) * 3
        size = shape[1] * pitch
        offsets = [0] * shape[0]
        for row in self.rng.permutation(shape[0]):
            offsets[row] = self.block(size)
        return Image(shape, tuple(offsets), pitch)


@dataclass(frozen=True)
class Trial:
    """A memory and the calls that are made on it."""

    before: Int8Array
    calls: list[str] = field(default_factory=list[str])


class Script:
    """Trials that run in one program."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.kernels: set[str] = set()
        self.declarations: list[str] = []
        self.trials: list[Trial] = []

    # Random numbers

    def draw(self, first: int, last: int) -> int:
        """One of first..last, both included."""
        return int(self.rng.integers(first, last + 1))

    def bytes(self, size: int) -> Int8Array:
        return self.rng.integers(-128, 128, size, np.int8)

    # Declarations

    def _name(self, prefix: str) -> str:
        return f"{prefix}_{len(self.declarations)}"

    def array(self, values: npt.NDArray[np.generic]) -> str:
        """A constant array."""
        name = self._name("array")
        self.declarations.append(constant(Constant(name, values.reshape(-1))))
        return name

    def tensor(self, image: Image) -> str:
        """An expression of a tensor's address; its table may be of either width."""
        name = self._name("tensor")
        wide = max(image.offsets) >= 2**16 or self.rng.random() < 0.5
        base = 0 if self.rng.random() < 0.5 else min(image.offsets)
        bits = 32 if wide else 16
        rows = ", ".join(str(offset - base) for offset in image.offsets)
        fields: Fields = {
            "rows": f"rows_of_{name}",
            "offset": base,
            "layout": f"TINYTS_ROWS_TABLE{bits}",
            **image.fields(),
        }
        self.declarations.append(
            f"static const uint{bits}_t rows_of_{name}[] = {{{rows}}};\n"
            f"static const tinyts_tensor {name} = {initializer(fields)};"
        )
        return f"&{name}"

    def tensors(self, images: Sequence[Image]) -> str:
        """An array of the addresses of tensors."""
        pointers = ", ".join(self.tensor(image) for image in images)
        name = self._name("tensors")
        self.declarations.append(
            f"static const tinyts_tensor *const {name}[] = {{{pointers}}};"
        )
        return name

    def layer(self, kernel: str, fields: Fields) -> str:
        """A layer's structure, of which calls are made."""
        name = self._name("layer")
        self.kernels.add(kernel)
        self.declarations.append(
            f"static const tinyts_{kernel}_layer {name} = {initializer(fields)};"
        )
        return name

    # Parts of layers

    def activation(self) -> Fields:
        if self.rng.random() < 0.5:
            return {"min": -128, "max": 127}
        return {"min": self.draw(-128, -30), "max": self.draw(20, 127)}

    def multiplier(self, fan_in: int) -> tuple[int, int]:
        """Takes a sum of some products of int8 values to the range of int8."""
        shift = -7 - int(np.log2(max(1, fan_in)) / 2) + self.draw(-1, 0)
        return self.draw(2**30, 2**31 - 1), shift

    def quant(self, fan_in: int) -> Fields:
        """A `tinyts_per_tensor_quant_params`."""
        multiplier, shift = self.multiplier(fan_in)
        return {"multiplier": multiplier, "shift": shift}

    def weighted(
        self, weights: int, channels: int, scales: int | None = None
    ) -> Fields:
        """Weights, bias and multipliers of a layer of that many output channels."""
        count = channels if scales is None else scales
        fan_in = weights // channels
        pairs = np.array([self.multiplier(fan_in) for _ in range(count)], np.int32)
        bias = self.rng.integers(-9999, 9999, channels, np.int32)
        return {
            "weights": self.array(self.bytes(weights)),
            "bias": self.array(bias) if self.rng.random() < 0.8 else "NULL",
            "quant": {
                "multiplier": self.array(pairs[:, 0]),
                "shift": self.array(pairs[:, 1]),
            },
        }

    def convolution(
        self, window: Window, inputs: int, outputs: int, depthwise: bool
    ) -> dict[str, Initializer]:
        """What a convolution's layer has besides its tensors."""
        taps = window.kernel[0] * window.kernel[1]
        weights = taps * outputs * (1 if depthwise else inputs)
        params: Fields = {
            "input_offset": self.draw(-127, 128),
            "output_offset": self.draw(-128, 127),
            "stride": tile(window.stride),
            "padding": tile((window.pads.top, window.pads.left)),
            "dilation": tile(window.dilation),
            "activation": self.activation(),
        }
        return {
            **self.weighted(weights, outputs),
            "kernel": tile(window.kernel),
            "params": params,
        }

    # Trials

    def trial(self, before: Int8Array) -> int:
        """A memory to call kernels on; the number of the result."""
        self.trials.append(Trial(before))
        return len(self.trials) - 1

    def call(
        self, trial: int, kernel: str, layer: str, ranges: Iterable[tuple[int, int]]
    ) -> None:
        """Calls of one layer, one after the other."""
        self.trials[trial].calls.extend(
            f"tinyts_{kernel}(&{layer}, memories, {first}, {last});"
            for first, last in ranges
        )

    def run(self, folder: Path) -> list[Int8Array]:
        """The memory of each trial after its calls."""
        (folder / "trials.c").write_text(self._source())
        sources = [str(RUNTIME / "src" / f"{name}.c") for name in sorted(self.kernels)]
        command = [compiler_command(), *WARNINGS, *SANITIZERS, f"-I{RUNTIME}/include"]
        build = [*command, "trials.c", *sources, "-o", "trials"]
        done = subprocess.run(build, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        before = np.concatenate([trial.before for trial in self.trials])
        done = subprocess.run(
            ["./trials"], cwd=folder, input=before.tobytes(), capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
        after = np.frombuffer(done.stdout, np.int8)
        ends = np.cumsum([len(trial.before) for trial in self.trials])
        return np.split(after, ends[:-1])

    def _source(self) -> str:
        includes = "\n".join(f'#include "tinyts_{name}.h"' for name in self.kernels)
        functions = "\n".join(
            f"static void trial_{index}(tinyts_memory memories) {{\n    "
            + "\n    ".join(trial.calls)
            + "\n}"
            for index, trial in enumerate(self.trials)
        )
        trials = ",\n".join(
            f"    {{trial_{index}, {len(trial.before)}}}"
            for index, trial in enumerate(self.trials)
        )
        return "\n".join(
            [HEAD, includes, *self.declarations, functions, TABLE % trials, MAIN]
        )


HEAD = "#include <stdio.h>\n#include <stdlib.h>\n"
TABLE = """
static const struct { void (*run)(tinyts_memory); size_t bytes; } trials[] = {
%s
};
"""
MAIN = """
int main(void) {
    for (size_t i = 0; i < sizeof trials / sizeof *trials; ++i) {
        int8_t *const memory = malloc(trials[i].bytes);
        int8_t *const memories[] = {memory};
        if (!memory || fread(memory, 1, trials[i].bytes, stdin) != trials[i].bytes) {
            return 2;
        }
        trials[i].run(memories);
        if (fwrite(memory, 1, trials[i].bytes, stdout) != trials[i].bytes) {
            return 3;
        }
        free(memory);
    }
    return 0;
}
"""


def tile(pair: tuple[int, int]) -> Fields:
    """A `tinyts_tile` of (rows, columns)."""
    return {"h": pair[0], "w": pair[1]}


def random_window(script: Script, shape: Shape, kernel: int, stride: int) -> Window:
    """A window that fits at least once, with any pads."""
    while True:
        size = (script.draw(1, kernel), script.draw(1, kernel))
        pads = Pads(*(script.draw(0, size[axis] - 1) for axis in (0, 0, 1, 1)))
        dilation = (script.draw(1, 2), script.draw(1, 2))
        strides = (script.draw(1, stride), script.draw(1, stride))
        window = Window(size, strides, pads, dilation)
        if all(window.output_size(axis, shape[axis]) > 0 for axis in (0, 1)):
            return window


def cut(
    rng: np.random.Generator, first: int, last: int, most: int = 3
) -> list[tuple[int, int]]:
    """Ranges of 1..most rows from `first` to `last`."""
    ranges: list[tuple[int, int]] = []
    while first < last:
        stop = min(last, first + int(rng.integers(1, most + 1)))
        ranges.append((first, stop))
        first = stop
    return ranges


def different(
    before: Int8Array, after: Int8Array, written: Iterable[npt.NDArray[np.int64]]
) -> int:
    """How many bytes changed outside of those that may be written."""
    kept = np.ones(len(before), bool)
    for addresses in written:
        kept[addresses.reshape(-1)] = False
    return int(np.count_nonzero((before != after) & kept))
