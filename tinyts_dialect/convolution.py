"""What convolutions and fully-connected layers share: checks and multipliers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import DenseIntOrFPElementsAttr, f32, i8, i32
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import VerifyException

from tinyts_dialect.attributes import Clamp, Quant
from tinyts_dialect.interfaces import Array, TensorOp, verifying_multipliers
from tinyts_dialect.multipliers import quantize_multiplier, requantize
from tinyts_dialect.reference import Int64Array, clamped, window_taps
from tinyts_dialect.tensors import (
    quant_of,
    shape_of,
    tensor_type,
    to_array,
    verify_image,
    verify_size,
)
from tinyts_dialect.windows import Window

Int32Array = npt.NDArray[np.int32]


def channel_multipliers(
    input: Quant, weight_scales: DenseIntOrFPElementsAttr, output: Quant
) -> tuple[Int32Array, Int32Array]:
    """Multiplier and shift of each output channel.

    Each is input scale * weight scale / output scale in double precision, as TFLite
    computes it for per-channel weights.
    """
    return _channel_multipliers(input.scale, weight_scales.data.data, output.scale)


@lru_cache(maxsize=4096)
def _channel_multipliers(
    input_scale: float, weight_scales: bytes, output_scale: float
) -> tuple[Int32Array, Int32Array]:
    scales = np.frombuffer(weight_scales, "<f4").astype(float)
    pairs = [
        quantize_multiplier(input_scale * float(scale) / output_scale)
        for scale in scales
    ]
    values = np.array([pair.value for pair in pairs], np.int32)
    shifts = np.array([pair.shift for pair in pairs], np.int32)
    return values, shifts


def verify_multipliers(
    input: SSAValue, weight_scales: DenseIntOrFPElementsAttr, output: SSAValue
) -> None:
    """Checks that every channel's multiplier can be represented."""
    with verifying_multipliers():
        channel_multipliers(quant_of(input), weight_scales, quant_of(output))


def verify_kernel(weights: SSAValue, window: Window) -> tuple[int, int, int, int]:
    """The shape of int8 weights of rank 4 whose kernel is the window's."""
    shape = shape_of(weights)
    if tensor_type(weights).element_type != i8 or len(shape) != 4:
        raise VerifyException("weights must be an int8 tensor of rank 4")
    verify_size(shape)
    if shape[1:3] != window.kernel:
        raise VerifyException(
            f"weights are {shape[1]}x{shape[2]}, "
            f"the window is {window.kernel[0]}x{window.kernel[1]}"
        )
    return shape[0], shape[1], shape[2], shape[3]


def verify_window_output(
    op: TensorOp, input: SSAValue, window: Window, outputs: int | None = None
) -> int:
    """Checks the result of a windowed op; the channels of its [1, H, W, C] input.

    Without a number of `outputs` the result has as many channels as the input.
    """
    shape = verify_image(input)
    quant_of(input)
    height, width = (window.output_size(axis, shape[axis + 1]) for axis in (0, 1))
    channels = shape[3] if outputs is None else outputs
    op.verify_output((1, height, width, channels))
    return shape[3]


def verify_bias(bias: SSAValue, outputs: int) -> None:
    """Checks that there is one int32 bias an output."""
    if tensor_type(bias).element_type != i32 or shape_of(bias) != (outputs,):
        raise VerifyException(f"bias must be an int32 tensor of {outputs} elements")


def verify_bias_and_scales(
    bias: SSAValue,
    weight_scales: DenseIntOrFPElementsAttr,
    outputs: int,
    scales: int | None = None,
) -> None:
    """Checks that there is one int32 bias and one finite f32 scale an output.

    `scales`, 1 or outputs, says where one scale may serve all.
    """
    count = 1 if scales == 1 else outputs
    verify_bias(bias, outputs)
    scales_type = weight_scales.get_type()
    if tensor_type(scales_type).element_type != f32 or len(weight_scales) != count:
        raise VerifyException(f"weight_scales must hold {count} values of type f32")
    if not np.isfinite(to_array(weight_scales)).all():
        raise VerifyException("weight_scales must be finite numbers")


@dataclass(frozen=True)
class Convolution:
    """A convolution, or a depthwise one: all that it is but for weights and bias."""

    depthwise: bool
    window: Window
    clamp: Clamp
    weight_scales: DenseIntOrFPElementsAttr
    input: Quant
    output: Quant

    def multipliers(self) -> tuple[Int32Array, Int32Array]:
        """Multiplier and shift of each output channel."""
        return channel_multipliers(self.input, self.weight_scales, self.output)

    def evaluate(self, *operands: Array) -> npt.NDArray[np.int8]:
        """The result for a [1, H, W, C] input, weights and bias, bit-exact."""
        x, weights, bias = (operand.astype(np.int64) for operand in operands)
        sums = _depthwise_sums if self.depthwise else _convolution_sums
        accumulated = sums(x - self.input.zero_point, weights, self.window) + bias
        scaled = requantize(accumulated, *self.multipliers())
        return clamped(scaled + self.output.zero_point, self.clamp)

    def verify(self, weights: SSAValue, bias: SSAValue, inputs: int) -> int:
        """Checks weights and bias for `inputs` channels; the number of outputs."""
        shape = verify_kernel(weights, self.window)
        outputs = shape[3] if self.depthwise else shape[0]
        expected = 1 if self.depthwise else inputs
        if (shape[0] if self.depthwise else shape[3]) != expected or (
            self.depthwise and outputs % inputs
        ):
            kind = "depthwise weights" if self.depthwise else "weights"
            raise VerifyException(
                f"{kind} of shape {list(shape)} do not fit an input of {inputs} "
                "channels"
            )
        verify_bias_and_scales(bias, self.weight_scales, outputs)
        with verifying_multipliers():
            self.multipliers()
        return outputs


def _convolution_sums(
    x: Int64Array, weights: Int64Array, window: Window
) -> Int64Array:
    products = np.tensordot(  # exact in float64: below 2**53
        window_taps(x, window, 0).astype(float),
        weights.astype(float),
        axes=((4, 5, 3), (1, 2, 3)),
    )
    return products.astype(np.int64)


def _depthwise_sums(x: Int64Array, weights: Int64Array, window: Window) -> Int64Array:
    repeated = np.repeat(x, weights.shape[3] // x.shape[3], axis=3)
    taps = window_taps(repeated, window, 0)
    return np.einsum("nyxcij,ijc->nyxc", taps, weights[0])
