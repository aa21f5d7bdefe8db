"""The command `tinyts-compile`: its files, its report, and that its C is strict C99."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from command_models import classifier, two_ports
from jsonschema import Draft202012Validator

from tools import compile as compile_command
from tools.compile import main

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "report.schema.json").read_text())
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror")
SHARED_HEADERS = {"tinyts.h", "tinyts_requantize.h"}
C_LIBRARY = {"memcpy", "memset", "memmove"}
"""What generated code may call; a compiler may call them too."""

Captured = pytest.CaptureFixture[str]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if not path.is_dir()
    }


def compile_model(model: Path, out: Path, *options: str) -> dict[str, Any]:
    """The report of a compilation."""
    assert main([str(model), "-o", str(out), *options]) == 0
    report = json.loads((out / "report.json").read_text())
    Draft202012Validator(SCHEMA).validate(report)
    return report


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A model whose file name is no identifier."""
    return classifier(tmp_path / "0_chain-5.tflite")


def test_files(model: Path, tmp_path: Path, capsys: Captured) -> None:
    """The model, the kernels that it calls with their headers, and nothing else."""
    out = tmp_path / "deep" / "out"
    report = compile_model(model, out, "--target", "host", "--tiles", "off")
    kernels = {"conv_2d", "mean_step", "fully_connected", "softmax"}
    files = set(tree(out))
    assert {"m0_chain_5.h", "m0_chain_5.c", "CMakeLists.txt", "report.json"} <= files
    inside = {Path(name).name for name in files if name.startswith("kernels/")}
    assert len(files) == 4 + len(inside)
    assert {name for name in inside if name.endswith(".c")} == {
        f"{kernel}.c" for kernel in kernels
    }
    headers = {name for name in inside if name.endswith(".h")}
    assert {f"tinyts_{kernel}.h" for kernel in kernels} | SHARED_HEADERS <= headers
    assert "tinyts_add.h" not in headers
    assert not [
        path for path in out.rglob("*") if path.is_dir() and path.name[0] == "."
    ]
    printed, err = capsys.readouterr()
    c_file = out / "m0_chain_5.c"
    assert printed == f"{c_file}: arena {report['arena_bytes']} bytes\n"
    assert err == ""


def test_name(model: Path, tmp_path: Path) -> None:
    compile_model(model, tmp_path / "out", "--name", "net")
    files = tree(tmp_path / "out")
    assert {"net.h", "net.c"} <= set(files)
    assert b"int net_invoke(" in files["net.h"]


@pytest.mark.parametrize(
    "options",
    [(), ("--split-height", "1"), ("--input", "arena"), ("--input", "rows")],
)
def test_report(options: tuple[str, ...], model: Path, tmp_path: Path) -> None:
    """It agrees with itself and with the header."""
    report = compile_model(model, tmp_path / "out", *options)
    header = (tmp_path / "out" / "m0_chain_5.h").read_text()
    arena = re.search(r"#define m0_chain_5_ARENA_BYTES (\d+)\n", header)
    assert arena is not None
    assert int(arena[1]) == report["arena_bytes"] == report["ram_bytes"]
    assert report["arena_bytes"] >= report["peak_live_bytes"]
    assert report["input_bytes"] == 12 * 10 * 3
    assert report["output_bytes"] == 5
    macs = 6 * 10 * 8 * 27 + 3 * 10 * 6 * 72 + 5 * 6
    assert report["macs"] == sum(layer["macs"] for layer in report["layers"]) == macs
    operators = [layer["op"] for layer in report["layers"]]
    assert operators == ["conv_2d", "conv_2d", "mean", "fully_connected", "softmax"]
    assert report["kernel_calls"] >= report["slices"] >= len(operators)
    for buffer in report["buffers"]:
        assert buffer["offset"] + buffer["size"] <= report["arena_bytes"]
        assert buffer["offset"] % report["options"]["alignment"] == 0
        assert 0 <= buffer["first"] <= buffer["last"] < report["kernel_calls"]


@pytest.mark.parametrize("options", [(), ("--split-height", "1")])
def test_every_process_writes_the_same_bytes(
    options: tuple[str, ...], tmp_path: Path
) -> None:
    model = two_ports(tmp_path / "ports.tflite")
    trees: list[Mapping[str, bytes]] = []
    for seed in ("0", "1", "4294967295"):
        out = tmp_path / seed
        subprocess.run(
            [
                sys.executable,
                "-m",
                "tools.compile",
                str(model),
                "-o",
                str(out),
                *options,
            ],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
        trees.append(tree(out))
    assert trees[0] == trees[1] == trees[2]
    Draft202012Validator(SCHEMA).validate(json.loads(trees[0]["report.json"]))


def test_compiling_again_replaces_the_files(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    compile_model(model, out, "--split-height", "1")
    first = tree(out)
    (out / "mine.txt").write_text("mine")
    compile_model(model, out, "--split-height", "1")
    assert tree(out) == first | {"mine.txt": b"mine"}


def compile_strictly(out: Path, compiler: str, *flags: str) -> list[Path]:
    """The objects of every C file of a generated library."""
    objects: list[Path] = []
    for source in sorted(out.rglob("*.c")):
        target = source.with_suffix(".o")
        command = [compiler, *STRICT, *flags, "-Ikernels", "-I.", "-c", str(source)]
        subprocess.run([*command, "-o", str(target)], cwd=out, check=True)
        objects.append(target)
    return objects


@pytest.mark.parametrize("flags", [("-O3",), ("-Os", "-pedantic")], ids=" ".join)
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_strict_c99(
    compiler: str, flags: tuple[str, ...], model: Path, tmp_path: Path
) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    out = tmp_path / "out"
    compile_model(model, out, "--split-height", "2")
    compile_model(two_ports(tmp_path / "ports.tflite"), out, "--input", "arena")
    assert compile_strictly(out, compiler, *flags)


def test_no_memory_but_the_arena(model: Path, tmp_path: Path) -> None:
    """No allocation, nothing in `.data`, and in `.bss` only the arena."""
    for tool in ("gcc", "nm", "size"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    out = tmp_path / "out"
    report = compile_model(model, out, "--split-height", "1")
    objects = list(map(str, compile_strictly(out, "gcc", "-O2", "-fno-pie")))

    def lines(*command: str) -> list[list[str]]:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return [line.split() for line in done.stdout.splitlines()]

    undefined = {words[-1] for words in lines("nm", "-u", *objects) if "U" in words}
    ours = {name for name in undefined if name.startswith("tinyts_")}
    assert undefined - ours <= C_LIBRARY
    sections = Counter[str]()
    for words in lines("size", "-A", *objects):
        if len(words) == 3 and words[1].isdigit():
            sections[words[0]] += int(words[1])
    memory = {
        name: size for name, size in sections.items() if size and "note" not in name
    }
    assert not [name for name in memory if name.startswith((".data", ".tdata"))]
    bss = {name: size for name, size in memory.items() if name.startswith(".bss")}
    assert bss == {".bss": report["arena_bytes"]}


def test_cmake(model: Path, tmp_path: Path) -> None:
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not installed")
    out, build = tmp_path / "out", tmp_path / "build"
    compile_model(model, out)
    for command in (
        ["cmake", "-S", str(out), "-B", str(build), "-DCMAKE_C_FLAGS=-Werror"],
        ["cmake", "--build", str(build)],
    ):
        subprocess.run(command, check=True, capture_output=True)
    assert (build / "libm0_chain_5.a").stat().st_size > 0


# The picture of the arena


def test_plot(model: Path, tmp_path: Path) -> None:
    """Beside the library or inside; nothing else changes."""
    out = tmp_path / "out"
    compile_model(model, out, "--split-height", "1")
    before = tree(out)
    picture = tmp_path / "arena.svg"
    compile_model(model, out, "--split-height", "1", "--plot", str(picture))
    assert tree(out) == before
    compile_model(model, out, "--split-height", "1", "--plot", str(out / "p" / "a.svg"))
    assert tree(out) == before | {"p/a.svg": picture.read_bytes()}
    root = ElementTree.fromstring(picture.read_bytes())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        model.name, "arena.svg", "out"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("plot", "message"),
    [
        ("nowhere/a.svg", "nowhere: is no directory"),
        (".", "is a directory; give a file for --plot"),
        ("out", "is a directory; give a file for --plot"),
        ("out/report.json", "is a file of the library"),
        ("out/kernels", "irectory"),
        ("0_chain-5.tflite/a.svg", "0_chain-5.tflite: is no directory"),
    ],
)
def test_places_where_no_plot_can_be(
    plot: str, message: str, model: Path, tmp_path: Path, capsys: Captured
) -> None:
    before = tree(tmp_path)
    out, options = tmp_path / "out", ("--split-height", "1")
    path = tmp_path / plot
    assert_fails(capsys, message, model, "-o", out, *options, "--plot", path)
    assert tree(tmp_path) == before
    assert not out.exists()


def test_no_plot_without_the_library(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Where a file cannot be written, there is no picture either."""

    def fail(directory: Path, files: object) -> None:
        raise OSError(28, "No space left on device", str(directory))

    monkeypatch.setattr(compile_command, "write_tree", fail)
    before = tree(tmp_path)
    options = ("-o", tmp_path / "out", "--split-height", "1")
    plot = ("--plot", tmp_path / "arena.svg")
    assert_fails(capsys, "No space left", model, *options, *plot)
    assert tree(tmp_path) == before


# Errors


def assert_fails(captured: Captured, message: str, *arguments: object) -> None:
    """One line on stderr beside what a slow search says, exit code 1."""
    assert main(list(map(str, arguments))) == 1
    out, err = captured.readouterr()
    assert out == ""
    (line,) = (text for text in err.splitlines() if not text.startswith("plan-stages"))
    assert line.startswith("error: ")
    assert message in line
    assert "internal error" not in line


@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--sram-limit", "16"), "needs"),
        (("--split-height", "0"), "split height 0"),
        (("--name", "no name"), "no name"),
    ],
)
def test_after_an_error_nothing_has_changed(
    options: tuple[str, ...],
    message: str,
    existing: bool,
    model: Path,
    tmp_path: Path,
    capsys: Captured,
) -> None:
    out = tmp_path / "new" / "out"
    if existing:
        compile_model(model, out)
        capsys.readouterr()
    before = tree(tmp_path)
    assert_fails(capsys, message, model, "-o", out, *options)
    assert tree(tmp_path) == before
    assert out.parent.exists() == existing


def test_a_damaged_model(model: Path, tmp_path: Path, capsys: Captured) -> None:
    model.write_bytes(model.read_bytes()[:500])
    assert_fails(capsys, model.name, model, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_error_at_the_end(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Not even a failure in the last file leaves others behind."""

    def fail(compiled: object) -> str:
        raise ValueError("no report")

    monkeypatch.setattr(compile_command, "report_text", fail)
    assert_fails(capsys, "no report", model, "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_full_disk(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """A file that cannot be written: the directory is as it was."""
    out = tmp_path / "out"
    compile_model(model, out)
    capsys.readouterr()
    before = tree(tmp_path)
    original = Path.write_text

    def write_text(path: Path, *arguments: Any, **named: Any) -> int:
        if path.name == "softmax.c":
            raise OSError(28, "No space left on device")  # as a write says it
        return original(path, *arguments, **named)

    monkeypatch.setattr(Path, "write_text", write_text)
    options = ("--split-height", "1")
    message = f"{out / 'kernels' / 'softmax.c'}: No space left on device"
    assert_fails(capsys, message, model, "-o", out, *options)
    assert tree(tmp_path) == before


def test_output_is_no_directory(model: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    out.write_text("mine")
    assert_fails(capsys, "give a directory", model, "-o", out)
    assert out.read_text() == "mine"


@pytest.mark.parametrize("words", [[], ["-o", "out", "--no-such-option"], ["--input"]])
def test_wrong_command_lines(words: list[str], capsys: Captured) -> None:
    with pytest.raises(SystemExit, match="1"):
        main(["a.tflite", *words])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert "tinyts-compile --help" in line
