"""Operators with a window: convolutions and pools; FULLY_CONNECTED."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from tools.tflite_writer.arguments import (
    activation_code,
    check_array,
    padding_code,
    window_size,
)
from tools.tflite_writer.graph import GraphWriter
from tools.tflite_writer.model import (
    NO_TENSOR,
    Activation,
    Array,
    Padding,
    Quant,
    float32_scales,
)


def _window_options(
    stride: tuple[int, int],
    padding: Padding,
    activation: Activation,
    dilation: tuple[int, int] | None = None,
    **others: int,
) -> dict[str, int]:
    """The options that operators with a window share, with those of one of them."""
    options = {
        "padding": padding_code(padding),
        "stride_h": stride[0],
        "stride_w": stride[1],
        **others,
    }
    if dilation is not None:
        options["dilation_h_factor"], options["dilation_w_factor"] = dilation
    return options | {"fused_activation_function": activation_code(activation)}


class WindowOperators(GraphWriter):
    """Layers with weights, and pools."""

    def conv_2d(
        self,
        x: int,
        *,
        weights: Array,
        bias: Array | None,
        weight_scales: npt.ArrayLike,
        output: Quant,
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "SAME",
        dilation: tuple[int, int] = (1, 1),
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """CONV_2D of [1,H,W,I] with weights int8[O,KH,KW,I] and bias int32[O].

        Weights of I / G input channels make G groups.

        Pairs are (height, width). A missing bias is written as tensor -1: TFLite Micro
        takes that, LiteRT takes no CONV_2D without a bias.
        """
        name = self._name("conv_2d", name)
        batch, height, width, channels = self._image(x)
        check_array("weights", weights, np.int8, 4)
        if channels % weights.shape[3]:
            raise ValueError(
                f"weights for {weights.shape[3]} input channels, input has {channels}"
            )
        constants = self._parameters(x, weights, 0, bias, weight_scales, name)
        kernel = weights.shape[1:3]
        size = window_size((height, width), kernel, stride, dilation, padding)
        shape = (batch, *size, weights.shape[0])
        y = self.activation(name, shape, output)
        self.operator(
            "CONV_2D",
            (x, *constants),
            (y,),
            _window_options(stride, padding, activation, dilation),
        )
        return y

    def depthwise_conv_2d(
        self,
        x: int,
        *,
        weights: Array,
        bias: Array | None,
        weight_scales: npt.ArrayLike,
        output: Quant,
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "SAME",
        dilation: tuple[int, int] = (1, 1),
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """DEPTHWISE_CONV_2D of [1,H,W,I] with weights int8[1,KH,KW,O], bias int32[O].

        The depth multiplier is O / I. Without a bias the operator has two inputs: the
        interpreters take no tensor -1 here.
        """
        name = self._name("depthwise_conv_2d", name)
        batch, height, width, channels = self._image(x)
        check_array("weights", weights, np.int8, 4)
        if weights.shape[0] != 1:
            raise ValueError("depthwise weights have the shape [1, KH, KW, O]")
        multiplier, rest = divmod(weights.shape[3], channels)
        if rest:
            raise ValueError(
                f"{weights.shape[3]} output channels are no multiple of the "
                f"{channels} input channels"
            )
        constants = self._parameters(x, weights, 3, bias, weight_scales, name)
        kernel = weights.shape[1:3]
        size = window_size((height, width), kernel, stride, dilation, padding)
        y = self.activation(name, (batch, *size, weights.shape[3]), output)
        self.operator(
            "DEPTHWISE_CONV_2D",
            (x, *(index for index in constants if index != NO_TENSOR)),
            (y,),
            _window_options(
                stride, padding, activation, dilation, depth_multiplier=multiplier
            ),
        )
        return y

    def transpose_conv(
        self,
        x: int,
        *,
        weights: Array,
        bias: Array | None,
        weight_scales: npt.ArrayLike,
        output: Quant,
        stride: tuple[int, int] = (2, 2),
        padding: Padding = "SAME",
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """TRANSPOSE_CONV of [1,H,W,I] with weights int8[O,KH,KW,I] and bias int32[O].

        SAME makes stride times as many rows and columns, VALID all that are reached.
        """
        name = self._name("transpose_conv", name)
        batch, *size, _ = self._image(x)
        check_array("weights", weights, np.int8, 4)
        constants = self._parameters(x, weights, 0, bias, weight_scales, name)
        grown = [n * step for n, step in zip(size, stride, strict=True)]
        if padding == "VALID":
            grown = [
                n + max(0, kernel - step)
                for n, kernel, step in zip(
                    grown, weights.shape[1:3], stride, strict=True
                )
            ]
        shape = (batch, *grown, weights.shape[0])
        y = self.activation(name, shape, output)
        wanted = self.constant(np.array(shape, np.int32), name=f"{name}/shape")
        kernel, *rest = (index for index in constants if index != NO_TENSOR)
        self.operator(
            "TRANSPOSE_CONV",
            (wanted, kernel, x, *rest),
            (y,),
            _window_options(stride, padding, activation),
        )
        return y

    def fully_connected(
        self,
        x: int,
        *,
        weights: Array,
        bias: Array | None,
        weight_scales: npt.ArrayLike,
        output: Quant,
        activation: Activation = "NONE",
        keep_num_dims: bool = False,
        name: str | None = None,
    ) -> int:
        """FULLY_CONNECTED with weights int8[O,K] and bias int32[O].

        The input is read as [N,K] and the output is [N,O]; with `keep_num_dims` the
        last axis of the input is K and only that axis changes. A missing bias is
        written as tensor -1.
        """
        name = self._name("fully_connected", name)
        check_array("weights", weights, np.int8, 2)
        units, depth = weights.shape
        shape = self.shape(x)
        if keep_num_dims and shape[-1:] != (depth,):
            raise ValueError(f"the last axis of the input {shape} is not {depth}")
        batches, rest = divmod(math.prod(shape), depth)
        if rest:
            raise ValueError(f"the input {shape} is no multiple of {depth} elements")
        constants = self._parameters(x, weights, 0, bias, weight_scales, name)
        new_shape = (*shape[:-1], units) if keep_num_dims else (batches, units)
        y = self.activation(name, new_shape, output)
        version = 6 if bias is None else 5 if keep_num_dims else 4
        self.operator(
            "FULLY_CONNECTED",
            (x, *constants),
            (y,),
            {
                "fused_activation_function": activation_code(activation),
                "keep_num_dims": keep_num_dims,
            },
            version=version,
        )
        return y

    def average_pool_2d(
        self,
        x: int,
        *,
        filter: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "VALID",
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """AVERAGE_POOL_2D of [1,H,W,C]; pairs are (height, width)."""
        name = self._name("average_pool_2d", name)
        return self._pool(
            "AVERAGE_POOL_2D", x, filter, stride, padding, activation, name
        )

    def max_pool_2d(
        self,
        x: int,
        *,
        filter: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        padding: Padding = "VALID",
        activation: Activation = "NONE",
        name: str | None = None,
    ) -> int:
        """MAX_POOL_2D of [1,H,W,C]; pairs are (height, width)."""
        name = self._name("max_pool_2d", name)
        return self._pool("MAX_POOL_2D", x, filter, stride, padding, activation, name)

    def _pool(
        self,
        builtin: str,
        x: int,
        filter: tuple[int, int],
        stride: tuple[int, int],
        padding: Padding,
        activation: Activation,
        name: str,
    ) -> int:
        batch, height, width, channels = self._image(x)
        size = window_size((height, width), filter, stride, (1, 1), padding)
        y = self.activation(name, (batch, *size, channels), self.quant(x))
        self.operator(
            builtin,
            (x,),
            (y,),
            _window_options(
                stride,
                padding,
                activation,
                filter_height=filter[0],
                filter_width=filter[1],
            ),
        )
        return y

    def _parameters(
        self,
        x: int,
        weights: Array,
        quantized_dimension: int,
        bias: Array | None,
        weight_scales: npt.ArrayLike,
        name: str,
    ) -> tuple[int, int]:
        """The tensors of weights and bias; bias scale = input scale * weight scale."""
        channels = weights.shape[quantized_dimension]
        if bias is not None:
            check_array("bias", bias, np.int32, 1)
            if len(bias) != channels:
                raise ValueError(f"{len(bias)} biases for {channels} channels")
        input_scale = np.float32(self.quant(x).scale)
        kernel = self.weights(
            weights, weight_scales, quantized_dimension, f"{name}/weights"
        )
        if bias is None:
            return kernel, NO_TENSOR
        scales = tuple(
            float(input_scale * np.float32(scale))
            for scale in float32_scales(weight_scales)
        )
        zero_points = (0,) * len(scales)
        return kernel, self._add_constant(bias, scales, zero_points, 0, f"{name}/bias")
