"""The small models that the tests of the commands compile."""

from pathlib import Path

import numpy as np

from tools.tflite_writer import Quant, TFLiteWriter

PORTS = 2
"""Inputs of `two_ports`, and as many outputs."""


def two_ports(path: Path) -> Path:
    """Two inputs and two outputs of different shapes.

    Tensor 0 and 1 are the inputs `left` and `right`; the operators are `scaled` (MUL),
    `filtered` (DEPTHWISE_CONV_2D), `joined` (CONCATENATION), `pooled` (MAX_POOL_2D).
    """
    random = np.random.default_rng(0)
    writer = TFLiteWriter("two ports")
    left = writer.input("left", shape=(1, 8, 6, 3), scale=0.05, zero_point=-7)
    right = writer.input("right", shape=(1, 8, 6, 1), scale=0.02, zero_point=33)
    product = writer.mul(left, right, output=Quant(0.05, 3), name="scaled")
    filtered = writer.depthwise_conv_2d(
        product,
        weights=random.integers(-127, 128, (1, 3, 3, 3), np.int8),
        bias=random.integers(-5000, 5000, 3, np.int32),
        weight_scales=np.array([0.004, 0.006, 0.009], np.float32),
        output=Quant(0.05, 3),
        name="filtered",
    )
    joined = writer.concatenation([product, filtered], axis=3, name="joined")
    pooled = writer.max_pool_2d(
        joined, filter=(2, 2), stride=(2, 2), padding="SAME", name="pooled"
    )
    writer.output(pooled, filtered)
    path.write_bytes(writer.finish())
    return path


def classifier(path: Path) -> Path:
    """A chain: CONV_2D twice, MEAN, FULLY_CONNECTED, SOFTMAX."""
    random = np.random.default_rng(1)
    writer = TFLiteWriter("chain")
    x = writer.input("image", shape=(1, 12, 10, 3), scale=0.05, zero_point=-128)
    for depth, channels in ((3, 8), (8, 6)):
        x = writer.conv_2d(
            x,
            weights=random.integers(-127, 128, (channels, 3, 3, depth), np.int8),
            bias=random.integers(-5000, 5000, channels, np.int32),
            weight_scales=random.uniform(0.002, 0.004, channels).astype(np.float32),
            output=Quant(0.1, -20),
            stride=(2, 1),
            activation="RELU",
        )
    x = writer.mean(x, (1, 2), output=Quant(0.05, -20))
    x = writer.fully_connected(
        x,
        weights=random.integers(-127, 128, (5, 6), np.int8),
        bias=None,
        weight_scales=[0.01],
        output=Quant(0.1, 3),
    )
    writer.output(writer.softmax(x))
    path.write_bytes(writer.finish())
    return path


def separable(path: Path) -> Path:
    """CONV_2D `expanded`, DEPTHWISE_CONV_2D `filtered`, CONV_2D `projected`.

    Wide in the middle, so that the smallest arena keeps few rows of it.
    """
    random = np.random.default_rng(2)
    writer = TFLiteWriter("separable")
    x = writer.input("x", shape=(1, 12, 6, 4), scale=0.05, zero_point=5)
    expanded = writer.conv_2d(
        x,
        weights=random.integers(-127, 128, (24, 1, 1, 4), np.int8),
        bias=random.integers(-500, 500, 24, np.int32),
        weight_scales=[0.004] * 24,
        output=Quant(0.05, -3),
        name="expanded",
    )
    filtered = writer.depthwise_conv_2d(
        expanded,
        weights=random.integers(-127, 128, (1, 3, 3, 24), np.int8),
        bias=random.integers(-500, 500, 24, np.int32),
        weight_scales=[0.004] * 24,
        output=Quant(0.05, 2),
        name="filtered",
    )
    projected = writer.conv_2d(
        filtered,
        weights=random.integers(-127, 128, (4, 1, 1, 24), np.int8),
        bias=random.integers(-500, 500, 4, np.int32),
        weight_scales=[0.004] * 4,
        output=Quant(0.1, 2),
        name="projected",
    )
    writer.output(projected)
    path.write_bytes(writer.finish())
    return path
