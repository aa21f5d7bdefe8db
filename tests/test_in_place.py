"""Kernels that write over their own input, as far as their headers allow it.

A walk says of each byte of an input when it is read for the last time, and of each byte
of the output when it is written. From that follows the smallest distance by which the
output must begin below the input; there, and lower, the kernel must compute what it
computes when they lie apart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pytest
from support_kernels import (
    Fields,
    Image,
    Int8Array,
    Layout,
    Script,
    Shape,
    cut,
    different,
    random_window,
    tile,
)

from lowering.overlaps import overlaps, walks
from tinyts_dialect.tsbuf import Image as StoredImage
from tinyts_dialect.windows import Window

TRIALS = 30
Times = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Walk:
    """Reads of each input, over time. Element i of the output is written at 2 * i + 1.

    An element that is read for the last time at 2 * i is read before that, one of
    2 * i + 2 after it.
    """

    fields: Fields
    output: Shape
    reads: Sequence[Times]
    """When each [y, x, c] of each input is read for the last time; -1: never."""
    scratch: int = 0
    """Bytes of scratch."""
    planned: walks.Walk | None = None
    """What the planner makes of it."""


def elements(shape: Shape) -> Times:
    return np.arange(np.prod(shape)).reshape(shape)


# Kernels with a window


def planned(window: Window, ch_mult: int | None = None) -> walks.Walk:
    pads = (window.pads.top, window.pads.left)
    rows, columns = (
        walks.Taps(window.kernel[n], window.stride[n], pads[n], window.dilation[n])
        for n in (0, 1)
    )
    return walks.Walk(rows, columns, ch_mult)


def windowed(
    window: Window, input: Shape, output: Shape, when: Callable[[int, int], int]
) -> Times:
    """`when` says of an output pixel and an input channel when it is read."""
    times = np.full(input, -1, np.int64)
    for pixel, (y, x) in enumerate(np.ndindex(output[:2])):
        ys, xs = (
            [
                position
                for tap in range(window.kernel[axis])
                if 0
                <= (
                    position := place * window.stride[axis]
                    - window.pads[2 * axis]
                    + tap * window.dilation[axis]
                )
                < input[axis]
            ]
            for axis, place in enumerate((y, x))
        )
        for channel in range(input[2]):
            times[np.ix_(ys, xs, [channel])] = when(pixel, channel)
    return times


def windowed_case(script: Script, dilated: bool = True) -> tuple[Shape, Window, Shape]:
    """An input, a window, and the height and width of the output."""
    shape = (script.draw(1, 7), script.draw(1, 7), script.draw(1, 6))
    window = random_window(script, shape, 3, 2)
    if not dilated:
        window = Window(window.kernel, window.stride, window.pads)
    height, width = (window.output_size(axis, shape[axis]) for axis in (0, 1))
    return shape, window, (height, width, shape[2])


def conv_2d(script: Script) -> Walk:
    input, window, (height, width, _) = windowed_case(script)
    output = (height, width, script.draw(1, 9))
    times = windowed(window, input, output, lambda p, c: 2 * (p + 1) * output[2])
    fields = script.convolution(window, input[2], output[2], False)
    return Walk(fields, output, [times], planned=planned(window))


def depthwise_conv_2d(script: Script) -> Walk:
    input, window, (height, width, channels) = windowed_case(script)
    multiplier = script.draw(1, 3)
    output = (height, width, channels * multiplier)

    def when(pixel: int, channel: int) -> int:
        return 2 * (pixel * output[2] + (channel + 1) * multiplier - 1)

    fields = script.convolution(window, channels, output[2], True)
    times = windowed(window, input, output, when)
    fields["ch_mult"] = multiplier
    return Walk(fields, output, [times], planned=planned(window, multiplier))


def pool(script: Script) -> Walk:
    input, window, output = windowed_case(script, dilated=False)
    params: Fields = {
        "stride": tile(window.stride),
        "padding": tile((window.pads.top, window.pads.left)),
        "activation": script.activation(),
    }
    times = windowed(window, input, output, lambda p, c: 2 * (p * output[2] + c))
    fields: Fields = {"kernel": tile(window.kernel), "params": params}
    return Walk(fields, output, [times], planned=planned(window))


average_pool_2d = max_pool_2d = pool


def fused_pixels(script: Script) -> Walk:
    input, window, (height, width, channels) = windowed_case(script)
    multiplier = script.draw(1, 3)
    middle = channels * multiplier
    output = (height, width, script.draw(1, 9))
    producer = script.convolution(window, channels, middle, True)
    consumer = script.convolution(Window((1, 1)), middle, output[2], False)
    times = windowed(window, input, output, lambda p, c: 2 * p * output[2])
    fields: Fields = {
        "producer": {**producer, "ch_mult": multiplier},
        "consumer": consumer,
    }
    return Walk(fields, output, [times], middle, planned(window))


def fully_connected(script: Script) -> Walk:
    batches, channels = script.draw(1, 4), script.draw(1, 9)
    input = (batches * script.draw(1, 2), script.draw(1, 3), script.draw(1, 7))
    depth = input[0] * input[1] * input[2] // batches
    fields: Fields = {
        **script.weighted(depth * channels, channels),
        "params": {
            "input_offset": script.draw(-127, 128),
            "filter_offset": script.draw(-1, 1) * 3,
            "output_offset": 0,
            "activation": script.activation(),
        },
        "per_channel": 1,
    }
    times = 2 * (elements(input) // depth + 1) * channels
    return Walk(fields, (1, batches, channels), [times])


# Kernels that work value by value


def random_shape(script: Script) -> Shape:
    return script.draw(1, 5), script.draw(1, 6), script.draw(1, 6)


def by_value(reads: Sequence[Times]) -> walks.Walk | None:
    """The walk of inputs none of which is broadcast."""
    same = all(times.shape == reads[0].shape for times in reads)
    return walks.BY_VALUE if same else None


def elementwise(script: Script) -> tuple[Shape, list[Times], Fields]:
    """A shape, the reads of two inputs of which one may be broadcast, and offsets."""
    shape = random_shape(script)
    reads = [2 * elements(shape), 2 * elements(shape)]
    if script.rng.random() < 0.4:
        axes = tuple(axis for axis in range(3) if script.rng.random() < 0.5)
        reads[script.draw(0, 1)] = 2 * elements(shape).max(axes, keepdims=True)
    offsets: Fields = {
        "input_1_offset": script.draw(-127, 128),
        "input_2_offset": script.draw(-127, 128),
        "output_offset": script.draw(-60, 60),
        "activation": script.activation(),
    }
    return shape, reads, offsets


def add(script: Script) -> Walk:
    shape, reads, fields = elementwise(script)
    scales: Fields = {
        "left_shift": 20,
        "input_1_quant": {"multiplier": 2**30, "shift": 0},
        "input_2_quant": {"multiplier": script.draw(2**29, 2**30), "shift": 0},
        "output_quant": {"multiplier": 2**30, "shift": -18},
    }
    return Walk({**fields, **scales}, shape, reads, planned=by_value(reads))


def mul(script: Script) -> Walk:
    shape, reads, fields = elementwise(script)
    fields = {**fields, "output_quant": script.quant(1)}
    return Walk(fields, shape, reads, planned=by_value(reads))


sub = add


def extremum(script: Script) -> Walk:
    shape, reads, _ = elementwise(script)
    return Walk({}, shape, reads, planned=by_value(reads))


minimum = maximum = extremum


def prelu(script: Script) -> Walk:
    shape, reads, offsets = elementwise(script)
    fields = {name: n for name, n in offsets.items() if name != "activation"}
    quants = {"identity_quant": script.quant(1), "product_quant": script.quant(1)}
    return Walk({**fields, **quants}, shape, reads, planned=by_value(reads))


def softmax(script: Script) -> Walk:
    shape = random_shape(script)
    fields: Fields = {"multiplier": 2**30, "shift": 23, "diff_min": -248}
    reads = [2 * elements(shape)]
    return Walk(fields, shape, reads, planned=by_value(reads))


def div(script: Script) -> Walk:
    shape, reads, fields = elementwise(script)
    quant = {"multiplier": 2**30, "shift": script.draw(-3, 5)}
    fields = {**fields, "output_quant": quant}
    return Walk(fields, shape, reads, planned=by_value(reads))


def squared_difference(script: Script) -> Walk:
    walk = add(script)
    fields = {name: n for name, n in walk.fields.items() if name != "activation"}
    scales: Fields = {
        "left_shift": 7,
        "output_quant": {"multiplier": 2**30, "shift": script.draw(-22, -12)},
    }
    return replace(walk, fields={**fields, **scales})


def l2_normalization(script: Script) -> Walk:
    shape = random_shape(script)
    fields: Fields = {"input_offset": script.draw(-127, 128)}
    reads = [2 * elements(shape)]
    return Walk(fields, shape, reads, planned=by_value(reads))


def log_softmax(script: Script) -> Walk:
    walk = softmax(script)
    reverse = {"multiplier": 2**30, "shift": -21}
    return replace(walk, fields={**walk.fields, "reverse_quant": reverse})


def table(script: Script) -> Walk:
    shape = random_shape(script)
    fields: Fields = {"values": script.array(script.bytes(256))}
    reads = [2 * elements(shape)]
    return Walk(fields, shape, reads, planned=by_value(reads))


# Kernels that convert values of several bytes


def conversion(
    script: Script, input_bytes: int, output_bytes: int, fields: Fields
) -> Walk:
    """Values of so many bytes each; `fields` are those of the kernel."""
    height, width, values = random_shape(script)
    count = elements((height, width, values, 1)) * output_bytes
    times = np.broadcast_to(2 * count, (height, width, values, input_bytes))
    output = StoredImage(height, width, values * output_bytes)
    walk = walks.conversion_walk(
        output, StoredImage(height, width, values * input_bytes)
    )
    reads = [times.reshape(height, width, -1)]
    return Walk(fields, tuple(output), reads, planned=walk)


WIDE = 2
"""`TINYTS_INT16`."""


def quantize(script: Script) -> Walk:
    types = script.draw(0, 2), script.draw(0, 2)
    sizes = [2 if type_ == WIDE else 1 for type_ in types]
    limit = 2**15 if types[1] == WIDE else 2**7
    fields: Fields = {
        "input_type": types[0],
        "output_type": types[1],
        "input_offset": script.draw(-127, 128),
        "output_offset": script.draw(-60, 60),
        "quant": {"multiplier": 2**30, "shift": 1},
        "activation": {"min": -limit, "max": limit - 1},
    }
    return conversion(script, *sizes, fields)


def quantize_float(script: Script) -> Walk:
    fields: Fields = {
        "scale": int(np.float32(2.0).view(np.int32)),
        "output_type": script.draw(0, 1),
        "output_offset": script.draw(-60, 60),
        "activation": {"min": -128, "max": 127},
    }
    return conversion(script, 4, 1, fields)


def dequantize(script: Script) -> Walk:
    type_ = script.draw(0, 2)
    fields: Fields = {
        "input_type": type_,
        "input_offset": script.draw(-127, 128),
        "scale": int(np.float32(0.3).view(np.int32)),
    }
    return conversion(script, 2 if type_ == WIDE else 1, 4, fields)


def flip_sign(script: Script) -> Walk:
    return conversion(script, 1, 1, {})


def mean(script: Script) -> Walk:
    shape = random_shape(script)
    axes = tuple(axis for axis in range(3) if script.rng.random() < 0.5)
    output = tuple(1 if axis in axes else shape[axis] for axis in range(3))
    values = np.prod([shape[axis] for axis in axes], dtype=int)
    fields: Fields = {
        "reduce_rows": int(0 in axes),
        "reduce_columns": int(1 in axes),
        "reduce_channels": int(2 in axes),
        "input_offset": script.draw(-127, 128),
        "output_offset": script.draw(-60, 60),
        "quant": {"multiplier": 2**30 // int(values), "shift": 1},
    }
    return Walk(fields, output, [np.broadcast_to(2 * elements(output), shape)])


# Kernels that copy


def reshape(script: Script) -> Walk:
    shape = random_shape(script)
    sizes = [shape[0] * shape[1], shape[2]]
    divisors = [n for n in range(1, sizes[0] + 1) if sizes[0] % n == 0]
    width = divisors[script.draw(0, len(divisors) - 1)]
    output = (sizes[0] // width, sizes[1], width)
    return Walk({}, output, [2 * elements(output).reshape(shape)])


def pad(script: Script) -> Walk:
    shape = random_shape(script)
    pads = script.rng.integers(0, 3, (3, 2))
    if script.rng.random() < 0.5:
        pads[2] = 0
    output = tuple(int(n + sum(pad)) for n, pad in zip(shape, pads, strict=True))
    inner = tuple(slice(p[0], p[0] + n) for n, p in zip(shape, pads, strict=True))
    pixels = elements((output[0], output[1], 1))[inner[:2]]
    fields: Fields = {
        "pad_top": int(pads[0, 0]),
        "pad_left": int(pads[1, 0]),
        "pad_front": int(pads[2, 0]),
        "value": script.draw(-128, 127),
    }
    times = np.broadcast_to(2 * pixels * output[2], shape)
    return Walk(fields, output, [times])


def strided_slice(script: Script) -> Walk:
    shape = random_shape(script)
    starts = [script.draw(0, size - 1) for size in shape]
    strides = [script.draw(1, 2) for _ in shape]
    picked = tuple(
        slice(start, None, stride)
        for start, stride in zip(starts, strides, strict=True)
    )
    times = np.full(shape, -1, np.int64)
    output = times[picked].shape
    times[picked] = 2 * elements(output)
    fields: Fields = {
        "stride": tile((strides[0], strides[1])),
        "padding": tile((-starts[0], -starts[1])),
        "first_channel": starts[2],
        "channel_stride": strides[2],
    }
    rows, columns = (
        walks.Taps(1, strides[axis], -starts[axis], 1) for axis in (0, 1)
    )
    return Walk(fields, output, [times], planned=walks.Walk(rows, columns))


def concatenation(script: Script) -> Walk:
    axis, shape = script.draw(0, 2), random_shape(script)
    sizes = [script.draw(1, 4) for _ in range(script.draw(1, 3))]
    output = (*shape[:axis], sum(sizes), *shape[axis + 1 :])
    ends = np.cumsum(sizes)[:-1]
    reads = np.split(2 * elements(output), ends, axis)
    fields: Fields = {"count": len(sizes), "axis": axis, "first_row": 0}
    return Walk(fields, output, reads)


KERNELS: dict[str, Callable[[Script], Walk]] = {
    "conv_2d": conv_2d,
    "depthwise_conv_2d": depthwise_conv_2d,
    "average_pool_2d": average_pool_2d,
    "max_pool_2d": max_pool_2d,
    "fused_pixels": fused_pixels,
    "fully_connected": fully_connected,
    "add": add,
    "mul": mul,
    "softmax": softmax,
    "table": table,
    "sub": sub,
    "minimum": minimum,
    "maximum": maximum,
    "prelu": prelu,
    "div": div,
    "squared_difference": squared_difference,
    "l2_normalization": l2_normalization,
    "log_softmax": log_softmax,
    "mean": mean,
    "reshape": reshape,
    "pad": pad,
    "concatenation": concatenation,
    "strided_slice": strided_slice,
    "quantize": quantize,
    "quantize_float": quantize_float,
    "dequantize": dequantize,
    "flip_sign": flip_sign,
}


def in_one_piece(script: Script, shape: Shape) -> Image:
    """Rows that follow one another from byte 0 on, perhaps with gaps between pixels."""
    pitch = shape[2] + int(script.rng.random() < 0.2)
    rows = range(0, shape[0] * shape[1] * pitch, shape[1] * pitch)
    return Image(shape, tuple(rows), pitch)


def tight(shape: Shape) -> Image:
    """Rows from byte 0 on without any gaps."""
    row_bytes = shape[1] * shape[2]
    return Image(shape, tuple(range(0, shape[0] * row_bytes, row_bytes)), shape[2])


def moved(image: Image, offset: int) -> Image:
    places = tuple(place + offset for place in image.offsets)
    return Image(image.shape, places, image.pixel_pitch)


def smallest_trail(input: Image, reads: Times, output: Image) -> int:
    """How many bytes the output must begin below the input, by trying all pairs.

    At this distance and every larger one no byte is written before its last read.
    """
    written = 2 * elements(output.shape).reshape(-1, 1) + 1
    too_early = written < reads.reshape(1, -1)
    distances = output.addresses().reshape(-1, 1) - input.addresses().reshape(1, -1)
    return max(0, int(distances[too_early].max(initial=-1)) + 1)


Result: TypeAlias = tuple[int, Image]
"""A trial, and where its output is."""


@dataclass(frozen=True)
class Case:
    """A layer, and what its inputs hold; collects what each trial may write."""

    script: Script
    kernel: str
    walk: Walk
    inputs: list[Int8Array]
    written: dict[int, list[Times]]

    def apart(self) -> Result:
        """A trial whose tensors lie apart."""
        layout = Layout(self.script.rng)
        inputs = [layout.image(values.shape) for values in self.inputs]
        return self._trial(layout, inputs, layout.image(self.walk.output))

    def over(self, dying: int, lower: int) -> Result:
        """A trial whose output begins `lower` bytes below where it may."""
        layout = Layout(self.script.rng)
        inputs = [layout.image(values.shape) for values in self.inputs]
        input = in_one_piece(self.script, self.inputs[dying].shape)
        output = in_one_piece(self.script, self.walk.output)
        trail = lower + smallest_trail(input, self.walk.reads[dying], output)
        above, below = max(0, -trail), max(0, trail)
        start = layout.block(max(below + input.bytes, above + output.bytes))
        inputs[dying] = moved(input, start + below)
        return self._trial(layout, inputs, moved(output, start + above))

    def _trial(self, layout: Layout, inputs: Sequence[Image], output: Image) -> Result:
        script = self.script
        height = output.shape[0]
        fields = {**self.walk.fields, "output": script.tensor(output)}
        if self.kernel == "concatenation":
            fields["inputs"] = script.tensors(inputs)
        elif len(inputs) == 2:
            fields["input_1"], fields["input_2"] = map(script.tensor, inputs)
        else:
            fields["input"] = script.tensor(inputs[0])
        written = [output.addresses()]
        if self.walk.scratch:
            size = self.walk.scratch
            scratch = Image((height, 1, size), (layout.block(size),) * height, size)
            fields["scratch"] = script.tensor(scratch)
            written.append(scratch.addresses())
        memory = script.bytes(layout.bytes)
        for image, values in zip(inputs, self.inputs, strict=True):
            memory[image.addresses()] = values
        trial = script.trial(memory)
        layer = script.layer(self.kernel, fields)
        script.call(trial, self.kernel, layer, cut(script.rng, 0, height))
        self.written[trial] = written
        return trial, output


PLANNED = [
    *("conv_2d", "depthwise_conv_2d", "average_pool_2d", "max_pool_2d"),
    *("fused_pixels", "add", "mul", "softmax", "table"),
    *("sub", "minimum", "maximum", "prelu", "div", "squared_difference"),
    *("l2_normalization", "log_softmax"),
    *("strided_slice", "quantize", "quantize_float", "dequantize", "flip_sign"),
]
"""Kernels over whose inputs the planner puts outputs."""


@pytest.mark.parametrize("kernel", PLANNED)
def test_the_planner_keeps_to_the_walk(kernel: str) -> None:
    """No trail that it takes for legal is smaller than the one found by trying."""
    script = Script(100 + PLANNED.index(kernel))
    for _ in range(TRIALS):
        walk = KERNELS[kernel](script)
        if walk.planned is None:
            continue
        input, (height, width, channels) = walk.reads[0].shape, walk.output
        trail = overlaps.smallest_trail(
            walk.planned,
            (0, height),
            overlaps.Held(0, height, 0, width, channels),
            overlaps.Held(0, input[0], 0, *input[1:]),
        )
        assert trail >= smallest_trail(tight(input), walk.reads[0], tight(walk.output))


@pytest.mark.parametrize("kernel", KERNELS)
def test_in_place(kernel: str, tmp_path: Path) -> None:
    """At the smallest distance and lower; higher, some results must differ."""
    script = Script(list(KERNELS).index(kernel))
    written: dict[int, list[Times]] = {}
    legal: list[tuple[Result, Result]] = []
    illegal: list[tuple[Result, Result]] = []
    for _ in range(TRIALS):
        walk = KERNELS[kernel](script)
        inputs = [script.bytes(times.size).reshape(times.shape) for times in walk.reads]
        case = Case(script, kernel, walk, inputs, written)
        dying = script.draw(0, len(inputs) - 1)
        expected = case.apart()
        for lower in (0, script.draw(0, 9)):
            legal.append((expected, case.over(dying, lower)))
        illegal.append((expected, case.over(dying, -script.draw(1, 8))))
    after = script.run(tmp_path)

    def values(result: Result) -> Int8Array:
        trial, image = result
        return after[trial][image.addresses()]

    for expected, result in legal:
        np.testing.assert_array_equal(values(result), values(expected))
        trial, _ = result
        before = script.trials[trial].before
        assert not different(before, after[trial], written[trial])
    assert any((values(a) != values(b)).any() for a, b in illegal)
