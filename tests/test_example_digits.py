"""The committed example model classifies its committed images in TFLite Micro."""

from pathlib import Path

import numpy as np

from tools.model_signature import read_signature
from tools.oracle import run_oracle

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "digits"
MODEL = EXAMPLE / "digits.tflite"


def test_model_is_small_and_takes_one_image() -> None:
    signature = read_signature(MODEL)
    assert [tensor.shape for tensor in signature.inputs] == [(1, 64, 64, 1)]
    assert [tensor.shape for tensor in signature.outputs] == [(1, 10)]
    assert MODEL.stat().st_size < 60_000


def test_model_classifies_committed_images() -> None:
    images = np.load(EXAMPLE / "test_images.npy")
    labels = np.load(EXAMPLE / "test_labels.npy")
    assert images.shape == (len(labels), 64, 64, 1)
    assert images.dtype == np.int8
    scores = run_oracle(MODEL, [images[:, None]], "tflm").outputs[0]
    predicted = scores.reshape(len(labels), -1).argmax(axis=1)
    assert (predicted == labels).mean() >= 0.9
