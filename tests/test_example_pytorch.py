"""The committed model that came from PyTorch compiles, and keeps one transpose."""

from pathlib import Path

import numpy as np
from support_unit import transformed

from lowering.fold_transposes import FoldTransposes
from tinyts_dialect.ops.transpose import TransposeOp
from tools.import_tflite import import_tflite_path
from tools.options import resolve
from tools.run import RunRequest, execute

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "pytorch"
MODEL = EXAMPLE / "stripes.tflite"


def test_layout_changes_but_for_the_inputs_are_folded() -> None:
    imported = import_tflite_path(MODEL)
    folded = transformed(imported, FoldTransposes.name)
    counts = [
        sum(isinstance(op, TransposeOp) for op in module.walk())
        for module in (imported, folded)
    ]
    assert counts == [2, 1]


def test_the_program_classifies_as_tflite_micro_does() -> None:
    images = np.load(EXAMPLE / "test_images.npy")[:, None]
    labels = np.load(EXAMPLE / "test_labels.npy")
    done = execute(RunRequest(MODEL, resolve(), [images]))
    assert done.differing_bytes == 0
    predicted = done.outputs[0].reshape(len(labels), -1).argmax(axis=1)
    assert (predicted == labels).mean() >= 0.9
    assert done.compiled.arena_bytes < 7000
