"""What the variants of convolutions share: windows as words, and their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lowering.calls.kernel_spec import Params
from lowering.kernel_choice.instances import instance
from lowering.kernel_choice.kernel_variant import Array, LayerCalls
from lowering.overlaps.walks import Scalars
from lowering.packing.panel_forms import (
    Channels,
    IntArray,
    Linear,
    requantized,
    requantized_in_parts,
)
from lowering.packing.panel_stream import (
    TAIL,
    Layout,
    stream,
    words_of_gathered,
    words_of_runs,
)
from tinyts_dialect.tsbuf import layout_of

MAX_RUNS = 16
MAX_GATHERED = 64
"""As in `runtime_c/include/tinyts_packed_conv.h`."""


@dataclass(frozen=True)
class Window:
    """How the values of a window become words."""

    words: IntArray
    """[words, 4] indices of weights."""
    gathered: int
    """Bytes that are copied together first; 0: none."""
    padding: int
    """Bytes of zero points that windows may read beside the input."""
    runs: int
    """Pieces of memory that a window may consist of."""
    pieces: int
    """Of equal length; runs where a window lies in the input, no run is more."""
    short: bool = False
    """Whether one value is left over of each row, and a word has room for all."""


@dataclass(frozen=True)
class PackedStage:
    """A `tinyts_packed_conv`."""

    params: Params
    constants: Mapping[str, Array]
    instructions: int
    """Estimated, of all rows."""
    layout: Layout
    words: int
    """Of a window."""
    scratch: int
    """Bytes."""
    code: int = 0
    """Bytes of code of its own."""

    def words_of_channels(self, channels: int) -> int:
        """Words of the stream of some channels that begin a group."""
        return self.layout.words_of_channels(self.words, channels)


class GroupCost(NamedTuple):
    """Instructions of a group of channels."""

    word: Mapping[int, float]
    """Of a word of a window, by the bits of a weight."""
    overhead: int


class Panel(NamedTuple):
    """What the panels of a shape cost; see `runtime_c/include/tinyts_panel.h`."""

    name: str
    pixels: int
    scratch: int
    """Bytes of scratch for each word of a window."""
    groups: Mapping[int, GroupCost]
    """By its channels."""
    widening: float
    """Instructions of a word, once for all groups."""
    overhead: int
    """Instructions of a call."""
    by_rows: bool = False
    """Whether a call computes all pixels of a row, of an odd number one twice."""
    single: GroupCost | None = None
    """A group of channels of one pixel; without it takes what two take."""

    @property
    def channels(self) -> int:
        """At a time."""
        return max(self.groups)


DIRECT = Panel(
    "1x8",
    1,
    0,
    {8: GroupCost({16: 27.8, 8: 31.8}, 65), TAIL: GroupCost({16: 15.8, 8: 17.8}, 47)},
    0,
    40,
)
RUN = 17
"""Instructions of a panel between two runs of a window."""

GATHERING, SHORT_GATHERING = 10, 3
"""Instructions of a byte that is gathered, of one pixel or of two by shorter ways; and
of two pixels of a short window."""

PAIRED = Panel(
    "2x4",
    2,
    16,
    {4: GroupCost({16: 22.9, 8: 24.9}, 62)},
    9.5,
    80,
    single=GroupCost({16: 11.7, 8: 14.7}, 50),
)


RELU = 10
"""What a group takes less where all channels have one shift."""

ONE_SHIFT = PAIRED.name, 16, "relu"

SUMMED = PAIRED._replace(name="s2x4", scratch=0, single=None)
"""For windows of whole words that are eaten in parts; scratch depends on those."""

FEW = Panel("d2x4", 2, 0, {4: GroupCost({16: 33}, 68)}, 0, 30, by_rows=True)
"""For a few channels of windows of one run of whole words, without scratch."""

FIXED = Panel("f2x4", 2, 0, {4: GroupCost({16: 28}, 44)}, 0, 70, by_rows=True)
"""The same of the form relu, of so few words that there is code for each."""

FIXED_WORDS = 8

FIXED_STEP = 2047
"""Bytes from a pixel to the next at most: immediates hold two steps."""

FIXED_CODE = 300, 112
"""Bytes of code, and for each word."""


def packed_stages(
    layer: LayerCalls, stage: str, panel: Panel, cuts: Sequence[int] | None = None
) -> Iterator[PackedStage]:
    """A convolution of a layer with weights of 16 and of 8 bits, where that is exact.

    Groups of the stream begin anew at the `cuts`, of which the first is 0 and the last
    the number of channels.
    """
    window = window_of(layer, stage)
    if window is None or (panel is DIRECT and window.runs > MAX_RUNS):
        return
    if panel is FEW and (window.runs > 1 or window.gathered or _uneven(window)):
        return
    if panel is SUMMED and (window.gathered or _uneven(window)):
        return
    linear = linear_of(layer, stage)
    cuts = cuts or (0, len(linear.bias))
    params = layer.params[stage] if stage else layer.params
    padding = np.full(window.padding, linear.input_zero, np.int8)
    for layout, packed in _packings(layer, stage, panel, linear, window):
        words = stream(packed, window.words, layout, cuts)
        constants = {"stream": words, **({"zeros": padding} if window.padding else {})}
        shift = int(packed.shifts[0]) if packed.form == "relu" else 0
        function, code, kind = layout.function(shift), 0, panel
        step = _step(layer, params) if panel is FEW and packed.form == "relu" else 0
        if 0 < step <= FIXED_STEP and len(window.words) <= FIXED_WORDS:
            sizes = (len(window.words), step)
            function, kind = instance("panel_f2x4_relu", shift, *sizes), FIXED
            code = FIXED_CODE[0] + FIXED_CODE[1] * len(window.words)
        yield PackedStage(
            {
                **{name: params[name] for name in ("kernel", "params")},
                "panel": function,
                "shift": shift,
                "gathered": window.gathered,
            },
            constants,
            _instructions(layer, stage, window, kind, layout, cuts),
            layout,
            len(window.words),
            panel.scratch * len(window.words),
            code,
        )


def _step(layer: LayerCalls, params: Scalars) -> int:
    """Bytes from the input of a pixel to that of the next; 0: they differ, or none."""
    image = layer.image("middle" if "middle" in layer.tables else "output")
    pitches = {
        layout_of(buffer).pixel_pitch for buffer in layer.tables["input"].buffers
    }
    if image.width < 2 or len(pitches) != 1:
        return 0
    return numbers(params, "params", "stride")[1] * pitches.pop()


def _packings(
    layer: LayerCalls, stage: str, panel: Panel, linear: Linear, window: Window
) -> Iterator[tuple[Layout, Channels]]:
    """The layouts of streams that are exact, and what they hold."""
    for bits in (16, 8) if panel is not FEW else (16,):
        packed = requantized(linear, bits)
        weights = f"w{bits}"
        if packed is None and bits == 8:
            weights = "w8s"
            if panel is DIRECT:
                parts = np.split(window.words, window.pieces)
                packed = requantized_in_parts(linear, parts, bias_first=False)
            elif panel is PAIRED and _even(layer, stage):
                second = len(window.words) // 2 // 4 * 4
                parts = np.split(window.words, [len(window.words) - second])
                packed = requantized_in_parts(linear, parts, bias_first=True)
                packed = packed if packed and packed.form == "relu" else None
        if packed is not None:
            yield Layout(panel.name, weights, packed.form), packed


def _uneven(window: Window) -> bool:
    """Whether the last word of a run overlaps the one before."""
    return bool((window.words[-1] < 0).any())


def _even(layer: LayerCalls, stage: str) -> bool:
    """Whether all pixels of a row have a neighbour."""
    image = layer.image("middle" if stage == "producer" else "output")
    return image.width % 2 == 0


def _instructions(
    layer: LayerCalls,
    stage: str,
    window: Window,
    panel: Panel,
    layout: Layout,
    cuts: Sequence[int],
) -> int:
    image = layer.image("middle" if stage == "producer" else "output")
    words = len(window.words)
    sizes = [
        size
        for start, stop in zip(cuts, cuts[1:], strict=False)
        for _, size in layout.groups(stop - start)
    ]
    eaten = sum(_eaten(panel.groups[size], words, layout) for size in sizes)
    blocks = -(-image.width // panel.pixels)
    calls = (len(cuts) - 1) * (1 if panel.by_rows else blocks)
    short = window.short and panel is PAIRED
    gathering = window.gathered * (SHORT_GATHERING if short else GATHERING)
    each = panel.overhead + panel.widening * words + gathering
    if panel is DIRECT:
        eaten += len(sizes) * RUN * (window.pieces - 1)
    rows = image.height if stage == "producer" else layer.rows
    singles = _singles(layer, stage) if panel.pixels == 2 else 0
    alone = eaten if panel.single is None else _eaten(panel.single, words, layout)
    alone *= 1 if panel.single is None else len(sizes)
    pixels = (rows * image.width - singles) / panel.pixels * eaten + singles * alone
    return round(pixels + rows * (calls * each + 100 * (len(cuts) - 1)))


def _eaten(cost: GroupCost, words: int, layout: Layout) -> float:
    """Instructions of a group of channels."""
    saved = RELU if (layout.shape, layout.bits, layout.form) == ONE_SHIFT else 0
    return cost.word[layout.bits] * words + cost.overhead - saved


def _singles(layer: LayerCalls, stage: str) -> int:
    """Pixels without a neighbour: the last of the rows that are computed together."""
    if stage == "producer":
        image = layer.image("middle")
        together = numbers(layer.params, "consumer", "params", "stride")[0]
        return image.height // together * (together * image.width % 2)
    width = layer.image("output").width
    rows = (call.named_rows() for call in layer.calls)
    return sum((last - first) * width % 2 for first, last in rows)


def numbers(params: Scalars, *path: str) -> tuple[int, int]:
    """A `tinyts_tile` among parameters."""
    found: object = params
    for name in path:
        found = found[name] if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise KeyError(".".join(path))
    return found["h"], found["w"]


def window_of(layer: LayerCalls, stage: str) -> Window | None:
    """The window of a convolution of the layer; None where panels cannot eat it."""
    params = layer.params[stage] if stage else layer.params
    rows, columns = numbers(params, "kernel")
    depth = layer.image("input").channels
    if rows > MAX_RUNS:
        return None
    _, dilation = numbers(params, "params", "dilation")
    gaps = columns > 1 and (dilation != 1 or not layer.contiguous("input"))
    padding = columns * depth if _leaves(layer, params) else 0
    size = rows * columns * depth
    few = size <= MAX_GATHERED and (rows * columns > 1 or depth < 4)
    if depth % 4 and few and not gaps:
        words = words_of_gathered(rows, columns * depth)
        short = columns * depth % 4 == 1 and rows <= 4
        return Window(words, words.size, padding, 1, 1, short)
    if depth < 4:
        return None
    by_taps = columns > 1 and (gaps or depth % 4 != 0)
    pieces = rows * columns if by_taps else rows
    runs = rows * columns if padding else pieces
    return Window(words_of_runs(rows * columns, depth), 0, padding, runs, pieces)


def _leaves(layer: LayerCalls, params: Scalars) -> bool:
    """Whether a window may reach beyond the input."""
    kernel, stride = numbers(params, "kernel"), numbers(params, "params", "stride")
    pads = numbers(params, "params", "padding")
    dilations = numbers(params, "params", "dilation")
    target = "middle" if params is layer.params.get("producer") else "output"
    input, output = layer.image("input"), layer.image(target)
    return any(
        pad > 0 or (outputs - 1) * step - pad + (taps - 1) * dilation >= inputs
        for taps, step, pad, dilation, inputs, outputs in zip(
            kernel, stride, pads, dilations, input[:2], output[:2], strict=True
        )
    )


def linear_of(layer: LayerCalls, stage: str) -> Linear:
    """The numbers of a convolution of the layer."""
    prefix = f"{stage}." if stage else ""
    params = layer.params[stage] if stage else layer.params
    inner = params["params"]
    weights = layer.arrays[f"{prefix}weights"].astype(np.int64)
    channels = weights.shape[0]
    return Linear(
        weights.reshape(channels, -1),
        layer.arrays[f"{prefix}bias"].astype(np.int64).reshape(-1),
        layer.arrays[f"{prefix}quant.multiplier"].astype(np.int64).reshape(-1),
        layer.arrays[f"{prefix}quant.shift"].astype(np.int64).reshape(-1),
        -inner["input_offset"],
        inner["output_offset"],
        inner["activation"]["min"],
        inner["activation"]["max"],
    )
