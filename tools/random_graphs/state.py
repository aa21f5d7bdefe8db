"""The choices and the values of a graph under construction."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from tools.random_graphs.samples import (
    REAL_RANGES,
    SAMPLES,
    Numbers,
    Pair,
    Value,
    quantize,
    rounded,
    varies,
)
from tools.tflite_writer import Activation, Padding, Quant, TFLiteWriter

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


def end_quant(quant: Quant, dtype: str) -> Quant | None:
    """The quantization of another type for the same range; None of floats."""
    if dtype == "uint8":
        return Quant(quant.scale, quant.zero_point + 128)
    if dtype == "int16":
        return Quant(quant.scale / 64, 0)
    if dtype == "int32":
        return Quant(quant.scale / 4096, 0)
    return None if dtype == "float32" else quant


class GraphState:
    """What was drawn so far: a writer, the values, and who reads them."""

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
        return rounded(low * (high / low) ** self.rng.random())

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

    def input(self, shape: tuple[int, ...], dtype: str = "int8") -> Value:
        """An input of the graph, behind a QUANTIZE where it is of another type."""
        quant = Quant(self.exponential(0.005, 0.1), self.zero_point())
        stored = end_quant(quant, dtype)
        tensor = self.writer.input(
            f"input_{len(self.inputs)}",
            shape=shape,
            scale=None if stored is None else stored.scale,
            zero_point=0 if stored is None else stored.zero_point,
            dtype=dtype,
        )
        if dtype != "int8":
            tensor = self.writer.quantize(tensor, quant)
            self.operators += 1
        samples = np.stack([self._frame(shape, n > 0) for n in range(SAMPLES)])
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

    def bytes(self, shape: Sequence[int]) -> Numbers:
        """Random values of int8."""
        return self._bytes(shape)

    def _bytes(self, shape: Sequence[int]) -> Numbers:
        data = np.frombuffer(self.rng.randbytes(math.prod(shape)), np.int8)
        return data.reshape(shape).astype(np.float64)

    def record(self, tensor: int, samples: Numbers, *operands: Value) -> Value:
        value = Value(
            tensor, self.writer.shape(tensor), self.writer.quant(tensor), samples
        )
        self.operators += 1
        self.read.update(operand.tensor for operand in operands)
        self.values.append(value)
        return value

    # Quantization

    def calibrate(self, real: Numbers, activation: Activation) -> Quant | None:
        """An output quantization under which the real values vary after clamping."""
        clamped = np.clip(real, *REAL_RANGES[activation])
        low, high = min(0.0, float(clamped.min())), max(0.0, float(clamped.max()))
        if low == high:
            return None
        for stretch in (self.rng.uniform(0.6, 1.1), self.rng.uniform(0.6, 1.1), 1.0):
            scale = rounded((high - low) / 255 * stretch)
            zero_point = round(min(127.0, max(-128.0, -128 - low / scale)))
            if stretch != 1 and self.chance(0.3):
                zero_point = self.zero_point()
            quant = Quant(scale, zero_point)
            if varies(quantize(real, quant, activation)):
                return quant
        return None

    def zero_point(self) -> int:
        zero_points = {-128: 4, 0: 2, 127: 1, self.rng.randint(-128, 127): 4}
        return self.draw(zero_points)

    # Attributes

    def activation(self, none: float = 1.0) -> Activation:
        return self.draw(
            {"NONE": 1.2 * none, "RELU": 0.6, "RELU6": 0.4, "RELU_N1_TO_1": 0.15}
        )

    def _kernel(self, size: Pair) -> Pair:
        """Square or not; flat along an axis of size 1, and then sometimes long."""
        sizes = {1: 5.0, 2: 1.5, 3: 6.0, 4: 0.5, 5: 1.5, 6: 0.2, 7: 0.6}
        sizes |= {9: 0.2, 10: 0.1}
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
