"""`tinyts-run --on qemu`: the emulated core computes the same, and is measured."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_models import classifier, separable, two_ports
from jsonschema import Draft202012Validator
from support_emulator import needs_emulator
from test_variables import ring

from tools import host_run
from tools.emulator.boards import board
from tools.emulator.image import compile_objects
from tools.emulator.stack_bound import stack_bound
from tools.emulator.toolchain import COMPILER, call
from tools.run import main
from tools.tflite_writer import Quant, TFLiteWriter

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "run.schema.json").read_text())
MOST_STACK = 1024
"""Bytes that a model may take of the caller's stack."""

Damage = Callable[[str, str], None]
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def use_object_cache(monkeypatch: pytest.MonkeyPatch, object_cache: Path) -> None:
    """Builds every kernel once in these tests, not once a command."""
    build = host_run.build

    def build_with_cache(*arguments: Any, **options: Any) -> Path:
        return build(*arguments, **{**options, "cache": object_cache})

    monkeypatch.setattr(host_run, "build", build_with_cache)


def run_json(captured: Captured, *words: object) -> tuple[int, dict[str, Any]]:
    """Exit code and the object on stdout."""
    code = main([*map(str, words), "--on", "qemu", "--json"])
    result = json.loads(captured.readouterr().out)
    Draft202012Validator(SCHEMA).validate(result)
    return code, result


@needs_emulator
@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("mps2_an500", ["--input", "arena", "--output", "arena"]),
        ("mps2_an500", ["--split-height", "2"]),
        ("mps2_an386", []),
        ("mps2_an505", ["--input", "rows"]),
    ],
)
def test_measured(
    name: str, places: list[str], tmp_path: Path, capsys: Captured
) -> None:
    """Every place of inputs and outputs, every core; nothing but the arena in RAM."""
    model = two_ports(tmp_path / "ports.tflite")
    code, result = run_json(capsys, model, "--board", name, *places, "--count", 2)
    assert (code, result["differing_bytes"], result["runs"]) == (0, 0, 2)
    assert 1000 < result["instructions"] < 10_000_000
    assert 0 < result["stack_bytes"] <= result["stack_bound_bytes"] <= MOST_STACK
    assert result["data_bytes"] == 0
    assert result["bss_bytes"] == result["ram_bytes"]
    assert result["text_bytes"] > 500
    assert result["rodata_bytes"] > 100


@needs_emulator
@pytest.mark.parametrize("optimize", ["sram", "none"])
def test_last_operator_is_reshaped(
    optimize: str, tmp_path: Path, capsys: Captured
) -> None:
    """A copy into the output counts as part of the tensor that it copies."""
    writer = TFLiteWriter("means")
    x = writer.input("x", shape=(1, 6, 5, 4), scale=0.5, zero_point=3)
    writer.output(writer.mean(x, [1, 2], output=Quant(0.3, 4)))
    model = tmp_path / "means.tflite"
    model.write_bytes(writer.finish())
    code, result = run_json(capsys, model, "--optimize", optimize, "--layers")
    assert (code, result["differing_bytes"]) == (0, 0)
    (layer,) = result["layers"]
    assert (layer["status"], layer["bytes_compared"] % 4) == ("compared", 0)
    assert 0 < layer["instructions"] <= result["instructions"]


@needs_emulator
def test_state(tmp_path: Path, capsys: Captured) -> None:
    """The warm-up leaves no state to the runs that are compared."""
    model = tmp_path / "ring.tflite"
    model.write_bytes(ring(None).finish())
    code, result = run_json(capsys, model, "--count", 4)
    assert (code, result["differing_bytes"]) == (0, 0)
    assert result["persistent_bytes"] > 0
    assert result["bss_bytes"] == result["ram_bytes"]


@needs_emulator
def test_layers(tmp_path: Path, capsys: Captured) -> None:
    """Layers add up to the whole, but for what comes before the first."""
    model = classifier(tmp_path / "chain.tflite")
    first = run_json(capsys, model, "--layers", "--optimize", "none")
    code, result = first
    assert code == 0
    spent = [layer["instructions"] for layer in result["layers"]]
    assert all(spent)
    assert 0 <= result["instructions"] - sum(spent) < 60
    second = run_json(capsys, model, "--optimize", "none")
    assert second[1]["instructions"] == result["instructions"], "runs are repeatable"


@needs_emulator
def test_fused_layers(tmp_path: Path, capsys: Captured) -> None:
    model = separable(tmp_path / "separable.tflite")
    code, result = run_json(capsys, model, "--layers", "--tiles", "off")
    assert code == 0
    layers = {layer["name"]: layer for layer in result["layers"]}
    assert layers["filtered"]["status"] == "fused"
    assert layers["filtered"]["differing_bytes"] == 0


@needs_emulator
def test_differing_bytes(
    tmp_path: Path, damage_kernel: Damage, capsys: Captured
) -> None:
    damage_kernel("max_pool_2d", "return;")
    code, result = run_json(capsys, two_ports(tmp_path / "ports.tflite"))
    assert code == 1
    assert result["differing_bytes"] > 0


@needs_emulator
@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("memory[0][-1] = 0;", "bytes outside the arena were written"),
        ("__builtin_trap();", "took a fault"),
        (
            "extern void *malloc(unsigned); char *volatile p = malloc(1); *p = 1;",
            "undefined reference to `_",
        ),
        (
            'extern int printf(const char *, ...); printf("x%d", (int)first);',
            "undefined reference to `_",
        ),
    ],
    ids=["outside-the-arena", "fault", "malloc", "printf"],
)
def test_programs_that_fail(
    statement: str,
    message: str,
    tmp_path: Path,
    damage_kernel: Damage,
    capsys: Captured,
) -> None:
    """A heap or a stream in the inference path does not even link."""
    damage_kernel("max_pool_2d", statement)
    code, result = run_json(capsys, two_ports(tmp_path / "ports.tflite"))
    assert code == 1
    assert message in result["error"]


def test_without_the_tools(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    model = two_ports(tmp_path / "ports.tflite")
    monkeypatch.setenv("PATH", "/nowhere")
    code, result = run_json(capsys, model)
    assert code == 1
    assert "run apt-get install gcc-arm-none-eabi" in result["error"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--board", "mps2_an500"], "--on qemu"),
        (["--board", "pdp11", "--on", "qemu"], "'pdp11' is not known"),
    ],
)
def test_wrong_boards(
    words: list[str], message: str, tmp_path: Path, capsys: Captured
) -> None:
    assert main([str(two_ports(tmp_path / "ports.tflite")), *words]) == 1
    assert message in capsys.readouterr().err


CALLS = """
__attribute__((noinline)) static int deep(volatile int *x) {
    volatile int big[100] = {0};
    return big[*x] + 1;
}
__attribute__((noinline)) static int flat(volatile int *x) { return *x; }
static int (*const table[])(volatile int *) = {deep, flat};
int other(volatile int *x) { volatile int huge[500] = {0}; return huge[*x]; }
__attribute__((noinline)) int direct(volatile int *x) { return other(x) + 1; }
int root(volatile int *x) { volatile int own[10] = {0}; return table[*x](x) + own[0]; }
int main(void) { int x = 0; return root(&x) + direct(&x); }
"""


@needs_emulator
def test_stack_bound_follows_pointers(tmp_path: Path) -> None:
    """An indirect call may go to what is in a table, and to nothing else."""
    source = tmp_path / "calls.c"
    source.write_text(CALLS)
    core = board("mps2_an500")
    [object_] = compile_objects([source], tmp_path, core, ["-fstack-usage"])
    program = tmp_path / "calls.elf"
    call([
        COMPILER, *core.core_flags, "-nostartfiles", "-Wl,-e,main", "-Wl,-q",
        str(object_), "-lc", "-o", str(program),
    ])  # fmt: skip
    usage = [object_.with_suffix(".su")]
    assert 400 + 40 <= stack_bound(program, "root", usage) <= 400 + 40 + 80
    assert 2000 <= stack_bound(program, "direct", usage) <= 2000 + 80
    assert 400 + 40 <= stack_bound(program, "root", []) <= 400 + 40 + 80
