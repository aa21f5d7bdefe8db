"""The command `tinyts-check`: what it says of models, and its exit code."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tflite
from jsonschema import Draft202012Validator
from support_malformed import Raw, RawOperator, every_operator, raw_of, written

from tools import check as command
from tools.check import known_boards, main
from tools.import_tflite import import_tflite_path
from tools.model_signature import OracleError
from tools.tflite_file import TFLiteError

SCHEMA = Path(__file__).resolve().parents[1] / "docs" / "schema" / "check.schema.json"
TYPES = tflite.TensorType
EVERY_OPERATOR = every_operator().finish()

Captured = pytest.CaptureFixture[str]
Edit = Callable[[Raw], None]


def check_json(captured: Captured, *arguments: object) -> tuple[int, dict[str, Any]]:
    """Exit code and the one object on stdout, which its schema describes."""
    code = main([*map(str, arguments), "--json"])
    out, err = captured.readouterr()
    assert (out.count("\n"), err) == (1, "")
    found = json.loads(out)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(found)
    assert code == (1 if found["reasons"] else 0)
    return code, found


def write(tmp_path: Path, edit: Edit | None = None) -> Path:
    """A model with every operator of old, changed."""
    raw = raw_of(EVERY_OPERATOR)
    if edit is not None:
        edit(raw)
    path = tmp_path / "m.tflite"
    path.write_bytes(written(raw))
    return path


def test_supported(tmp_path: Path, capsys: Captured) -> None:
    code, found = check_json(capsys, write(tmp_path), "--sram", "64K")
    assert code == 0
    assert found["supported"]
    assert "nucleo_f767zi" in found["boards"]
    assert 0 < found["arena_bytes"] < found["whole_tensor_bytes"]
    assert found["lower_bound_bytes"] <= found["arena_bytes"] == found["ram_bytes"]
    assert found["tflm_arena_bytes"] > found["arena_bytes"]
    assert found["flash_bytes"] > 1000


@pytest.fixture
def estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without cross compiler and interpreter, which are slow."""

    def refuse(*_: object) -> None:
        raise OracleError("not installed")

    monkeypatch.setattr(command, "run_oracle", refuse)
    monkeypatch.setattr(command.toolchain, "missing", lambda: "not installed")


@pytest.mark.usefixtures("estimated")
def test_budgets(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path)
    small = tmp_path / "small.toml"
    small.write_text(
        'name = "small"\ncore = "cortex-m7"\nclock_hz = 1\n'
        "[memory.flash]\norigin = 0\nsize = 4096\n[memory.ram]\norigin = 0\nsize = 1\n"
    )
    monkeypatch.setattr(command, "board", lambda name: command.read_board(small))
    code, found = check_json(
        capsys, path, "--sram", 100, "--flash", "1K", "--board", "small"
    )
    assert code == 1
    assert found["supported"]
    assert found["tflm_arena_bytes"] is None
    texts = ("more than --sram 100", "more than --flash 1024", "RAM with", "of flash,")
    for text, reason in zip(texts, found["reasons"], strict=True):
        assert text in reason
    assert main([str(path), "--sram", "100"]) == 1
    assert "m.tflite: supported\n  the model needs" in capsys.readouterr().out


def test_boards_are_known() -> None:
    assert {"nucleo_f767zi", "mps2_an500"} <= known_boards().keys()


def test_bad_arguments(tmp_path: Path, capsys: Captured) -> None:
    path = write(tmp_path)
    for arguments, text in (
        ([path, "--board", "none"], "board 'none' is not known"),
        ([path, "--sram", "many"], "size 'many' is not a number"),
    ):
        assert main([*map(str, arguments)]) == 1
        assert text in capsys.readouterr().err


# --- What cannot be compiled -----------------------------------------------------


def retype(old: int, new: int, constants: bool) -> Edit:
    """Gives tensors of one type another, those with contents only if asked for."""

    def edit(raw: Raw) -> None:
        for tensor in raw.tensors:
            if tensor.type == old and (constants or tensor.data is None):
                tensor.type = new
                if new == TYPES.FLOAT32 and tensor.data is not None:
                    tensor.data = 4 * tensor.data

    return edit


def float_all(raw: Raw) -> None:
    retype(TYPES.INT8, TYPES.FLOAT32, constants=True)(raw)


def npu(raw: Raw) -> None:
    custom = tflite.BuiltinOperator.CUSTOM
    outputs = raw.outputs
    raw.operators = [RawOperator(custom, [0], outputs, 0, None, b"ethos-u")]


def two_unknown(raw: Raw) -> None:
    raw.operator("PAD").builtin = tflite.BuiltinOperator.POW
    raw.operator("SOFTMAX").builtin = tflite.BuiltinOperator.GELU
    raw.operator("MEAN").builtin = tflite.BuiltinOperator.CUSTOM


UNSUPPORTED: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "float": (float_all, ("is not quantized; convert it again with post-training",)),
    "hybrid": (
        retype(TYPES.INT8, TYPES.FLOAT32, constants=False),
        ("int8 weights but float activations",),
    ),
    "uint8": (
        retype(TYPES.INT8, TYPES.UINT8, constants=True),
        ("quantized to uint8, as TensorFlow 1 did",),
    ),
    "int16": (
        retype(TYPES.INT8, TYPES.INT16, constants=False),
        ("int16 activations (16x8)",),
    ),
    "npu": (npu, ("already compiled by Arm's Vela for an Ethos-U",)),
    "operators": (
        two_unknown,
        (
            "operator 0 POW (tensor 'pad_0'): not supported, nor by TensorFlow Lite "
            "Micro in int8; multiply",
            "operator 9 CUSTOM",
            "GELU (tensor",
        ),
    ),
}


@pytest.mark.usefixtures("estimated")
@pytest.mark.parametrize("name", UNSUPPORTED)
def test_unsupported(name: str, tmp_path: Path, capsys: Captured) -> None:
    edit, texts = UNSUPPORTED[name]
    code, found = check_json(capsys, write(tmp_path, edit))
    assert code == 1
    assert not found["supported"]
    assert found["arena_bytes"] is None
    for text, reason in zip(texts, found["reasons"], strict=True):
        assert text in reason
    with pytest.raises(TFLiteError) as error:
        import_tflite_path(tmp_path / found["model"])
    assert str(error.value) == found["reasons"][0]  # as `tinyts-compile` says


@pytest.mark.usefixtures("estimated")
def test_no_model(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "m.tflite"
    path.write_bytes(b"0" * 20)
    _, found = check_json(capsys, path)
    assert "identifier TFL3 is missing" in found["reasons"][0]
