"""The networks of the papers and of MLPerf Tiny, whole and in slices.

They are those of the folder that TINYTS_MODELS names, by default `shared/models` beside
the checkout, or those that `make models` fetches.
"""

import csv
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tools.compiler import compile_path
from tools.differential import find_differences
from tools.import_tflite import import_tflite_path
from tools.model_folders import CACHE, ROOT, models_folder
from tools.options import CompileOptions, resolve
from tools.oracle import run_oracle
from tools.report import report
from tools.run_inputs import GENERATORS, input_details, random_inputs
from tools.tflite_file import TFLiteError

FOLDER = models_folder()
BASELINES = ROOT.parent / "shared" / "baselines.csv"
MAX_COMPILE_SECONDS = 15.0  # 10 on a machine that has nothing else to do
MAX_SEARCH_SECONDS = 60.0

SCHEDULES: dict[str, CompileOptions] = {
    "default": resolve(),
    "whole": resolve(optimize="none"),
    "height 1 df": resolve(split_height=1),
    "height 2 bf": resolve(split_height=2, exec_order="bf"),
}

OTHER_SCHEDULES: dict[str, CompileOptions] = {
    "height 1 bf": resolve(split_height=1, exec_order="bf"),
    "height 2 df": resolve(split_height=2),
}
"""Of small models only: the other schedules find the same mistakes in large ones."""

SMALL_BYTES = 150_000
LARGE_BYTES = 800_000
"""From here on a model is tested in the default schedule and in one of the others."""

pytestmark = pytest.mark.slow


def models() -> list[object]:
    """The model files as parameters of a test; one that skips where there are none."""
    files = sorted(FOLDER.glob("*.tflite")) if FOLDER is not None else []
    if files:
        return [pytest.param(file, id=file.stem) for file in files]
    reason = "no models: name their folder in TINYTS_MODELS or run `make models`"
    return [pytest.param(Path(), id="none", marks=pytest.mark.skip(reason))]


def original_arenas() -> dict[str, int]:
    """Arena bytes of the original TinyTS, the input inside, of each model it built."""
    if not BASELINES.exists():
        return {}
    with BASELINES.open(newline="") as file:
        rows = list(csv.DictReader(file))
    column = "original_arena_input_in"
    return {row["model"]: int(row[column]) for row in rows if row[column]}


@pytest.fixture(params=models())
def model(request: pytest.FixtureRequest) -> Path:
    """A model file; of the fetched ones only those whose operators are supported."""
    path: Path = request.param
    if FOLDER == CACHE:
        try:
            import_tflite_path(path)
        except TFLiteError as error:
            pytest.skip(str(error))
    return path


def schedules_of(model: Path) -> dict[str, CompileOptions]:
    """Those in which a model is compared; every one for several models."""
    size = model.stat().st_size
    if size <= SMALL_BYTES:
        return SCHEDULES | OTHER_SCHEDULES
    if size < LARGE_BYTES:
        return SCHEDULES
    others = [name for name in SCHEDULES if name != "default"]
    chosen = others[size % len(others)]
    return {name: SCHEDULES[name] for name in ("default", chosen)}


def test_every_byte(model: Path, tmp_path: Path, object_cache: Path) -> None:
    """Outputs and layers equal TFLite Micro's on every kind of generated input."""
    inputs = random_inputs(input_details(model), 0, len(GENERATORS))
    oracle = run_oracle(model, inputs, "tflm", all_tensors=True)
    failures: dict[str, str] = {}
    for name, options in schedules_of(model).items():
        compiled = compile_path(model, options)
        folder = tmp_path / name.replace(" ", "-")
        found = find_differences(
            compiled, oracle, inputs, folder, flags=("-O2",), cache=object_cache
        )
        assert found.compared_bytes > 0
        if found:
            failures[name] = str(found)
    assert not failures


def test_arena_is_no_larger_than_the_original(model: Path) -> None:
    """A fixed schedule with the same freedom as the original had is as small."""
    original = original_arenas().get(model.stem)
    if original is None:
        pytest.skip("the original's arena of this model is not known")
    arenas: dict[tuple[int, str], int] = {}
    for height, order in ((1, "df"), (2, "df"), (1, "bf"), (2, "bf")):
        options = resolve(
            split_height=height, exec_order=order, input="arena", fold_channels="off"
        )
        arenas[height, order] = compile_path(model, options).arena_bytes
        if arenas[height, order] <= original:
            return
    pytest.fail(f"larger than {original}: {arenas}")


def goals() -> dict[str, int]:
    """Bytes that a study of row kernels reached for each model, on paper."""
    path = ROOT.parent / "shared" / "arena_goals.csv"
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        return {row["model"]: int(row["rows_bytes"]) for row in csv.DictReader(file)}


def test_smallest_arena(model: Path) -> None:
    """Near the study's bound, counted as it does, and hardly above the live bytes."""
    options = resolve(output="arena", tiles="off", fold_channels="off")
    start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    compiled = compile_path(model, options)
    seconds = resource.getrusage(resource.RUSAGE_SELF).ru_utime - start
    found = report(compiled)
    assert found["arena_bytes"] <= 1.05 * found["lower_bound_bytes"]
    assert found["table_bytes"] <= 12 * found["slices"] + 200 * len(found["layers"])
    assert seconds <= MAX_SEARCH_SECONDS
    goal = goals().get(model.stem)
    if goal is not None:
        assert found["arena_bytes"] <= 1.08 * goal


def test_compilation_is_fast(model: Path, tmp_path: Path) -> None:
    """Of the processor's time, so that other processes do not count."""
    if model.stat().st_size < LARGE_BYTES:
        pytest.skip("larger models take longer")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "tools.compile", str(model), "-o", str(tmp_path)]
    subprocess.run([*command, "--split-height", "1"], cwd=ROOT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert seconds <= MAX_COMPILE_SECONDS
