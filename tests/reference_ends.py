"""Models that are one QUANTIZE or one DEQUANTIZE."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from reference_draw import Draw
from support_unit import Array, Case

from tools.run_inputs import InputDetail, random_inputs
from tools.tflite_writer import Quant

QUANTIZED = ("int8", "uint8", "int16")

CONVERSIONS = (
    ("float32", "int8"),
    ("float32", "int16"),
    ("uint8", "int8"),
    ("int8", "uint8"),
    ("int8", "int8"),
    ("int8", "int16"),
    ("int16", "int8"),
    ("int16", "int16"),
    ("int8", "int32"),
    ("int16", "int32"),
)
"""The types that TFLite Micro's QUANTIZE knows, of those of a network's ends."""


def end_quant(draw: Draw, dtype: str) -> Quant:
    """A quantization of a type; int16 is symmetric."""
    scale = float(2.0 ** draw.random.uniform(-7, 1))
    if dtype == "int16":
        return Quant(scale / 64, 0)
    if dtype == "int32":
        return Quant(scale / 2.0 ** draw.number(4, 20), 0)
    limits = np.iinfo(dtype)
    zero_points = (limits.min, limits.max, draw.number(limits.min, limits.max))
    return Quant(scale, int(draw.random.choice(zero_points)))


def quantize(draw: Draw) -> Case:
    source, target = CONVERSIONS[draw.number(0, len(CONVERSIONS) - 1)]
    shape = (1, 7, 5, draw.number(1, 9))[-draw.number(1, 4) :]
    output = end_quant(draw, target)
    if source == "float32":
        x = draw.writer.input("x", shape=shape, scale=None, dtype=source)
        inputs = floats(draw, shape, output, target)
    else:
        quant = end_quant(draw, source)
        if draw.random.random() < 0.4:  # as converters choose them
            offset = {"uint8": 128, "int8": 0, "int16": 0, "int32": 0}
            zero = output.zero_point - offset[target] + offset[source]
            limits = np.iinfo(source)
            quant = Quant(output.scale, int(np.clip(zero, limits.min, limits.max)))
        x = draw.writer.input(
            "x",
            shape=shape,
            scale=quant.scale,
            zero_point=quant.zero_point,
            dtype=source,
        )
        inputs = None
    return draw.finish(draw.writer.quantize(x, output, target), inputs)


def floats(
    draw: Draw, shape: tuple[int, ...], output: Quant, target: str
) -> list[Array]:
    """Runs of floats within and beyond the range that a QUANTIZE keeps."""
    detail = InputDetail(
        "x",
        shape,
        np.dtype(np.float32),
        output.scale,
        output.zero_point,
        np.dtype(target),
    )
    return random_inputs([detail], draw.number(0, 10**6), 5)


def dequantize(draw: Draw) -> Case:
    source = QUANTIZED[draw.number(0, 2)]
    shape = (1, 7, 5, draw.number(1, 9))[-draw.number(1, 4) :]
    quant = end_quant(draw, source)
    x = draw.writer.input(
        "x", shape=shape, scale=quant.scale, zero_point=quant.zero_point, dtype=source
    )
    return draw.finish(draw.writer.dequantize(x))


GENERATORS: dict[str, tuple[Callable[[Draw], Case], int]] = {
    "dequantize": (dequantize, 30),
    "quantize": (quantize, 80),
}
