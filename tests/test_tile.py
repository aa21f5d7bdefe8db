"""TILE against LiteRT: TFLite Micro's interpreter of PyPI does not have it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support_unit import interpreted

from tools import tflite_views as views
from tools.import_tflite import import_tflite
from tools.model_signature import OracleError
from tools.oracle import run_oracle
from tools.tflite_file import TFLiteError
from tools.tflite_writer import TFLiteWriter

REPEATED = [
    ((1, 3, 2), (1, 2, 1)),
    ((1, 3, 4, 2), (1, 2, 3, 2)),
    ((4,), (3,)),
    ((1, 3, 2), (2, 1, 4)),
    ((1, 3, 2), (1, 1, 1)),
    ((1, 2, 2, 2, 3), (1, 1, 2, 1, 2)),
]
"""Shapes and multiples."""


def model(shape: tuple[int, ...], multiples: tuple[int, ...]) -> bytes:
    writer = TFLiteWriter()
    x = writer.input("x", shape=shape, scale=0.1, zero_point=-3)
    writer.output(views.tile(writer, x, multiples))
    return writer.finish()


@pytest.mark.parametrize(("shape", "multiples"), REPEATED)
def test_bytes_of_litert(
    shape: tuple[int, ...], multiples: tuple[int, ...], tmp_path: Path
) -> None:
    path = tmp_path / "tile.tflite"
    path.write_bytes(model(shape, multiples))
    x = np.random.default_rng(0).integers(-128, 128, (1, *shape)).astype(np.int8)
    (expected,) = run_oracle(path, [x], "litert").outputs
    with pytest.raises(OracleError):
        run_oracle(path, [x], "tflm")  # else random graphs can have it
    (found,) = interpreted(import_tflite(path.read_bytes()), [x])
    np.testing.assert_array_equal(found, expected)


def test_shape_that_the_multiples_do_not_make() -> None:
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 3, 2), scale=0.1)
    y = writer.activation("y", (1, 3, 4), writer.quant(x))
    multiples = writer.constant(np.array([1, 2, 1], np.int32))
    writer.operator("TILE", (x, multiples), (y,))
    writer.output(y)
    with pytest.raises(TFLiteError, match=r"its parameters make \[1, 6, 2\]"):
        import_tflite(writer.finish())
