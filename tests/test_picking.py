"""GATHER, MIRROR_PAD, REVERSE_V2, SPACE_TO_DEPTH and DEPTH_TO_SPACE."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from support_unit import Case, case, interpreted, tflm_outputs

from tools.import_tflite import import_tflite
from tools.index_runs import ascending_runs
from tools.tflite_file import TFLiteError
from tools.tflite_writer import Option, Quant, TFLiteWriter

QUANT = Quant(0.1, 3)
REFLECT, SYMMETRIC = 0, 1


def written(
    builtin: str,
    shape: Sequence[int],
    output: Sequence[int],
    indices: object = None,
    quant: Quant = QUANT,
    **options: Option,
) -> TFLiteWriter:
    """A model of one operator; `indices` is its constant operand."""
    writer = TFLiteWriter()
    x = writer.input("x", shape=tuple(shape), scale=QUANT.scale, zero_point=3)
    y = writer.activation("y", tuple(output), quant)
    operands = [x]
    if indices is not None:
        operands.append(writer.constant(np.array(indices, np.int32)))
    writer.operator(builtin, operands, (y,), options or None)
    writer.output(y)
    return writer


IMAGE = (1, 5, 6, 4)
MODELS = {
    "gather of channels": written("GATHER", IMAGE, (1, 5, 6, 3), [3, 0, 2], axis=3),
    "gather of rows": written("GATHER", IMAGE, (1, 4, 6, 4), [0, 2, 4, 4], axis=1),
    "gather of one": written("GATHER", IMAGE, (1, 5, 4), 2, axis=-2),
    "gather of rank 3": written("GATHER", (2, 5, 3), (2, 3, 3), [4, 0, 1], axis=1),
    "gather in front": written("GATHER", (5, 3), (3, 3), [4, 2, 0], axis=0),
    "reflect": written(
        *("MIRROR_PAD", IMAGE, (1, 8, 7, 4)), [[0, 0], [1, 2], [1, 0], [0, 0]], mode=0
    ),
    "symmetric": written(
        *("MIRROR_PAD", IMAGE, (1, 7, 6, 6)), [[0, 0], [1, 1], [0, 0], [1, 1]], mode=1
    ),
    "reflect of rank 2": written(
        "MIRROR_PAD", (5, 3), (9, 3), [[2, 2], [0, 0]], mode=0
    ),
    "reflect of nothing": written("MIRROR_PAD", IMAGE, IMAGE, [[0, 0]] * 4, mode=0),
    "reverse of rows": written("REVERSE_V2", IMAGE, IMAGE, [1]),
    "reverse of channels": written("REVERSE_V2", IMAGE, IMAGE, [-1]),
    "reverse of time": written("REVERSE_V2", (1, 7, 3), (1, 7, 3), [1]),
    "reverse that copies bytes": written(
        "REVERSE_V2", IMAGE, IMAGE, [2], quant=Quant(0.2, -7)
    ),
    "squares of 2": written(
        "DEPTH_TO_SPACE", (1, 3, 4, 12), (1, 6, 8, 3), block_size=2
    ),
    "squares of 3": written("DEPTH_TO_SPACE", (1, 2, 3, 9), (1, 6, 9, 1), block_size=3),
    "blocks of 2": written("SPACE_TO_DEPTH", (1, 6, 4, 3), (1, 3, 2, 12), block_size=2),
    "blocks of 3": written("SPACE_TO_DEPTH", (1, 6, 3, 2), (1, 2, 1, 18), block_size=3),
}


def cases() -> list[Case]:
    return [case(name, writer) for name, writer in MODELS.items()]


def test_against_tflite_micro() -> None:
    for item, (expected,) in zip(cases(), tflm_outputs(cases()), strict=True):
        (found,) = interpreted(item.module, item.inputs)
        np.testing.assert_array_equal(found, expected, item.name)


@pytest.mark.parametrize(
    ("writer", "message"),
    [
        (written("GATHER", IMAGE, (1, 5, 6, 1), [4], axis=3), "not in an axis of 4"),
        (written("GATHER", IMAGE, (1, 5, 6, 1), [0], axis=4), "does not exist"),
        (written("GATHER", IMAGE, (1, 5, 6, 2), [0], axis=3), "its parameters make"),
        (
            written("GATHER", IMAGE, (1, 5, 6, 1), [0], axis=3, batch_dims=1),
            "batch dimensions",
        ),
        (
            written("MIRROR_PAD", (5, 3), (5, 6), [[0, 0], [0, 3]], mode=REFLECT),
            "more than the 3 values",
        ),
        (
            written("MIRROR_PAD", (5, 3), (5, 2), [[0, 0], [0, -1]], mode=SYMMETRIC),
            "up to rank 4",
        ),
        (written("REVERSE_V2", IMAGE, IMAGE, [1, 2]), "of one axis"),
        (
            written("SPACE_TO_DEPTH", IMAGE, (1, 2, 3, 16), block_size=2),
            "do not tile",
        ),
    ],
)
def test_what_is_refused(writer: TFLiteWriter, message: str) -> None:
    with pytest.raises(TFLiteError, match=message):
        import_tflite(writer.finish())


@pytest.mark.parametrize(
    ("indices", "runs"),
    [
        ([0, 1, 2], [range(3)]),
        ([3, 2, 2, 3, 4], [range(3, 4), range(2, 3), range(2, 5)]),
        ([1, 4, 7, 0], [range(1, 8, 3), range(1)]),
        ([], []),
    ],
)
def test_runs_of_indices(indices: list[int], runs: list[range]) -> None:
    assert ascending_runs(indices) == runs
