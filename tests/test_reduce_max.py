"""REDUCE_MAX and REDUCE_MIN are max pools: every set of axes, against TFLite Micro."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from support_unit import case, interpreted, tflm_outputs

from tools.import_tflite import import_tflite
from tools.tflite_file import TFLiteError
from tools.tflite_writer import Quant, TFLiteWriter

SHAPES = ((1, 4, 5, 3), (2, 3, 4), (6, 5), (7,))


@pytest.mark.parametrize("least", [False, True])
def test_every_set_of_axes(least: bool) -> None:
    cases = []
    for shape in SHAPES:
        first = 1 if len(shape) == 4 else 0
        axes = range(first, len(shape))
        for count in range(1, len(axes) + 1):
            for chosen in combinations(axes, count):
                for keep_dims in (False, True):
                    if len(chosen) == len(shape) and not keep_dims:
                        continue  # no dimension is left
                    writer = TFLiteWriter()
                    x = writer.input("x", shape=shape, scale=0.1, zero_point=3)
                    y = writer.reduce_max(x, chosen, keep_dims=keep_dims, least=least)
                    writer.output(y)
                    cases.append(case(f"{shape} over {chosen}", writer))
    for item, (expected,) in zip(cases, tflm_outputs(cases), strict=True):
        (found,) = interpreted(item.module, item.inputs)
        np.testing.assert_array_equal(found, expected, item.name)


@pytest.mark.parametrize(
    ("axes", "output", "message"),
    [((4,), Quant(0.1, 3), "do not exist"), ((1,), Quant(0.2, 3), "quantization")],
)
def test_what_is_refused(axes: tuple[int, ...], output: Quant, message: str) -> None:
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 4, 5, 3), scale=0.1, zero_point=3)
    y = writer.activation("y", (1, 1, 5, 3), output)
    table = writer.constant(np.array(axes, np.int32))
    writer.operator("REDUCE_MAX", (x, table), (y,), {"keep_dims": True})
    writer.output(y)
    with pytest.raises(TFLiteError, match=message):
        import_tflite(writer.finish())
