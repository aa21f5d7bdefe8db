"""Layers with weights of a graph under construction."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tools.random_graphs.samples import (
    SAMPLES,
    Numbers,
    Pair,
    Value,
    all_windows,
    quantize,
    rounded,
    varies,
    window_area,
)
from tools.random_graphs.state import (
    GRAPH_WEIGHTS,
    LAYER_WEIGHTS,
    MAX_CHANNELS,
    MAX_ELEMENTS,
    MIN_ELEMENTS,
    GraphState,
)
from tools.tflite_writer import Activation, Padding, Quant


@dataclass(frozen=True)
class _Layer:
    """The quantized parameters of a layer with weights, and its samples."""

    bias: npt.NDArray[np.int32] | None
    scales: npt.NDArray[np.float32]
    output: Quant
    samples: Numbers


class WeightedLayers(GraphState):
    """CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED, with drawn weights and scales."""

    def conv_2d(
        self,
        x: Value,
        *,
        channels: int | None = None,
        kernel: Pair | None = None,
        stride: Pair | None = None,
        padding: Padding | None = None,
        dilation: Pair | None = None,
        activation: Activation | None = None,
        output: Quant | None = None,
    ) -> Value | None:
        size, depth = (x.shape[1], x.shape[2]), x.shape[3]
        kernel = kernel or self._kernel(size)
        stride = stride or self._stride()
        dilation = dilation or self._dilation(stride)
        padding = self._fit(size, kernel, dilation, padding)
        groups = 1
        if not channels and depth in (4, 6, 8, 12) and self.chance(0.06):
            groups = self.rng.choice([g for g in (2, 3, 4) if depth % g == 0])
        fan_in = kernel[0] * kernel[1] * depth // groups
        area = window_area(size, kernel, stride, dilation, padding)
        widest = min(self.weight_room // fan_in, MAX_ELEMENTS // area, 24)
        drawn = min(widest, self.rng.choice((1, 2, 3, 5, 8, 12, 16, 24)))
        if not channels and drawn * area < MIN_ELEMENTS:
            return None
        channels = channels or -(-drawn // groups) * groups
        if not 1 <= channels <= widest:
            return None
        weights = self._weights((channels, *kernel, depth // groups), 0)
        windows = all_windows(x.centered[:, 0], kernel, stride, dilation, padding, 0.0)
        accumulators = _group_sums(windows, weights, groups)
        activation = activation or self.activation()
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
        return self._add(
            self.writer.conv_2d,
            x,
            weights,
            layer,
            stride=stride,
            padding=padding,
            dilation=dilation,
            activation=activation,
        )

    def depthwise_conv_2d(
        self,
        x: Value,
        *,
        multiplier: int | None = None,
        kernel: Pair | None = None,
        stride: Pair | None = None,
        padding: Padding | None = None,
        dilation: Pair | None = None,
        activation: Activation | None = None,
    ) -> Value | None:
        size, depth = (x.shape[1], x.shape[2]), x.shape[3]
        kernel = kernel or self._kernel(size)
        stride = stride or self._stride()
        dilation = dilation or self._dilation(stride)
        padding = self._fit(size, kernel, dilation, padding)
        multiplier = multiplier or self.draw({1: 6, 2: 2, 3: 1})
        channels = depth * multiplier
        area = window_area(size, kernel, stride, dilation, padding)
        if channels > MAX_CHANNELS:
            return None
        if not MIN_ELEMENTS <= channels * area <= MAX_ELEMENTS:
            return None
        if channels * math.prod(kernel) > self.weight_room:
            return None
        weights = self._weights((1, *kernel, channels), 3)
        windows = all_windows(x.centered[:, 0], kernel, stride, dilation, padding, 0.0)
        by_channel = weights[0].reshape(*kernel, depth, multiplier).astype(np.float64)
        accumulators = np.einsum("syxcij,ijcm->syxcm", windows, by_channel)
        accumulators = accumulators.reshape(*accumulators.shape[:3], channels)
        activation = activation or self.activation()
        layer = self._layer(x, weights, 3, accumulators[:, None], activation, None)
        if layer is None:
            return None
        return self._add(
            self.writer.depthwise_conv_2d,
            x,
            weights,
            layer,
            stride=stride,
            padding=padding,
            dilation=dilation,
            activation=activation,
        )

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
        rows = x.centered.reshape(SAMPLES, -1, depth)
        accumulators = (rows @ weights.T.astype(np.float64)).reshape(SAMPLES, *shape)
        activation = activation or self.activation()
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
        return self._add(
            self.writer.fully_connected,
            x,
            weights,
            layer,
            activation=activation,
            keep_num_dims=keep_num_dims,
        )

    def _add(
        self,
        write: Callable[..., int],
        x: Value,
        weights: npt.NDArray[np.int8],
        layer: _Layer,
        **options: object,
    ) -> Value | None:
        """Adds the operator of a layer, written by a method of the writer."""
        tensor = write(
            x.tensor,
            weights=weights,
            bias=layer.bias,
            weight_scales=layer.scales,
            output=layer.output,
            **options,
        )
        self.weights += weights.size
        return self.record(tensor, layer.samples, x)

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
        spread = rounded(float((by_channel * ratios)[:, varying].std()))
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
        scales = (rounded(deviation / (spread * x.quant.scale)) * ratios).astype("f4")
        units = x.quant.scale * scales.astype(np.float64)
        if output is None:
            real = (products + bias) * units
            output = self.calibrate(real[..., varying], activation)
        if output is None:
            return None
        if with_bias and self.chance(0.2):
            sums = np.abs(np.moveaxis(weights, channel_axis, 0).astype(np.int64))
            reach = 255 * sums.reshape(channels, -1).sum(axis=1)
            far = np.ceil(300 * output.scale / units).astype(np.int64) + reach
            signs = [self.draw({0: 7, -1: 2, 1: 1}) for _ in range(channels)]
            bias = bias + np.array(signs) * far
        samples = quantize((products + bias) * units, output, activation)
        if not varies(samples):
            return None
        stored = bias.astype(np.int32) if with_bias else None
        return _Layer(stored, scales, output, samples)


def _group_sums(
    windows: Numbers, weights: npt.NDArray[np.int8], groups: int
) -> Numbers:
    """The sums of a convolution, whose groups of channels lie side by side."""
    depth = weights.shape[3]
    kernels = np.split(weights.transpose(3, 1, 2, 0).astype(np.float64), groups, 3)
    sums = [
        np.tensordot(windows[:, :, :, group * depth : (group + 1) * depth], kernel, 3)
        for group, kernel in enumerate(kernels)
    ]
    return np.concatenate(sums, axis=-1)
