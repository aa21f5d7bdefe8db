"""Generate small, valid int8 CNNs from a seed, as material for tests.

`random_graph(seed)` gives the bytes of a `.tflite` with 3 to 20 operators: branches,
residuals, explicit pads, concatenations on every axis, odd sizes, one-dimensional
images, one or two inputs, one to three outputs. `GENERATORS` is the table of what can
be added to a graph; each entry is a name and a function that adds operators to a
`Graph` or returns False, so a new operator is a method that writes it and an entry.

Scales come from a calibration as a converter does it: a few sample inputs run through
the graph while it grows, in integers held as float64 (exact, so any machine gives the
same bytes), and the output scale of a layer is chosen from the deviation of its
accumulators. An operator whose samples would be nearly constant is not added, so two
implementations that differ do differ in some byte.

    python -m tools.random_graphs SEED -o file.tflite
"""

import argparse
import itertools
import math
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt
import tflite  # pyright: ignore[reportMissingTypeStubs]

from tools.tflite_writer import (
    NO_TENSOR,
    Activation,
    Padding,
    Quant,
    TFLiteWriter,
    window_output,
)

Numbers: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = tuple[int, int]
T = TypeVar("T")

MIN_OPERATORS = 3
MAX_OPERATORS = 20
MAX_ELEMENTS = 24 * 24 * 24
MIN_ELEMENTS = 6
"""Smallest output of a window: narrower ones would hide what happens before them."""
MAX_SIDE = 32
MAX_CHANNELS = 32
MAX_OUTPUTS = 3
LAYER_WEIGHTS = 3 * 1024
"""Largest number of weights of one layer."""
GRAPH_WEIGHTS = 16 * 1024
"""Number of weights after which a graph takes no more layers with weights."""

_SAMPLES = 4
_ACTIVATIONS: tuple[Activation, ...] = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
_REAL_RANGES: dict[Activation, tuple[float, float]] = {
    "NONE": (-math.inf, math.inf),
    "RELU": (0.0, math.inf),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}


@dataclass(frozen=True, eq=False)
class Value:
    """An activation of the graph, or a constant to be, with its samples.

    `samples` are quantized values of shape [samples, *shape], integers in float64. A
    constant has no tensor (`NO_TENSOR`) until an operator reads it.
    """

    tensor: int
    shape: tuple[int, ...]
    quant: Quant
    samples: Numbers

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def is_image(self) -> bool:
        return len(self.shape) == 4

    @property
    def centered(self) -> Numbers:
        """The samples minus the zero point."""
        return self.samples - self.quant.zero_point

    @property
    def real(self) -> Numbers:
        return self.centered * self.quant.scale


@dataclass(frozen=True)
class _Layer:
    """The quantized parameters of a layer with weights, and its samples."""

    bias: npt.NDArray[np.int32] | None
    scales: npt.NDArray[np.float32]
    output: Quant
    samples: Numbers


class Graph:
    """A graph under construction.

    The methods named after operators add one operator and return its output, or None
    when it does not fit or its output would hardly vary. Attributes that are not given
    are drawn.
    """

    def __init__(self, seed: str, branching: bool) -> None:
        self.rng = random.Random(seed)
        self.writer = TFLiteWriter(
            f"random graph {seed}", unknown_batch=self.chance(0.5)
        )
        self.limit = self.rng.randint(MIN_OPERATORS, MAX_OPERATORS)
        self.outputs = self.draw({1: 6, 2: 3, 3: 1}) if branching else 1
        self.max_leaves = self.outputs + 1 if branching else 1
        self.closing = False
        self.operators = 0
        self.weights = 0
        self.inputs: list[Value] = []
        self.values: list[Value] = []
        self.read: set[int] = set()

    # Choices

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def draw(self, weights: Mapping[T, float]) -> T:
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def exponential(self, low: float, high: float) -> float:
        """A number in low..high, uniform in its logarithm, of three digits."""
        return _round(low * (high / low) ** self.rng.random())

    @property
    def leaves(self) -> list[Value]:
        """The values that nothing reads yet, inputs among them."""
        return [value for value in self.values if value.tensor not in self.read]

    @property
    def room(self) -> int:
        """How many operators fit before the graph must be closed."""
        surplus = max(0, len(self.leaves) - self.outputs)
        unread = sum(value.tensor not in self.read for value in self.inputs)
        return self.limit - self.operators - 3 * surplus - unread

    @property
    def rest(self) -> int:
        """How many operators fit at all."""
        return MAX_OPERATORS - self.operators

    def pick(self, accept: Callable[[Value], bool]) -> Value | None:
        """An accepted value: the newest leaf, any leaf, or one that is read already."""
        found = [value for value in self.values if accept(value)]
        leaves = [value for value in found if value.tensor not in self.read]
        if leaves and (len(self.leaves) >= self.max_leaves or self.chance(0.9)):
            return leaves[-1] if self.chance(0.6) else self.rng.choice(leaves)
        if not found or len(self.leaves) >= self.max_leaves:
            return None
        return self.rng.choice(found)

    def pick_image(self) -> Value | None:
        return self.pick(lambda value: value.is_image)

    # Values

    def input(self, shape: tuple[int, ...]) -> Value:
        quant = Quant(self.exponential(0.005, 0.1), self._zero_point())
        tensor = self.writer.input(
            f"input_{len(self.inputs)}",
            shape=shape,
            scale=quant.scale,
            zero_point=quant.zero_point,
        )
        samples = np.stack([self._frame(shape, n > 0) for n in range(_SAMPLES)])
        value = Value(tensor, shape, self.writer.quant(tensor), samples)
        self.inputs.append(value)
        self.values.append(value)
        return value

    def _frame(self, shape: tuple[int, ...], smooth: bool) -> Numbers:
        """One random input: noise, or noise on a coarse grid with a little on top."""
        noise = self._bytes(shape)
        if not smooth:
            return noise
        coarse = self._bytes([-(-size // 4) for size in shape])
        for axis, size in enumerate(shape):
            coarse = coarse.repeat(4, axis).take(range(size), axis)
        return np.clip(coarse + np.rint(noise / 8), -128, 127)

    def _bytes(self, shape: Sequence[int]) -> Numbers:
        data = np.frombuffer(self.rng.randbytes(math.prod(shape)), np.int8)
        return data.reshape(shape).astype(np.float64)

    def _add(self, tensor: int, samples: Numbers, *operands: Value) -> Value:
        value = Value(
            tensor, self.writer.shape(tensor), self.writer.quant(tensor), samples
        )
        self.operators += 1
        self.read.update(operand.tensor for operand in operands)
        self.values.append(value)
        return value

    # Layers with weights

    def conv_2d(
        self,
        x: Value,
        *,
        channels: int | None = None,
        kernel: Pair | None = None,
        stride: Pair | None = None,
        padding: Padding | None = None,
        activation: Activation | None = None,
        output: Quant | None = None,
    ) -> Value | None:
        size, depth = (x.shape[1], x.shape[2]), x.shape[3]
        kernel = kernel or self._kernel(size)
        stride = stride or self._stride()
        dilation = self._dilation(stride)
        padding = self._fit(size, kernel, dilation, padding)
        fan_in = kernel[0] * kernel[1] * depth
        area = _area(size, kernel, stride, dilation, padding)
        widest = min(self.weight_room // fan_in, MAX_ELEMENTS // area, 24)
        drawn = min(widest, self.rng.choice((1, 2, 3, 5, 8, 12, 16, 24)))
        if not channels and drawn * area < MIN_ELEMENTS:
            return None
        channels = channels or drawn
        if not 1 <= channels <= widest:
            return None
        weights = self._weights((channels, *kernel, depth), 0)
        windows = _windows(x.centered[:, 0], kernel, stride, dilation, padding, 0.0)
        accumulators = np.tensordot(
            windows, weights.transpose(3, 1, 2, 0).astype(np.float64), 3
        )
        activation = activation or self._activation()
        layer = self._layer(
            x,
            weights,
            0,
            accumulators[:, None],
            activation,
            output,
            without_bias=0.0,
        )
        if layer is None:
            return None
        tensor = self.writer.conv_2d(
            x.tensor,
            weights=weights,
            bias=layer.bias,
            weight_scales=layer.scales,
            output=layer.output,
            stride=stride,
            padding=padding,
            dilation=dilation,
            activation=activation,
        )
        self.weights += weights.size
        return self._add(tensor, layer.samples, x)

    def depthwise_conv_2d(
        self,
        x: Value,
        *,
        multiplier: int | None = None,
        kernel: Pair | None = None,
        stride: Pair | None = None,
        padding: Padding | None = None,
        activation: Activation | None = None,
    ) -> Value | None:
        size, depth = (x.shape[1], x.shape[2]), x.shape[3]
        kernel = kernel or self._kernel(size)
        stride = stride or self._stride()
        dilation = self._dilation(stride)
        padding = self._fit(size, kernel, dilation, padding)
        multiplier = multiplier or self.draw({1: 6, 2: 2, 3: 1})
        channels = depth * multiplier
        area = _area(size, kernel, stride, dilation, padding)
        if channels > MAX_CHANNELS:
            return None
        if not MIN_ELEMENTS <= channels * area <= MAX_ELEMENTS:
            return None
        if channels * math.prod(kernel) > self.weight_room:
            return None
        weights = self._weights((1, *kernel, channels), 3)
        windows = _windows(x.centered[:, 0], kernel, stride, dilation, padding, 0.0)
        by_channel = weights[0].reshape(*kernel, depth, multiplier).astype(np.float64)
        accumulators = np.einsum("syxcij,ijcm->syxcm", windows, by_channel)
        accumulators = accumulators.reshape(*accumulators.shape[:3], channels)
        activation = activation or self._activation()
        layer = self._layer(x, weights, 3, accumulators[:, None], activation, None)
        if layer is None:
            return None
        tensor = self.writer.depthwise_conv_2d(
            x.tensor,
            weights=weights,
            bias=layer.bias,
            weight_scales=layer.scales,
            output=layer.output,
            stride=stride,
            padding=padding,
            dilation=dilation,
            activation=activation,
        )
        self.weights += weights.size
        return self._add(tensor, layer.samples, x)

    def fully_connected(
        self,
        x: Value,
        *,
        units: int | None = None,
        per_row: bool = False,
        keep_num_dims: bool = False,
        activation: Activation | None = None,
        output: Quant | None = None,
    ) -> Value | None:
        """Over all elements, or `per_row` (implied by `keep_num_dims`): the last axis.

        An input of rank 1 is one row.
        """
        per_row = per_row or keep_num_dims
        depth = x.shape[-1] if per_row else x.size
        widest = min(self.weight_room // depth, MAX_ELEMENTS * depth // x.size, 32)
        units = units or min(widest, self.rng.choice((2, 3, 4, 7, 10, 12, 16, 32)))
        if not 1 <= units <= widest:
            return None
        weights = self._weights((units, depth), 0)
        shape = (*x.shape[:-1], units) if keep_num_dims else (x.size // depth, units)
        rows = x.centered.reshape(_SAMPLES, -1, depth)
        accumulators = (rows @ weights.T.astype(np.float64)).reshape(_SAMPLES, *shape)
        activation = activation or self._activation()
        layer = self._layer(
            x,
            weights,
            0,
            accumulators,
            activation,
            output,
            per_channel=0.3,
            without_bias=0.25,
        )
        if layer is None:
            return None
        tensor = self.writer.fully_connected(
            x.tensor,
            weights=weights,
            bias=layer.bias,
            weight_scales=layer.scales,
            output=layer.output,
            activation=activation,
            keep_num_dims=keep_num_dims,
        )
        self.weights += weights.size
        return self._add(tensor, layer.samples, x)

    @property
    def weight_room(self) -> int:
        """How many weights the next layer may have."""
        if self.closing:
            return LAYER_WEIGHTS
        return min(LAYER_WEIGHTS, GRAPH_WEIGHTS - self.weights)

    def _weights(
        self, shape: tuple[int, ...], channel_axis: int
    ) -> npt.NDArray[np.int8]:
        """Random weights -127..127; now and then some channels are all zero."""
        weights = self._bytes(shape)
        if self.chance(0.5):
            weights = (weights + self._bytes(shape) + self._bytes(shape)) / 3
        weights = np.clip(np.rint(weights), -127, 127).astype(np.int8)
        if self.chance(0.2):
            by_channel = np.moveaxis(weights, channel_axis, 0)
            for channel in range(len(by_channel)):
                if self.chance(0.3):
                    by_channel[channel] = 0
        return weights

    def _layer(
        self,
        x: Value,
        weights: npt.NDArray[np.int8],
        channel_axis: int,
        products: Numbers,
        activation: Activation,
        output: Quant | None,
        *,
        per_channel: float = 0.8,
        without_bias: float = 0.03,
    ) -> _Layer | None:
        """Choose bias, scales and output quantization from the sums of products.

        `products` has the shape [samples, ..., channels]; `per_channel` and
        `without_bias` are probabilities. Now and then some channels get a bias that
        saturates them whatever the input.
        """
        channels = products.shape[-1]
        by_channel = products.reshape(-1, channels)
        varying = by_channel.max(axis=0) > by_channel.min(axis=0)
        if not varying.any():
            return None
        ratios = np.ones(1)
        if self.chance(per_channel):
            ratios = np.array([self.exponential(0.25, 1) for _ in range(channels)])
        spread = _round(float((by_channel * ratios)[:, varying].std()))
        if not spread:
            return None
        bias = np.zeros(channels, np.int64)
        if with_bias := not self.chance(without_bias):
            drawn = [self.rng.uniform(-1, 1) for _ in range(channels)]
            bias = np.rint(np.array(drawn) * spread / ratios).astype(np.int64)
            bias[~varying & self.chance(0.5)] = 0
        if output is None:
            deviation = self.exponential(1, 4 if activation == "RELU6" else 2)
        else:
            deviation = output.scale * self.exponential(25, 60)
        scales = (_round(deviation / (spread * x.quant.scale)) * ratios).astype("f4")
        units = x.quant.scale * scales.astype(np.float64)
        if output is None:
            real = (products + bias) * units
            output = self._calibrate(real[..., varying], activation)
        if output is None:
            return None
        if with_bias and self.chance(0.2):
            sums = np.abs(np.moveaxis(weights, channel_axis, 0).astype(np.int64))
            reach = 255 * sums.reshape(channels, -1).sum(axis=1)
            far = np.ceil(300 * output.scale / units).astype(np.int64) + reach
            signs = [self.draw({0: 7, -1: 2, 1: 1}) for _ in range(channels)]
            bias = bias + np.array(signs) * far
        samples = _quantize((products + bias) * units, output, activation)
        if not _varies(samples):
            return None
        stored = bias.astype(np.int32) if with_bias else None
        return _Layer(stored, scales, output, samples)

    def _calibrate(self, real: Numbers, activation: Activation) -> Quant | None:
        """An output quantization under which the real values vary after clamping."""
        clamped = np.clip(real, *_REAL_RANGES[activation])
        low, high = min(0.0, float(clamped.min())), max(0.0, float(clamped.max()))
        if low == high:
            return None
        for stretch in (self.rng.uniform(0.6, 1.1), self.rng.uniform(0.6, 1.1), 1.0):
            scale = _round((high - low) / 255 * stretch)
            zero_point = round(min(127.0, max(-128.0, -128 - low / scale)))
            if stretch != 1 and self.chance(0.3):
                zero_point = self._zero_point()
            quant = Quant(scale, zero_point)
            if _varies(_quantize(real, quant, activation)):
                return quant
        return None

    def _zero_point(self) -> int:
        zero_points = {-128: 4, 0: 2, 127: 1, self.rng.randint(-128, 127): 4}
        return self.draw(zero_points)

    # Other operators

    def add(
        self, a: Value, b: Value, activation: Activation | None = None
    ) -> Value | None:
        activation = activation or self._activation()
        rank = max(len(a.shape), len(b.shape))
        real = _of_rank(a.real, rank) + _of_rank(b.real, rank)
        quant = self._calibrate(real, activation)
        if quant is None:
            return None
        tensor = self.writer.add(
            self._tensor(a), self._tensor(b), output=quant, activation=activation
        )
        return self._add(tensor, _quantize(real, quant, activation), a, b)

    def mul(
        self, a: Value, b: Value, activation: Activation | None = None
    ) -> Value | None:
        activation = activation or self._activation()
        rank = max(len(a.shape), len(b.shape))
        real = _of_rank(a.real, rank) * _of_rank(b.real, rank)
        quant = self._calibrate(real, activation)
        if quant is None:
            return None
        tensor = self.writer.mul(
            self._tensor(a), self._tensor(b), output=quant, activation=activation
        )
        return self._add(tensor, _quantize(real, quant, activation), a, b)

    def constant(self, shape: tuple[int, ...]) -> Value:
        """A random constant, an operand for `add` and `mul`."""
        data = self._bytes(shape)
        quant = Quant(self.exponential(0.005, 0.05), self._zero_point())
        samples = np.broadcast_to(data, (_SAMPLES, *shape))
        return Value(NO_TENSOR, shape, quant, samples)

    def _tensor(self, value: Value) -> int:
        if value.tensor != NO_TENSOR:
            return value.tensor
        return self.writer.constant(value.samples[0].astype(np.int8), value.quant)

    def pad(self, x: Value, paddings: Sequence[Pair] | None = None) -> Value | None:
        paddings = paddings or self._paddings(x)
        padded = [
            before + size + after
            for size, (before, after) in zip(x.shape, paddings, strict=True)
        ]
        if max(padded) > MAX_SIDE or math.prod(padded) > MAX_ELEMENTS:
            return None
        samples = np.pad(
            x.samples, [(0, 0), *paddings], constant_values=x.quant.zero_point
        )
        return self._add(self.writer.pad(x.tensor, paddings), samples, x)

    def average_pool_2d(
        self,
        x: Value,
        *,
        kernel: Pair | None = None,
        stride: Pair | None = None,
        padding: Padding | None = None,
    ) -> Value | None:
        kernel, stride, padding = self._pool(x, kernel, stride, padding)
        activation = self._activation(none=4)
        windows = _windows(x.samples[:, 0], kernel, stride, (1, 1), padding, np.nan)
        if math.prod(windows.shape[1:4]) < MIN_ELEMENTS:
            return None
        means = np.nanmean(windows, axis=(-2, -1))[:, None]
        samples = _clamp(np.rint(means), x.quant, activation)
        if not _varies(samples):
            return None
        tensor = self.writer.average_pool_2d(
            x.tensor,
            filter=kernel,
            stride=stride,
            padding=padding,
            activation=activation,
        )
        return self._add(tensor, samples, x)

    def max_pool_2d(
        self,
        x: Value,
        *,
        kernel: Pair | None = None,
        stride: Pair | None = None,
        padding: Padding | None = None,
    ) -> Value | None:
        kernel, stride, padding = self._pool(x, kernel, stride, padding)
        activation = self._activation(none=4)
        windows = _windows(x.samples[:, 0], kernel, stride, (1, 1), padding, -np.inf)
        if math.prod(windows.shape[1:4]) < MIN_ELEMENTS:
            return None
        samples = _clamp(windows.max(axis=(-2, -1))[:, None], x.quant, activation)
        if not _varies(samples):
            return None
        tensor = self.writer.max_pool_2d(
            x.tensor,
            filter=kernel,
            stride=stride,
            padding=padding,
            activation=activation,
        )
        return self._add(tensor, samples, x)

    def reshape(self, x: Value, new_shape: tuple[int, ...]) -> Value:
        """The same bytes; sometimes a size is written as -1 or the scale changes."""
        written = list(new_shape)
        if self.chance(0.4):
            written[self.rng.randrange(len(written))] = -1
        quant = None
        if self.chance(0.1):
            quant = Quant(self.exponential(0.005, 0.1), self._zero_point())
        tensor = self.writer.reshape(x.tensor, written, output=quant)
        return self._add(tensor, x.samples.reshape(_SAMPLES, *new_shape), x)

    def softmax(self, x: Value) -> Value | None:
        beta = 1.0 if self.chance(0.9) else self.exponential(0.5, 2)
        powers = np.exp(beta * (x.real - x.real.max(axis=-1, keepdims=True)))
        shares = powers / powers.sum(axis=-1, keepdims=True)
        samples = np.clip(np.rint(shares * 256) - 128, -128, 127)
        if not _varies(samples):
            return None
        return self._add(self.writer.softmax(x.tensor, beta=beta), samples, x)

    def mean(self, x: Value, axes: tuple[int, ...], *, keep_dims: bool) -> Value | None:
        real = x.real.mean(axis=tuple(axis + 1 for axis in axes), keepdims=keep_dims)
        quant = x.quant
        if self.chance(0.7):
            quant = self._calibrate(real, "NONE")
        if quant is None or not _varies(_quantize(real, quant, "NONE")):
            return None
        written = [axis - len(x.shape) if self.chance(0.2) else axis for axis in axes]
        tensor = self.writer.mean(x.tensor, written, keep_dims=keep_dims, output=quant)
        return self._add(tensor, _quantize(real, quant, "NONE"), x)

    def concatenation(self, values: Sequence[Value], axis: int) -> Value | None:
        """Values of one quantization, with equal sizes on all other axes."""
        if sum(value.shape[axis] for value in values) > MAX_SIDE:
            return None
        if sum(value.size for value in values) > MAX_ELEMENTS:
            return None
        samples = np.concatenate([value.samples for value in values], axis + 1)
        written = axis - len(values[0].shape) if self.chance(0.3) else axis
        tensors = [value.tensor for value in values]
        tensor = self.writer.concatenation(tensors, axis=written)
        return self._add(tensor, samples, *values)

    # Attributes

    def _activation(self, none: float = 1.0) -> Activation:
        return self.draw(
            {"NONE": 1.2 * none, "RELU": 0.6, "RELU6": 0.4, "RELU_N1_TO_1": 0.15}
        )

    def _kernel(self, size: Pair) -> Pair:
        """Square or not; flat along an axis of size 1, and then sometimes long."""
        sizes = {1: 5.0, 2: 1.5, 3: 6.0, 4: 0.5, 5: 1.5, 6: 0.2, 7: 0.6}
        side = self.draw(sizes)
        height, width = side, self.draw(sizes) if self.chance(0.25) else side
        if size[0] == 1 and self.chance(0.9):
            height = 1
            width = self.draw({width: 8, 9: 1, 11: 1})
        elif size[1] == 1 and self.chance(0.9):
            height, width = self.draw({height: 8, 9: 1, 11: 1}), 1
        return height, width

    def _stride(self) -> Pair:
        strides = {1: 6.0, 2: 2.5, 3: 0.8}
        side = self.draw(strides)
        return side, self.draw(strides) if self.chance(0.15) else side

    def _dilation(self, stride: Pair) -> Pair:
        if not self.chance(0.1 if stride == (1, 1) else 0.02):
            return 1, 1
        return self.draw({1: 1, 2: 3, 3: 1}), self.draw({1: 1, 2: 3, 3: 1})

    def _fit(
        self, size: Pair, kernel: Pair, dilation: Pair, padding: Padding | None
    ) -> Padding:
        """The padding, drawn unless given, but SAME where no VALID window fits."""
        paddings: dict[Padding, float] = {"SAME": 6, "VALID": 4}
        padding = padding or self.draw(paddings)
        reaches = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        if reaches[0] > size[0] or reaches[1] > size[1]:
            return "SAME"
        return padding

    def _pool(
        self,
        x: Value,
        kernel: Pair | None,
        stride: Pair | None,
        padding: Padding | None,
    ) -> tuple[Pair, Pair, Padding]:
        size = x.shape[1], x.shape[2]
        if kernel is None:
            kernel = size if self.chance(0.1) else self._kernel(size)
            stride = stride or (kernel if self.chance(0.4) else self._stride())
        return (
            kernel,
            stride or self._stride(),
            self._fit(size, kernel, (1, 1), padding),
        )

    def _paddings(self, x: Value) -> list[Pair]:
        """Around rows and columns, sometimes on channels, sometimes none at all."""
        paddings = [(0, 0)] * len(x.shape)
        if self.chance(0.1):
            return paddings
        spatial = range(len(x.shape) - 3, len(x.shape) - 1)
        if x.is_image and self.chance(0.15):
            spatial = range(3, 4)
        for axis in spatial:
            most = min(3, x.shape[axis])
            pair = self.rng.randint(0, most), self.rng.randint(0, most)
            paddings[axis] = self.draw({(0, 1): 2, (1, 1): 2, pair: 3})
        return paddings


# Generators: each adds something to the graph, or returns False


def _conv_2d(graph: Graph) -> bool:
    x = graph.pick_image()
    return x is not None and graph.conv_2d(x) is not None


def _depthwise_conv_2d(graph: Graph) -> bool:
    x = graph.pick_image()
    return x is not None and graph.depthwise_conv_2d(x) is not None


def _average_pool_2d(graph: Graph) -> bool:
    x = graph.pick_image()
    return x is not None and graph.average_pool_2d(x) is not None


def _max_pool_2d(graph: Graph) -> bool:
    x = graph.pick_image()
    return x is not None and graph.max_pool_2d(x) is not None


def _fully_connected(graph: Graph) -> bool:
    """On all elements; on the rows of a matrix; on the last axis, keeping the rank."""
    x = graph.pick(lambda value: value.size <= 512 or not value.is_image)
    if x is None:
        return False
    per_row = x.size > 512 or graph.chance(0.3)
    keep_num_dims = per_row and graph.chance(0.5)
    return (
        graph.fully_connected(x, per_row=per_row, keep_num_dims=keep_num_dims)
        is not None
    )


def _pad(graph: Graph) -> bool:
    x = graph.pick(lambda value: len(value.shape) > 2)
    return x is not None and graph.pad(x) is not None


def _mean(graph: Graph) -> bool:
    """Mostly over rows and columns, sometimes over one axis."""
    x = graph.pick(lambda value: len(value.shape) > 2)
    if x is None:
        return False
    axes = (1, 2) if x.is_image else (1,)
    if graph.chance(0.25):
        axes = (graph.rng.randrange(1, len(x.shape)),)
    elif x.is_image and graph.chance(0.1):
        axes = (2, 1)
    return graph.mean(x, axes, keep_dims=graph.chance(0.4)) is not None


def _pair(graph: Graph) -> tuple[Value, Value] | None:
    """Two values of one shape, rarely one value twice."""
    a = graph.pick(lambda _: True)
    if a is None:
        return None
    others = [b for b in graph.values if b.shape == a.shape and b is not a]
    if not others or graph.chance(0.1):
        return (a, a) if graph.chance(0.3) else None
    b = graph.rng.choice(others)
    return (a, b) if graph.chance(0.5) else (b, a)


def _constant_operand(graph: Graph) -> tuple[Value, Value] | None:
    """A value and a constant: per channel, a scalar, or of the shape of the value."""
    x = graph.pick(lambda _: True)
    if x is None:
        return None
    ones, channels = (1,) * (len(x.shape) - 1), x.shape[-1]
    shapes: dict[tuple[int, ...], float] = {(*ones, channels): 4, (channels,): 2, (): 2}
    shapes[1,] = 1
    if x.size <= 512:
        shapes[x.shape] = 1
    return x, graph.constant(graph.draw(shapes))


def _broadcast_operand(graph: Graph) -> tuple[Value, Value] | None:
    """A value and its mean over some axes; rarely two means over different axes."""
    x = graph.pick(lambda value: value.is_image and min(value.shape[1:3]) > 1)
    if x is None or graph.room < 3:
        return None
    axes: dict[tuple[int, ...], float] = {(1, 2): 4, (1,): 1, (2,): 1, (3,): 1}
    a, b = x, graph.mean(x, graph.draw(axes), keep_dims=True)
    if graph.chance(0.2):
        a, b = (
            graph.mean(x, (1,), keep_dims=True),
            graph.mean(x, (2,), keep_dims=True),
        )
    if a is None or b is None:
        return None
    return (a, b) if graph.chance(0.8) else (b, a)


def _add_pair(graph: Graph) -> bool:
    pair = _pair(graph)
    return pair is not None and graph.add(*pair) is not None


def _add_constant(graph: Graph) -> bool:
    pair = _constant_operand(graph)
    return pair is not None and graph.add(*pair) is not None


def _add_broadcast(graph: Graph) -> bool:
    pair = _broadcast_operand(graph)
    return pair is not None and graph.add(*pair) is not None


def _mul_pair(graph: Graph) -> bool:
    pair = _pair(graph)
    return pair is not None and graph.mul(*pair) is not None


def _mul_constant(graph: Graph) -> bool:
    pair = _constant_operand(graph)
    return pair is not None and graph.mul(*pair) is not None


def _mul_broadcast(graph: Graph) -> bool:
    pair = _broadcast_operand(graph)
    return pair is not None and graph.mul(*pair) is not None


def _reshape_chain(graph: Graph) -> bool:
    """One to three reshapes through drawn shapes of rank 1 to 4."""
    x = graph.pick(lambda _: True)
    if x is None:
        return False
    for _ in range(min(graph.room, graph.draw({1: 5, 2: 2, 3: 1}))):
        x = graph.reshape(x, graph.rng.choice(_shapes(x.shape)))
    return True


def _shapes(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Shapes of as many elements, every axis but a flat one of moderate size."""
    size, channels = math.prod(shape), shape[-1]
    sides = [n for n in range(1, MAX_SIDE + 1) if size % n == 0]
    images = [
        (1, height, width, size // (height * width))
        for height, width in itertools.product(sides, sides)
        if size % (height * width) == 0
    ]
    shapes = [image for image in images if image[3] <= MAX_CHANNELS]
    shapes += [(size // channels, channels), (1, size // channels, channels)]
    shapes += [image[1:] for image in shapes[:4] if len(image) == 4]
    if size <= 512:
        shapes += [(1, size), (size,), (1, 1, 1, size)]
    return shapes


def _concatenation(graph: Graph) -> bool:
    """Branches of one value with one quantization, joined on some axis."""
    x = graph.pick_image()
    if x is None or graph.room < 3:
        return False
    axis = graph.draw({3: 4, 1: 2, 2: 2})
    stride = graph.draw({(1, 1): 4, (2, 2): 1})
    first = graph.conv_2d(x, stride=stride, padding="SAME")
    if first is None:
        return False
    branches = [first]
    for _ in range(graph.draw({1: 4, 2: 2, 3: 1})):
        branch: Value | None = first
        other = list(stride)
        if axis < 3 and graph.chance(0.3):
            other[axis - 1] = 3
        if graph.room > 1 and graph.chance(0.7):
            branch = graph.conv_2d(
                x,
                channels=None if axis == 3 else first.shape[3],
                stride=(other[0], other[1]),
                padding="SAME",
                activation=graph.draw({"NONE": 2, "RELU": 1}),
                output=first.quant,
            )
        elif graph.room > 1 and graph.chance(0.7):
            branch = graph.max_pool_2d(first, stride=(1, 1), padding="SAME")
        if branch is not None:
            branches.append(branch)
    graph.rng.shuffle(branches)
    return len(branches) > 1 and graph.concatenation(branches, axis) is not None


def _concatenation_with_itself(graph: Graph) -> bool:
    """A value beside its pool, its pad or itself, on any axis."""
    x = graph.pick(lambda value: len(value.shape) > 1)
    if x is None or graph.room < 2:
        return False
    axis = graph.rng.randrange(1, len(x.shape))
    other: Value | None = x
    if x.is_image and graph.chance(0.5):
        other = graph.average_pool_2d(x, stride=(1, 1), padding="SAME")
    elif graph.chance(0.5):
        paddings = [(0, 0)] * len(x.shape)
        paddings[axis] = (graph.rng.randint(0, 2), graph.rng.randint(0, 2))
        other = graph.pad(x, paddings)
    return other is not None and graph.concatenation([x, other], axis) is not None


def _concatenation_of_vectors(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.size <= 512)
    if x is None or graph.room < 3:
        return False
    first = graph.fully_connected(x)
    second = first and graph.fully_connected(x, activation="NONE", output=first.quant)
    if first is None or second is None:
        return False
    return graph.concatenation([first, second], 1) is not None


def _residual(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.is_image and value.shape[3] <= 24)
    if x is None or graph.room < 4:
        return False
    y: Value | None = x
    for _ in range(graph.draw({1: 1, 2: 2})):
        y = y and graph.conv_2d(y, channels=x.shape[3], stride=(1, 1), padding="SAME")
    if y is None:
        return False
    return graph.add(*((y, x) if graph.chance(0.5) else (x, y))) is not None


def _inverted_residual(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.is_image and value.shape[3] <= 12)
    if x is None or graph.room < 4:
        return False
    channels = x.shape[3]
    y = graph.conv_2d(
        x, channels=2 * channels, kernel=(1, 1), stride=(1, 1), activation="RELU6"
    )
    y = y and graph.depthwise_conv_2d(y, multiplier=1, stride=(1, 1), padding="SAME")
    y = y and graph.conv_2d(
        y, channels=channels, kernel=(1, 1), stride=(1, 1), activation="NONE"
    )
    return y is not None and graph.add(x, y, "NONE") is not None


def _squeeze_and_excite(graph: Graph) -> bool:
    x = graph.pick(lambda value: value.is_image and 1 < value.shape[3] <= 24)
    if x is None or graph.room < 4 or x.shape[1:3] == (1, 1):
        return False
    channels = x.shape[3]
    y = graph.mean(x, (1, 2), keep_dims=True)
    y = y and graph.conv_2d(
        y, channels=max(2, channels // 2), kernel=(1, 1), stride=(1, 1)
    )
    y = y and graph.conv_2d(
        y, channels=channels, kernel=(1, 1), stride=(1, 1), activation="NONE"
    )
    return y is not None and graph.mul(x, y, "NONE") is not None


def _padded_window(graph: Graph) -> bool:
    """A PAD and the operator that it was written for."""
    x = graph.pick_image()
    y = x and graph.room >= 2 and graph.pad(x)
    return bool(y) and _window(graph, y) is not None


def _pad_read_twice(graph: Graph) -> bool:
    """One PAD that two windows read, joined where they agree in shape."""
    x = graph.pick_image()
    y = x and graph.room >= 3 and graph.pad(x)
    a = y and _window(graph, y)
    b = y and a and _window(graph, y)
    if not a or not b:
        return False
    return a.shape != b.shape or graph.add(a, b) is not None


def _window(graph: Graph, x: Value) -> Value | None:
    kernel = graph.draw({(3, 3): 4, (2, 2): 1, (5, 3): 1})
    stride = graph.draw({(2, 2): 2, (1, 1): 1})
    kind = graph.draw({"conv": 4, "depthwise": 3, "average": 1, "max": 1})
    if kind == "conv":
        return graph.conv_2d(x, kernel=kernel, stride=stride, padding="VALID")
    if kind == "depthwise":
        return graph.depthwise_conv_2d(x, kernel=kernel, stride=stride, padding="VALID")
    if kind == "average":
        return graph.average_pool_2d(x, kernel=kernel, stride=stride, padding="VALID")
    return graph.max_pool_2d(x, kernel=kernel, stride=stride, padding="VALID")


# Closing: every value is read or an output


def _softmax_head(graph: Graph) -> bool:
    """A classifier: pool, FULLY_CONNECTED, SOFTMAX; or SOFTMAX over many rows."""
    x = graph.pick(lambda value: value not in graph.inputs)
    if x is None or graph.rest < 3:
        return False
    if graph.chance(0.8) or x.shape[-1] < 2:
        if x.is_image and (x.size > 512 or graph.chance(0.5)):
            x = graph.mean(x, (1, 2), keep_dims=graph.chance(0.3))
        x = x and graph.fully_connected(x, activation="NONE")
    return x is not None and graph.softmax(x) is not None


def _vector(graph: Graph, x: Value, units: int) -> Value | None:
    """A value brought to the shape [1, units]."""
    y: Value | None = x
    if x.size > 512:
        if not x.is_image:
            y = graph.reshape(x, (1, x.size // x.shape[-1], 1, x.shape[-1]))
        y = graph.mean(y, (1, 2), keep_dims=False)
    return y and graph.fully_connected(y, units=units)


def _like(graph: Graph, x: Value, target: Value) -> Value | None:
    """An image brought to the shape of another by a convolution, where that can be."""
    if not (x.is_image and target.is_image):
        return None
    stride = [-(-x.shape[axis] // target.shape[axis]) for axis in (1, 2)]
    for axis in (0, 1):
        size = window_output(x.shape[axis + 1], 1, stride[axis], 1, "SAME")
        if size != target.shape[axis + 1] or stride[axis] > 3:
            return None
    return graph.conv_2d(
        x,
        channels=target.shape[3],
        stride=(stride[0], stride[1]),
        padding="SAME",
    )


def _merge(graph: Graph, a: Value, b: Value) -> bool:
    """Join two leaves by an ADD."""
    if a.size < b.size:
        a, b = b, a
    if a.shape != b.shape and (like := _like(graph, a, b)):
        a = like
    if a.shape == b.shape and graph.add(a, b):
        return True
    units = graph.rng.choice((6, 8, 10))
    x = _vector(graph, a, units)
    y = x and _vector(graph, b, units)
    return bool(x and y and graph.add(x, y))


_MERGING = frozenset({"ADD", "CONV_2D", "FULLY_CONNECTED", "MEAN", "RESHAPE"})


@dataclass(frozen=True)
class Generator:
    """Something a graph can grow by.

    `operators` are all builtins that `add` may write; `weight` how often it is tried.
    """

    name: str
    operators: frozenset[str]
    weight: float
    add: Callable[[Graph], bool]


def _entry(
    name: str, operators: str, weight: float, add: Callable[[Graph], bool]
) -> Generator:
    return Generator(name, frozenset(operators.split()), weight, add)


_WINDOWS = "CONV_2D DEPTHWISE_CONV_2D AVERAGE_POOL_2D MAX_POOL_2D"

GENERATORS: tuple[Generator, ...] = (
    _entry("conv_2d", "CONV_2D", 6, _conv_2d),
    _entry("depthwise_conv_2d", "DEPTHWISE_CONV_2D", 4, _depthwise_conv_2d),
    _entry("fully_connected", "FULLY_CONNECTED", 1.5, _fully_connected),
    _entry("average_pool_2d", "AVERAGE_POOL_2D", 1.5, _average_pool_2d),
    _entry("max_pool_2d", "MAX_POOL_2D", 2, _max_pool_2d),
    _entry("pad", "PAD", 1.5, _pad),
    _entry("mean", "MEAN", 0.7, _mean),
    _entry("reshape", "RESHAPE", 1, _reshape_chain),
    _entry("add_pair", "ADD", 1.5, _add_pair),
    _entry("add_constant", "ADD", 0.8, _add_constant),
    _entry("add_broadcast", "ADD MEAN", 0.4, _add_broadcast),
    _entry("mul_pair", "MUL", 1, _mul_pair),
    _entry("mul_constant", "MUL", 0.8, _mul_constant),
    _entry("mul_broadcast", "MUL MEAN", 0.6, _mul_broadcast),
    _entry("concatenation", "CONCATENATION CONV_2D MAX_POOL_2D", 2, _concatenation),
    _entry(
        "concatenation_with_itself",
        "CONCATENATION AVERAGE_POOL_2D PAD",
        1,
        _concatenation_with_itself,
    ),
    _entry(
        "concatenation_of_vectors",
        "CONCATENATION FULLY_CONNECTED",
        0.5,
        _concatenation_of_vectors,
    ),
    _entry("residual", "CONV_2D ADD", 2, _residual),
    _entry(
        "inverted_residual", "CONV_2D DEPTHWISE_CONV_2D ADD", 1.5, _inverted_residual
    ),
    _entry("squeeze_and_excite", "MEAN CONV_2D MUL", 1, _squeeze_and_excite),
    _entry("padded_window", f"PAD {_WINDOWS}", 2, _padded_window),
    _entry("pad_read_twice", f"PAD ADD {_WINDOWS}", 1, _pad_read_twice),
    _entry("softmax_head", "MEAN FULLY_CONNECTED SOFTMAX", 0, _softmax_head),
)
"""What a graph is made of. An entry of weight 0 only ends a graph."""

OPERATORS: tuple[str, ...] = tuple(
    sorted(frozenset[str]().union(*(entry.operators for entry in GENERATORS)))
)
"""Every builtin operator that the generator writes."""


def random_graph(seed: int, operators: Collection[str] = OPERATORS) -> bytes:
    """The `.tflite` of a random int8 CNN; the same arguments give the same bytes.

    Only builtins of `operators` occur; leaving some out makes graphs for a compiler
    that does not know them yet. Raises `ValueError` for a name that is not in
    `OPERATORS`, and when no graph can be made of the operators.
    """
    if unknown := set(operators) - set(OPERATORS):
        raise ValueError(f"unknown operators {', '.join(sorted(unknown))}")
    entries = [entry for entry in GENERATORS if entry.operators <= set(operators)]
    for attempt in range(100):
        graph = _grow(f"{seed}.{attempt}", entries, _MERGING <= set(operators))
        if graph is not None:
            return graph.writer.finish()
    raise ValueError(f"no graph can be made of {', '.join(sorted(operators))}")


def _grow(seed: str, entries: Sequence[Generator], branching: bool) -> Graph | None:
    """A finished graph, or None when the draw led to none that keeps the rules."""
    graph = Graph(seed, branching)
    for _ in range(graph.draw({1: 5, 2: 1}) if branching else 1):
        graph.input(_input_shape(graph))
    weights = {entry: entry.weight for entry in entries if entry.weight}
    for _ in range(4 * MAX_OPERATORS):
        if graph.room <= 0 or not weights:
            break
        graph.draw(weights).add(graph)
    graph.closing = True
    for value in graph.inputs:
        if value.tensor not in graph.read and not _read(graph, value, entries):
            return None
    while branching and len(graph.leaves) > graph.outputs:
        if not _merge(graph, *graph.rng.sample(graph.leaves, 2)):
            return None
    for entry in entries:
        if not entry.weight and graph.chance(0.7):
            entry.add(graph)
    if not MIN_OPERATORS <= graph.operators <= MAX_OPERATORS:
        return None
    return graph if _choose_outputs(graph) else None


def _read(graph: Graph, x: Value, entries: Iterable[Generator]) -> bool:
    """Make some operator read an input that nothing reads."""
    allowed = frozenset[str]().union(*(entry.operators for entry in entries))
    for _ in range(5):
        if x.is_image and "CONV_2D" in allowed and graph.conv_2d(x):
            return True
        if x.size <= 512 and "FULLY_CONNECTED" in allowed and graph.fully_connected(x):
            return True
    return False


def _choose_outputs(graph: Graph) -> bool:
    """Make the leaves outputs, and now and then a value that is also read."""
    outputs = graph.leaves
    inner = [
        value
        for value in graph.values
        if value not in outputs and value not in graph.inputs
    ]
    if inner and graph.chance(0.25):
        outputs.append(graph.rng.choice(inner))
    if len(outputs) > MAX_OUTPUTS or any(value in graph.inputs for value in outputs):
        return False
    graph.rng.shuffle(outputs)
    graph.writer.output(*(value.tensor for value in outputs))
    return True


def _input_shape(graph: Graph) -> tuple[int, ...]:
    """Mostly an image of odd size; else one row, one column, or rank 2 or 3."""
    side = [graph.rng.randint(5, 24) for _ in range(2)]
    channels = graph.draw({1: 3, 2: 1, 3: 4, 4: 2, 6: 1, 8: 2, 16: 1})
    kind = graph.draw({"image": 14, "row": 2, "column": 1, "tiny": 1, "other": 1})
    if kind == "row":
        return 1, 1, side[0] + side[1], channels
    if kind == "column":
        return 1, side[0] + side[1], 1, channels
    if kind == "tiny":
        return 1, graph.rng.randint(1, 4), graph.rng.randint(1, 4), channels
    if kind == "other":
        return graph.draw({(1, side[0], channels): 1, (1, 4 * side[0]): 1})
    return 1, side[0], side[1], channels


def operators_of(model: bytes) -> Counter[str]:
    """How often each builtin operator occurs in a `.tflite`, by its schema name."""
    schema = cast(Any, tflite)
    root = schema.Model.GetRootAs(model, 0)
    found = Counter[str]()
    for index in range(root.SubgraphsLength()):
        subgraph = root.Subgraphs(index)
        for position in range(subgraph.OperatorsLength()):
            code = root.OperatorCodes(subgraph.Operators(position).OpcodeIndex())
            builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
            found[schema.opcode2name(builtin)] += 1
    return found


# Arithmetic of the samples


def _round(value: float) -> float:
    """Three significant digits: hides the last bits, in which machines differ."""
    return float(f"{value:.3g}")


def _varies(samples: Numbers) -> bool:
    """Whether the values are many, none nearly everywhere, and follow the input."""
    counts = np.unique(samples, return_counts=True)[1]
    if len(counts) < min(12, max(2, samples.size // 4)):
        return False
    if counts.max() > 0.8 * samples.size:
        return False
    if len({frame.tobytes() for frame in samples}) < _SAMPLES:
        return False
    spans = samples.max(axis=0) - samples.min(axis=0)
    moving = spans[spans > 0]
    return moving.size >= 0.25 * spans.size and bool(moving.mean() >= 8)


def _quantize(real: Numbers, quant: Quant, activation: Activation) -> Numbers:
    clamped = np.clip(real, *_REAL_RANGES[activation])
    return np.clip(np.rint(clamped / quant.scale) + quant.zero_point, -128, 127)


def _clamp(samples: Numbers, quant: Quant, activation: Activation) -> Numbers:
    return _quantize((samples - quant.zero_point) * quant.scale, quant, activation)


def _of_rank(samples: Numbers, rank: int) -> Numbers:
    """Samples with axes of size 1 put before the shape, as broadcasting reads it."""
    shape = samples.shape[1:]
    return samples.reshape(_SAMPLES, *(1,) * (rank - len(shape)), *shape)


def _area(
    size: Pair, kernel: Pair, stride: Pair, dilation: Pair, padding: Padding
) -> int:
    """The number of pixels of the output of a window."""
    height, width = (
        window_output(size[axis], kernel[axis], stride[axis], dilation[axis], padding)
        for axis in (0, 1)
    )
    return height * width


def _windows(
    images: Numbers,
    kernel: Pair,
    stride: Pair,
    dilation: Pair,
    padding: Padding,
    fill: float,
) -> Numbers:
    """All windows of [samples, H, W, C] as [samples, OH, OW, C, KH, KW]."""
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    if padding == "SAME":
        widths = [(0, 0)] * 4
        for axis in (0, 1):
            size = images.shape[axis + 1]
            outputs = -(-size // stride[axis])
            total = max(0, (outputs - 1) * stride[axis] + reach[axis] - size)
            widths[axis + 1] = (total // 2, total - total // 2)
        images = np.pad(images, widths, constant_values=fill)
    windows = np.lib.stride_tricks.sliding_window_view(images, reach, (1, 2))
    rows, columns = slice(None, None, stride[0]), slice(None, None, stride[1])
    return windows[:, rows, columns, :, :: dilation[0], :: dilation[1]]


def main() -> None:
    """Write the random graph of a seed to a file."""
    parser = argparse.ArgumentParser(description="Generate a random int8 CNN.")
    parser.add_argument("seed", type=int)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument(
        "--operators",
        nargs="+",
        choices=OPERATORS,
        default=OPERATORS,
        metavar="OPERATOR",
        help="builtin operators that may occur (default: all)",
    )
    arguments = parser.parse_args()
    try:
        model = random_graph(arguments.seed, arguments.operators)
        arguments.output.write_bytes(model)
    except (OSError, ValueError) as error:
        parser.exit(1, f"error: {error}\n")
    counts = operators_of(model)
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


if __name__ == "__main__":
    main()
