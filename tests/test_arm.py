"""Real models on the emulated Cortex-M7, whole and in slices: `make test-arm`."""

from pathlib import Path

import numpy as np
import pytest
from support_emulator import needs_emulator
from test_models import FOLDER, SMALL_BYTES, models

from tools.bench.baselines import read_baselines
from tools.emulator.machine import emulator
from tools.model_folders import CACHE
from tools.options import CompileOptions, resolve
from tools.run import RunRequest, RunResult, execute
from tools.run_inputs import input_details, load_inputs, random_inputs
from tools.tflite_file import TFLiteError

BASELINES = FOLDER.parent / "baselines.csv" if FOLDER is not None else Path("none")
DIGITS = Path(__file__).resolve().parents[1] / "examples" / "digits"
MOST_STACK = 1024
"""Bytes that a model may take of the caller's stack."""

pytestmark = [pytest.mark.arm, pytest.mark.slow, needs_emulator]

SCHEDULES: dict[str, CompileOptions] = {
    "whole": resolve(optimize="none"),
    "height 1": resolve(split_height=1),
}
OTHER_SCHEDULES: dict[str, CompileOptions] = {"default": resolve()}
"""Of small models only: the search for a plan takes long."""


def check(request: RunRequest) -> RunResult:
    """Nothing differs; no memory but the arena, the state and a little stack."""
    result = execute(request)
    found = result.measurement
    assert found is not None
    assert result.differing_bytes == 0
    assert not [layer for layer in result.layers or [] if layer["differing_bytes"]]
    assert found.stack_bytes <= found.stack_bound_bytes <= MOST_STACK
    assert found.sizes.data == 0
    assert found.sizes.bss == result.as_json(request.model)["ram_bytes"]
    assert sum(found.steps.values()) == found.instructions
    return result


def flash_bytes(result: RunResult) -> int:
    """What the model takes of flash, with its code."""
    assert result.measurement is not None
    sizes = result.measurement.sizes
    return sizes.text + sizes.rodata + sizes.data


@pytest.mark.parametrize("model", models())
def test_model(model: Path, object_cache: Path) -> None:
    """Random and smooth inputs; every layer of small models; flash of TFLite Micro."""
    small = model.stat().st_size <= SMALL_BYTES
    known = read_baselines(BASELINES if BASELINES.is_file() else None)
    schedules = SCHEDULES | OTHER_SCHEDULES if small else SCHEDULES
    inputs = random_inputs(input_details(model), 0, 2)
    for options in schedules.values():
        try:
            result = check(RunRequest(
                model, options, inputs, layers=small, machine=emulator(),
                cache=object_cache,
            ))  # fmt: skip
        except TFLiteError as error:
            if FOLDER == CACHE:
                pytest.skip(str(error))
            raise
        if model.stem in known:
            assert flash_bytes(result) <= known[model.stem].flash_bytes


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("mps2_an500", resolve()),
        ("mps2_an386", resolve(split_height=2)),
        ("mps2_an505", resolve(optimize="none")),
    ],
)
def test_digits(name: str, options: CompileOptions, object_cache: Path) -> None:
    """The example on every core; it recognises its images."""
    model = DIGITS / "digits.tflite"
    images = load_inputs([DIGITS / "test_images.npy"], input_details(model))
    labels = np.load(DIGITS / "test_labels.npy")
    result = check(RunRequest(
        model, options, images, machine=emulator(name), cache=object_cache
    ))  # fmt: skip
    predictions = result.outputs[0].reshape(len(labels), -1).argmax(axis=1)
    assert (predictions == labels).mean() >= 0.9
