"""Models that try one operator in many ways, and their runs against TFLite Micro.

A bench is one model with three branches for each case. A branch reads inputs of the
model directly, where they lie in one piece, or through producers that the compiler cuts
into slices, so that the rows lie scattered; and its result is an output, or is read by
a consumer, so that it is cut itself and perhaps not all of its rows are needed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from tools.compiler import compile_path
from tools.differential import find_differences
from tools.options import CompileOptions
from tools.oracle import OracleResult, run_oracle
from tools.run_inputs import GENERATORS, input_details, random_inputs
from tools.tflite_writer import Activation, Quant, TFLiteWriter

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]
Pair: TypeAlias = tuple[int, int]
Build: TypeAlias = Callable[..., int]
T = TypeVar("T")

ACTIVATIONS: tuple[Activation, ...] = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")
SPREAD = 60.0
"""Standard deviation of int8 values that fill the range and saturate a few."""


class Bench:
    """A model under construction, with reproducible random numbers."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.writer = TFLiteWriter(f"kernel bench {seed}")
        self._inputs: dict[tuple[Shape, int], int] = {}

    # Random numbers

    def draw(self, choices: Sequence[T]) -> T:
        return choices[int(self.rng.integers(len(choices)))]

    def bytes(self, shape: Shape) -> npt.NDArray[np.int8]:
        return self.rng.integers(-127, 128, shape, np.int8)

    def quant(self, activation: Activation = "NONE", scale: float = 0.05) -> Quant:
        """Under which values of a deviation of `SPREAD * scale` vary when clamped."""
        exact = float(scale * self.rng.uniform(0.7, 1.4))
        most = -20 if activation.startswith("RELU") else 127
        return Quant(exact, min(most, self.draw((-128, -7, 0, 33, 127))))

    def near(self, quant: Quant) -> Quant:
        """A quantization of nearly the same range."""
        shifted = quant.zero_point + int(self.rng.integers(-9, 10))
        scale = float(quant.scale * self.rng.uniform(0.7, 1.4))
        return Quant(scale, max(-128, min(127, shifted)))

    # Branches

    def input(self, shape: Shape, number: int = 0) -> int:
        """An input of the model of that shape; the same one when asked again."""
        key = (shape, number)
        if key not in self._inputs:
            quant = self.quant("RELU") if self.rng.random() < 0.5 else Quant(0.05, 33)
            name = f"input_{len(self._inputs)}"
            self._inputs[key] = self.writer.input(
                name, shape=shape, scale=quant.scale, zero_point=quant.zero_point
            )
        return self._inputs[key]

    def produced(self, shape: Shape, number: int = 0) -> int:
        """A tensor of that shape which an operator computes."""
        x = self.input(shape, number)
        half = self.writer.constant(np.array([127], np.int8), Quant(0.5 / 127))
        quant = self.writer.quant(x)
        return self.writer.mul(x, half, output=Quant(quant.scale / 2, quant.zero_point))

    def consumed(self, y: int) -> int:
        """The result of an operator that reads `y` by rows, perhaps not all of them."""
        if len(self.writer.shape(y)) != 4:
            return y
        windows = (((3, 2), (2, 1)), ((1, 1), (3, 2)), ((1, 2), (1, 1)))
        filter, stride = self.draw(windows)
        return self.writer.max_pool_2d(y, filter=filter, stride=stride, padding="SAME")

    def case(self, shapes: Shape | Sequence[Shape], build: Build) -> None:
        """Adds `build(*tensors)` on inputs and on what producers make of them."""
        if all(isinstance(size, int) for size in shapes):
            shapes = (shapes,)  # pyright: ignore[reportAssignmentType]
        inputs = [self.input(shape, n) for n, shape in enumerate(shapes)]
        produced = [self.produced(shape, n) for n, shape in enumerate(shapes)]
        self.writer.output(build(*inputs))
        self.writer.output(self.consumed(build(*inputs)))
        self.writer.output(self.consumed(build(*produced)))

    # Layers with weights

    def weighted(
        self, x: int, shape: Shape, channel_axis: int, fan_in: int
    ) -> dict[str, Any]:
        """Weights, bias, scales and output quantization that fill the output's range.

        Per channel or not, with or without bias, any activation.
        """
        channels = shape[channel_axis]
        activation = self.draw(ACTIVATIONS)
        output = self.quant(activation)
        deviation = np.sqrt(fan_in) * SPREAD * SPREAD
        scale = SPREAD * output.scale / (deviation * self.writer.quant(x).scale)
        scales = scale * self.rng.uniform(0.5, 1.5, self.draw((1, channels)))
        bias = self.rng.normal(0, deviation / 3, channels).astype(np.int32)
        return {
            "weights": self.bytes(shape),
            "bias": bias if self.rng.random() < 0.85 else None,
            "weight_scales": scales.astype(np.float32),
            "output": output,
            "activation": activation,
        }


@dataclass(frozen=True)
class Reference:
    """A bench's model in a file, its inputs, and what TFLite Micro makes of them."""

    path: Path
    inputs: list[Array]
    oracle: OracleResult


def reference(bench: Bench, path: Path) -> Reference:
    """Runs the oracle on a finished bench; its outputs vary, but for very few."""
    path.write_bytes(bench.writer.finish())
    inputs = random_inputs(input_details(path), 1, len(GENERATORS))
    oracle = run_oracle(path, inputs, "tflm", all_tensors=True)
    constant = [len(np.unique(output)) == 1 for output in oracle.outputs]
    assert sum(constant) <= len(constant) / 30, f"{path.name}: {sum(constant)} constant"
    return Reference(path, inputs, oracle)


def differences(
    against: Reference, options: CompileOptions, folder: Path, cache: Path
) -> str:
    """What differs in a sanitized build of the model; empty where nothing does."""
    compiled = compile_path(against.path, options)
    found = find_differences(
        compiled, against.oracle, against.inputs, folder, cache=cache
    )
    return str(found) if found else ""


def sample(
    bench: Bench, count: int, *choices: Sequence[Any]
) -> Iterator[tuple[Any, ...]]:
    """`count` different combinations of the choices."""
    combinations = list(product(*choices))
    order = bench.rng.permutation(len(combinations))
    yield from (combinations[index] for index in order[:count])
