"""The command `tinyts-run`: what it prints, compares, saves, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_models import PORTS, separable, two_ports
from jsonschema import Draft202012Validator

from tools import host_run
from tools.oracle import run_oracle
from tools.run import main
from tools.run_inputs import input_details, random_inputs
from tools.tflite_file import TFLiteError
from tools.tflite_writer import TFLiteWriter

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "run.schema.json").read_text())
OUTPUT_BYTES = 4 * 3 * 6 + 8 * 6 * 3

PORTABLE = ("--target", "host", "--tiles", "off")
"""With these a program calls the kernels that `damage_kernel` is given here."""

WRONG_IN_ODD_COLUMNS = """
    for (int32_t y = first; y < last; y++) {
        for (int32_t x = 0; x < layer->output->width; x++) {
            const int8_t value = tinyts_row(layer->input, memory, y)[x];
            tinyts_row(layer->output, memory, y)[x] = x % 2 ? ~value : value;
        }
    }
"""

Damage = Callable[[str, str], None]
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def use_object_cache(monkeypatch: pytest.MonkeyPatch, object_cache: Path) -> None:
    """Builds every kernel once in these tests, not once a command."""
    build = host_run.build

    def build_with_cache(*arguments: Any, **options: Any) -> Path:
        return build(*arguments, **{**options, "cache": object_cache})

    monkeypatch.setattr(host_run, "build", build_with_cache)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return two_ports(tmp_path / "ports.tflite")


def run_json(captured: Captured, *arguments: object) -> tuple[int, dict[str, Any], str]:
    """Exit code, the one object on stdout, stderr."""
    code = main([*map(str, arguments), "--json"])
    out, err = captured.readouterr()
    assert out.count("\n") == 1
    result = json.loads(out)
    Draft202012Validator(SCHEMA).validate(result)
    return code, result, err


def test_json(model: Path, capsys: Captured) -> None:
    code, result, err = run_json(capsys, model)
    assert (code, err) == (0, "")
    assert result["model"] == str(model)
    assert result["runs"] == 5
    assert result["bytes_compared"] == 5 * OUTPUT_BYTES
    assert result["differing_bytes"] == 0
    assert result["ram_bytes"] == result["arena_bytes"] > 0
    assert "layers" not in result


def test_text(model: Path, tmp_path: Path, capsys: Captured) -> None:
    plot = tmp_path / "arena.svg"
    words = ["--count", "2", "--optimize", "none", "--plot", str(plot)]
    assert main([str(model), *words]) == 0
    assert plot.read_text().startswith("<?xml")
    out, err = capsys.readouterr()
    expected = f"0 differing bytes of {2 * OUTPUT_BYTES}\n"
    assert out.startswith("2 runs, arena ")
    assert out.endswith(expected)
    assert err == ""


def test_layers(model: Path, capsys: Captured) -> None:
    code, result, _ = run_json(capsys, model, "--layers", "--split-height", "1")
    assert code == 0
    layers = {layer["name"]: layer for layer in result["layers"]}
    assert list(layers) == ["scaled", "filtered", "joined", "pooled"]
    for name, op in (("scaled", "MUL"), ("filtered", "DEPTHWISE_CONV_2D")):
        assert layers[name]["op"] == op
        assert layers[name]["status"] == "compared"
        assert layers[name]["bytes_compared"] == 5 * 8 * 6 * 3
        assert layers[name]["differing_bytes"] == 0


@pytest.mark.parametrize("place", ["external", "arena", "rows"])
@pytest.mark.parametrize("batched", [True, False])
def test_data_and_save_output(
    place: str, batched: bool, model: Path, tmp_path: Path, capsys: Captured
) -> None:
    """Inputs from files, outputs to a file that NumPy reads back."""
    inputs = random_inputs(input_details(model), 7, 3)
    files = [tmp_path / f"input_{index}.npy" for index in range(PORTS)]
    for file, array in zip(files, inputs, strict=True):
        np.save(file, array if batched else array[:, 0])
    saved = tmp_path / "outputs.npz"
    data = [word for file in files for word in ("--data", file)]
    places = ["--input", place, "--output", "external" if place == "rows" else place]
    code, result, _ = run_json(capsys, model, *data, "--save-output", saved, *places)
    assert (code, result["runs"], result["differing_bytes"]) == (0, 3, 0)
    expected = run_oracle(model, inputs, "tflm").outputs
    with np.load(saved) as outputs:
        assert list(outputs) == ["output_0", "output_1"]
        for output, theirs in zip(outputs.values(), expected, strict=True):
            assert output.dtype == np.int8
            assert np.array_equal(output, theirs)


def test_seeds_are_repeatable(model: Path, tmp_path: Path) -> None:
    def outputs(seed: int) -> list[bytes]:
        saved = tmp_path / "outputs.npz"
        main([str(model), "--random", str(seed), "--save-output", str(saved)])
        with np.load(saved) as found:
            return [output.tobytes() for output in found.values()]

    assert outputs(1) == outputs(1)
    assert outputs(1) != outputs(2)


def test_the_first_differing_layer_is_named(
    model: Path, damage_kernel: Damage, capsys: Captured
) -> None:
    damage_kernel("depthwise_conv_2d", "if (first >= 2) return;")
    arguments = (model, "--layers", "--split-height", "2", "--target", "host")
    code, result, err = run_json(capsys, *arguments)
    assert code == 1
    assert result["differing_bytes"] > 0
    assert "error" not in result
    layers = {layer["name"]: layer for layer in result["layers"]}
    filtered = layers["filtered"]
    assert filtered["differing_bytes"] > 0
    assert layers["scaled"]["differing_bytes"] == 0
    assert err == (
        f"first differing layer: tensor {filtered['index']} 'filtered' "
        f"(DEPTHWISE_CONV_2D), {filtered['differing_bytes']} of "
        f"{filtered['bytes_compared']} bytes\n"
    )


def test_a_difference_inside_is_enough(
    tmp_path: Path, damage_kernel: Damage, capsys: Captured
) -> None:
    """A layer that differs fails a run with --layers also where the outputs agree."""
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 4, 6, 1), scale=0.1)
    copy = writer.max_pool_2d(x, filter=(1, 1), name="copy")
    writer.output(writer.average_pool_2d(copy, filter=(1, 1), stride=(1, 2)))
    model = tmp_path / "skip.tflite"
    model.write_bytes(writer.finish())
    damage_kernel("max_pool_2d", f"{WRONG_IN_ODD_COLUMNS} return;")
    code, result, err = run_json(capsys, model, "--layers", *PORTABLE)
    assert (code, result["differing_bytes"]) == (1, 0)
    assert err.startswith("first differing layer: tensor 1 'copy' (MAX_POOL_2D)")
    assert run_json(capsys, model, *PORTABLE)[0] == 0


def test_fused_layers(tmp_path: Path, capsys: Captured) -> None:
    """What exists only inside a fused kernel is compared in a run without it."""
    model = separable(tmp_path / "separable.tflite")
    code, result, err = run_json(capsys, model, "--layers", "--tiles", "off")
    assert (code, err) == (0, "")
    layers = {layer["name"]: layer for layer in result["layers"]}
    assert layers["filtered"]["status"] == "fused"
    assert layers["filtered"]["bytes_compared"] == 5 * 12 * 6 * 24
    assert layers["filtered"]["differing_bytes"] == 0
    assert layers["projected"]["status"] == "compared"


def test_a_difference_in_a_fused_layer(
    tmp_path: Path, damage_kernel: Damage, capsys: Captured
) -> None:
    """The layers around it are those of the fused program."""
    model = separable(tmp_path / "separable.tflite")
    damage_kernel("depthwise_conv_2d", "if (first >= 0) return;")
    code, result, err = run_json(capsys, model, "--layers", *PORTABLE)
    assert (code, result["differing_bytes"]) == (1, 0)
    layers = {layer["name"]: layer for layer in result["layers"]}
    assert layers["filtered"]["differing_bytes"] > 0
    assert layers["expanded"]["differing_bytes"] == 0
    assert layers["projected"]["differing_bytes"] == 0
    assert "'filtered' (DEPTHWISE_CONV_2D)" in err


def test_differing_outputs(
    model: Path, damage_kernel: Damage, capsys: Captured
) -> None:
    damage_kernel("max_pool_2d", "return;")
    code, result, err = run_json(capsys, model)
    assert (code, err) == (1, "")
    assert 0 < result["differing_bytes"] <= 5 * OUTPUT_BYTES
    assert main([str(model)]) == 1
    assert "0 differing" not in capsys.readouterr().out


def test_without_an_oracle(
    model: Path, damage_kernel: Damage, capsys: Captured
) -> None:
    damage_kernel("max_pool_2d", "return;")
    code, result, _ = run_json(capsys, model, "--check", "none")
    assert code == 0
    assert (result["bytes_compared"], result["differing_bytes"]) == (0, None)
    assert main([str(model), "--check", "none"]) == 0
    assert "differing" not in capsys.readouterr().out


def test_the_second_oracle(model: Path, capsys: Captured) -> None:
    pytest.importorskip("ai_edge_litert")
    code, result, _ = run_json(capsys, model, "--check", "litert", "--layers")
    differing = {
        layer["name"] for layer in result["layers"] if layer["differing_bytes"]
    }
    # It rounds MUL in another way; what comes after differs with it.
    assert "scaled" in differing or not differing
    assert code == (1 if differing else 0)


def unsupported(folder: Path) -> Path:
    """A model with a fused activation on CONCATENATION."""
    writer = TFLiteWriter()
    x = writer.input("x", shape=(1, 4), scale=0.1)
    writer.output(writer.concatenation([x, x], axis=1, activation="RELU", name="both"))
    path = folder / "unsupported.tflite"
    path.write_bytes(writer.finish())
    return path


def wrong_model(folder: Path, data: bytes) -> Path:
    path = folder / "wrong.tflite"
    path.write_bytes(data)
    return path


def wrong_data(folder: Path) -> Path:
    path = folder / "wrong.npy"
    np.save(path, np.zeros((2, 5), np.int8))
    return path


ERRORS: dict[str, tuple[Callable[[Path, Path], tuple[object, ...]], str]] = {
    "no-file": (lambda model, folder: (folder / "none.tflite",), "none.tflite"),
    "a-folder": (lambda model, folder: (folder,), "directory"),
    "no-model": (
        lambda model, folder: (wrong_model(folder, b"no model at all"),),
        "not a TensorFlow Lite model",
    ),
    "truncated": (
        lambda model, folder: (wrong_model(folder, model.read_bytes()[:200]),),
        "wrong.tflite",
    ),
    "unsupported": (
        lambda model, folder: (unsupported(folder),),
        "operator 0 CONCATENATION (tensor 'both')",
    ),
    "no-data": (
        lambda model, folder: (model, *["--data", folder / "none.npy"] * 2),
        "none.npy",
    ),
    "too-few-data": (
        lambda model, folder: (model, "--data", wrong_data(folder)),
        "2 inputs",
    ),
    "wrong-data": (
        lambda model, folder: (model, *["--data", wrong_data(folder)] * 2),
        "expects int8 of shape",
    ),
    "data-and-random": (
        lambda model, folder: (model, "--random", 0, "--data", wrong_data(folder)),
        "--random",
    ),
    "data-and-count": (
        lambda model, folder: (model, "--data", wrong_data(folder), "--count", 3),
        "--count",
    ),
    "no-runs": (lambda model, folder: (model, "--count", 0), "--count"),
    "negative-seed": (lambda model, folder: (model, "--random", -1), "seed"),
    "contradiction": (
        lambda model, folder: (model, "--split-height", 1, "--optimize", "sram"),
        "--split-height",
    ),
    "no-memory": (lambda model, folder: (model, "--sram-limit", 10), "--sram-limit"),
    "layers-of-nothing": (
        lambda model, folder: (model, "--check", "none", "--layers"),
        "--layers",
    ),
    "nowhere-to-save": (
        lambda model, folder: (model, "--save-output", folder / "no" / "o.npz"),
        "no",
    ),
}


@pytest.mark.parametrize("error", ERRORS)
def test_errors(error: str, model: Path, tmp_path: Path, capsys: Captured) -> None:
    """One line under `error`, the same on stderr, exit code 1; no traceback."""
    arguments, message = ERRORS[error]
    words = arguments(model, tmp_path)
    code, result, err = run_json(capsys, *words)
    assert code == 1
    assert message in result["error"]
    assert "internal error" not in result["error"]
    assert set(result) == {"schema_version", "model", "error"}
    assert err == f"error: {result['error']}\n"
    assert main(list(map(str, words))) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"error: {result['error']}\n")


def test_no_compiler(
    model: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    code, result, _ = run_json(capsys, model)
    assert code == 1
    assert "no-such-compiler" in result["error"]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("memory[0][-1] = 0;", "bytes outside the arena were written"),
        ("__builtin_trap();", "the generated program failed"),
        ("this is no C;", "error"),
    ],
    ids=["outside-the-arena", "crash", "no-c"],
)
def test_programs_that_fail(
    statement: str, message: str, model: Path, damage_kernel: Damage, capsys: Captured
) -> None:
    damage_kernel("max_pool_2d", statement)
    code, result, _ = run_json(capsys, model, "--input", "arena")
    assert code == 1
    assert message in result["error"]


def test_debug_shows_the_traceback(tmp_path: Path) -> None:
    for more in ([], ["--json"]):
        with pytest.raises(TFLiteError, match="no such file"):
            main([str(tmp_path / "none.tflite"), "--debug", *more])


@pytest.mark.parametrize(
    "words", [["--no-such-option"], ["--check", "nobody"], ["--on", "mars"], []]
)
def test_wrong_command_lines(words: list[str], capsys: Captured) -> None:
    """Words that the command does not know end as every error does, in one line."""
    with pytest.raises(SystemExit, match="1"):
        main(["a.tflite", *words] if words else [])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert "tinyts-run --help" in line
