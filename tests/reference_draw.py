"""Drawing models of one operator for the comparison with TFLite Micro."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
from support_unit import Array, Case, case, random_bytes

from tools.tflite_writer import Activation, Padding, Quant, TFLiteWriter

ACTIVATIONS: tuple[Activation, ...] = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
ZERO_POINTS = (-128, 127, 0, -3, 17, 100, -90)


class Parameters(TypedDict):
    """What the writer wants of an operator with weights."""

    weights: Array
    weight_scales: Array
    bias: Array | None


class Draw:
    """A model under construction and the random choices that make it."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = f"{name} {seed}"
        self.random = np.random.default_rng([seed, *name.encode()])
        self.writer = TFLiteWriter(self.name)

    def number(self, low: int, high: int) -> int:
        """An integer of low..high."""
        return int(self.random.integers(low, high + 1))

    def pair(self, low: int, high: int) -> tuple[int, int]:
        return self.number(low, high), self.number(low, high)

    def quant(self, scale: float | None = None) -> Quant:
        drawn = float(2.0 ** self.random.uniform(-7, 1)) if scale is None else scale
        return Quant(drawn, int(self.random.choice(ZERO_POINTS)))

    def activation(self) -> Activation:
        """Half of the time none: the others cut off much of a range."""
        return ACTIVATIONS[self.number(0, 3)] if self.number(0, 1) else "NONE"

    def padding(self) -> Padding:
        return "SAME" if self.random.random() < 0.6 else "VALID"

    def input(self, shape: tuple[int, ...], quant: Quant | None = None) -> int:
        quant = self.quant() if quant is None else quant
        name = f"x{self.number(0, 10**9)}"
        return self.writer.input(
            name, shape=shape, scale=quant.scale, zero_point=quant.zero_point
        )

    def operand(self, shape: tuple[int, ...]) -> int:
        """An input, or now and then a constant."""
        if self.random.random() < 0.7:
            return self.input(shape)
        return self.writer.constant(random_bytes(self.random, shape), self.quant())

    def bytes(self, *shape: int) -> Array:
        return random_bytes(self.random, shape)

    def parameters(
        self, x: int, output: Quant, shape: tuple[int, ...], channels: int
    ) -> Parameters:
        """So that outputs spread over the range.

        Weights are large or tiny: then multipliers exceed 1. The bias is about as large
        as the accumulators, or missing. There is one scale, or one a channel.
        """
        largest = 127 if self.random.random() < 0.7 else 1
        weights = self.random.integers(-largest, largest + 1, shape, dtype=np.int8)
        depth = weights.size // channels
        accumulator = 43 * largest * np.sqrt(depth)
        typical = 60 * output.scale / (accumulator * self.writer.quant(x).scale)
        count = channels if self.random.random() < 0.7 else 1
        scales = typical * 2.0 ** self.random.uniform(-2, 2, count)
        bias = self.random.normal(0, accumulator / 2, channels).astype(np.int32)
        return {
            "weights": weights,
            "weight_scales": scales.astype(np.float32),
            "bias": bias if self.random.random() < 0.8 else None,
        }

    def finish(self, output: int, inputs: list[Array] | None = None) -> Case:
        self.writer.output(output)
        return case(self.name, self.writer, inputs)
