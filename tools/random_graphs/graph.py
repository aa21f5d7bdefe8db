"""A graph under construction: one method for each operator."""

import math
from collections.abc import Sequence

import numpy as np

from tools.random_graphs.layers import WeightedLayers
from tools.random_graphs.samples import (
    SAMPLES,
    Pair,
    Value,
    all_windows,
    clamp,
    of_rank,
    quantize,
    varies,
)
from tools.random_graphs.state import MAX_ELEMENTS, MAX_SIDE, MIN_ELEMENTS
from tools.tflite_writer import NO_TENSOR, Activation, Padding, Quant


class Graph(WeightedLayers):
    """A graph under construction.

    The methods named after operators add one operator and return its output, or None
    when it does not fit or its output would hardly vary. Attributes that are not given
    are drawn.
    """

    def add(
        self, a: Value, b: Value, activation: Activation | None = None
    ) -> Value | None:
        activation = activation or self.activation()
        rank = max(len(a.shape), len(b.shape))
        real = of_rank(a.real, rank) + of_rank(b.real, rank)
        quant = self.calibrate(real, activation)
        if quant is None:
            return None
        tensor = self.writer.add(
            self.tensor_of(a), self.tensor_of(b), output=quant, activation=activation
        )
        return self.record(tensor, quantize(real, quant, activation), a, b)

    def mul(
        self, a: Value, b: Value, activation: Activation | None = None
    ) -> Value | None:
        activation = activation or self.activation()
        rank = max(len(a.shape), len(b.shape))
        real = of_rank(a.real, rank) * of_rank(b.real, rank)
        quant = self.calibrate(real, activation)
        if quant is None:
            return None
        tensor = self.writer.mul(
            self.tensor_of(a), self.tensor_of(b), output=quant, activation=activation
        )
        return self.record(tensor, quantize(real, quant, activation), a, b)

    def constant(self, shape: tuple[int, ...]) -> Value:
        """A random constant, an operand for `add` and `mul`."""
        data = self._bytes(shape)
        quant = Quant(self.exponential(0.005, 0.05), self.zero_point())
        samples = np.broadcast_to(data, (SAMPLES, *shape))
        return Value(NO_TENSOR, shape, quant, samples)

    def tensor_of(self, value: Value) -> int:
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
        return self.record(self.writer.pad(x.tensor, paddings), samples, x)

    def average_pool_2d(
        self,
        x: Value,
        *,
        kernel: Pair | None = None,
        stride: Pair | None = None,
        padding: Padding | None = None,
    ) -> Value | None:
        kernel, stride, padding = self._pool(x, kernel, stride, padding)
        activation = self.activation(none=4)
        windows = all_windows(x.samples[:, 0], kernel, stride, (1, 1), padding, np.nan)
        if math.prod(windows.shape[1:4]) < MIN_ELEMENTS:
            return None
        means = np.nanmean(windows, axis=(-2, -1))[:, None]
        samples = clamp(np.rint(means), x.quant, activation)
        if not varies(samples):
            return None
        tensor = self.writer.average_pool_2d(
            x.tensor,
            filter=kernel,
            stride=stride,
            padding=padding,
            activation=activation,
        )
        return self.record(tensor, samples, x)

    def max_pool_2d(
        self,
        x: Value,
        *,
        kernel: Pair | None = None,
        stride: Pair | None = None,
        padding: Padding | None = None,
    ) -> Value | None:
        kernel, stride, padding = self._pool(x, kernel, stride, padding)
        activation = self.activation(none=4)
        windows = all_windows(x.samples[:, 0], kernel, stride, (1, 1), padding, -np.inf)
        if math.prod(windows.shape[1:4]) < MIN_ELEMENTS:
            return None
        samples = clamp(windows.max(axis=(-2, -1))[:, None], x.quant, activation)
        if not varies(samples):
            return None
        tensor = self.writer.max_pool_2d(
            x.tensor,
            filter=kernel,
            stride=stride,
            padding=padding,
            activation=activation,
        )
        return self.record(tensor, samples, x)

    def reshape(self, x: Value, new_shape: tuple[int, ...]) -> Value:
        """The same bytes; sometimes a size is written as -1 or the scale changes."""
        written = list(new_shape)
        if self.chance(0.4):
            written[self.rng.randrange(len(written))] = -1
        quant = None
        if self.chance(0.1):
            quant = Quant(self.exponential(0.005, 0.1), self.zero_point())
        tensor = self.writer.reshape(x.tensor, written, output=quant)
        return self.record(tensor, x.samples.reshape(SAMPLES, *new_shape), x)

    def softmax(self, x: Value) -> Value | None:
        beta = 1.0 if self.chance(0.9) else self.exponential(0.5, 2)
        powers = np.exp(beta * (x.real - x.real.max(axis=-1, keepdims=True)))
        shares = powers / powers.sum(axis=-1, keepdims=True)
        samples = np.clip(np.rint(shares * 256) - 128, -128, 127)
        if not varies(samples):
            return None
        return self.record(self.writer.softmax(x.tensor, beta=beta), samples, x)

    def mean(self, x: Value, axes: tuple[int, ...], *, keep_dims: bool) -> Value | None:
        real = x.real.mean(axis=tuple(axis + 1 for axis in axes), keepdims=keep_dims)
        quant = x.quant
        if self.chance(0.7):
            quant = self.calibrate(real, "NONE")
        if quant is None or not varies(quantize(real, quant, "NONE")):
            return None
        written = [axis - len(x.shape) if self.chance(0.2) else axis for axis in axes]
        tensor = self.writer.mean(x.tensor, written, keep_dims=keep_dims, output=quant)
        return self.record(tensor, quantize(real, quant, "NONE"), x)

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
        return self.record(tensor, samples, *values)
