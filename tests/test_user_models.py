"""Networks of the field: every output byte, and how much memory they need.

They are those of the folder `shared/user_models` beside the checkout.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tools.import_tflite import import_tflite_path
from tools.model_folders import ROOT
from tools.options import resolve
from tools.run import RunRequest, execute
from tools.run_inputs import GENERATORS, input_details, random_inputs
from tools.tflite_file import TFLiteError

FOLDER = ROOT.parent / "shared" / "user_models"
BASELINES = ROOT.parent / "shared" / "baselines.csv"

MOST_OF_BASELINE = 0.40
"""Bytes of SRAM, of those that TensorFlow Lite Micro needs."""

STEPS_WITH_STATE = 50

pytestmark = pytest.mark.slow


def models() -> list[object]:
    """The model files as parameters; one that skips where there are none."""
    files = sorted(FOLDER.glob("*.tflite"))
    if files:
        return [pytest.param(file, id=file.stem) for file in files]
    skip = pytest.mark.skip(f"no models in {FOLDER}")
    return [pytest.param(Path(), id="none", marks=skip)]


@pytest.fixture(params=models())
def model(request: pytest.FixtureRequest) -> Path:
    """A model of which every operator is supported."""
    path: Path = request.param
    try:
        import_tflite_path(path)
    except TFLiteError as error:
        pytest.skip(str(error))
    return path


def tflm_arena_bytes(model: Path) -> int:
    """What TensorFlow Lite Micro needs, as measured."""
    with BASELINES.open(newline="") as file:
        rows = {row["model"]: row for row in csv.DictReader(file)}
    return int(rows[model.stem]["tflm_arena_bytes"])


def test_bytes_of_tflite_micro(model: Path, object_cache: Path) -> None:
    """Whole tensors and the smallest arena, several steps of what has state."""
    kinds = len(GENERATORS)
    plain = execute(request(model, "none", kinds, object_cache))
    assert plain.differing_bytes == 0
    has_state = plain.compiled.program.persistent_bytes > 0
    count = STEPS_WITH_STATE if has_state else kinds
    smallest = execute(request(model, "sram", count, object_cache))
    assert smallest.differing_bytes == 0
    assert smallest.bytes_compared > 0
    ram_bytes = smallest.compiled.program.ram_bytes
    assert ram_bytes <= MOST_OF_BASELINE * tflm_arena_bytes(model)


def request(model: Path, optimize: str, count: int, cache: Path) -> RunRequest:
    """Generated inputs under an option."""
    inputs = random_inputs(input_details(model), 0, count)
    return RunRequest(model, resolve(optimize=optimize), inputs, cache=cache)
