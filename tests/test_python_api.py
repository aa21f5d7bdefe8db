"""What `import tinyts` promises: its names, its options, and what they do."""

from __future__ import annotations

import argparse
import inspect
import json
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from command_models import classifier, two_ports

import tinyts
from tools.compile import main
from tools.options import OPTION_NAMES, add_arguments, resolve
from tools.tflite_file import TFLiteError
from tools.user_errors import UserError

PAGE = Path(__file__).resolve().parents[1] / "docs" / "python-api.md"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return classifier(tmp_path / "chain.tflite")


def tree(folder: Path) -> Mapping[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def public(names: object) -> set[str]:
    return {name for name in dir(names) if not name.startswith("_")}


# Names


def test_promised_names() -> None:
    assert tinyts.__all__ == ["CompiledModel", "compile"]
    assert public(tinyts.CompiledModel) == {"arena_bytes", "report", "run", "save"}
    for name in ("arena_bytes", "report"):
        assert isinstance(inspect.getattr_static(tinyts.CompiledModel, name), property)


def test_signatures() -> None:
    compiled = tinyts.CompiledModel
    assert list(inspect.signature(tinyts.compile).parameters) == ["model", "options"]
    assert list(inspect.signature(compiled.run).parameters) == ["self", "inputs"]
    assert list(inspect.signature(compiled.save).parameters) == ["self", "directory"]


def test_the_page_names_them_all() -> None:
    named = set(re.findall(r"^\| `(?:\w+)\.(\w+)", PAGE.read_text(), re.MULTILINE))
    assert named == {"compile"} | public(tinyts.CompiledModel)


def test_options_are_those_of_the_command_line() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    add_arguments(parser)
    command_line = {action.dest for action in parser._actions}
    assert set(OPTION_NAMES) == command_line
    assert set(inspect.signature(resolve).parameters) == command_line


def test_other_options(model: Path) -> None:
    with pytest.raises(TypeError, match=r"^compile\(\) has no option 'colour'; the op"):
        tinyts.compile(model, colour="red", alignment=4)


# What they do


def test_save_writes_what_the_command_writes(model: Path, tmp_path: Path) -> None:
    by_hand, plot = tmp_path / "a", tmp_path / "a.svg"
    words = ["--split-height", "2", "--name", "net", "--plot", str(plot)]
    assert main([str(model), "-o", str(by_hand), *words]) == 0
    drawn = plot.read_bytes()
    plot.unlink()
    compiled = tinyts.compile(str(model), split_height=2, name="net", plot=plot)
    assert not plot.exists()
    compiled.save(tmp_path / "b")
    assert tree(tmp_path / "b") == tree(by_hand)
    assert plot.read_bytes() == drawn
    assert compiled.report == json.loads((by_hand / "report.json").read_text())
    assert compiled.arena_bytes == compiled.report["arena_bytes"]


def test_run(model: Path, tmp_path: Path) -> None:
    image = np.arange(12 * 10 * 3).astype(np.int8).reshape(1, 12, 10, 3)
    outputs = [
        tinyts.compile(model, **options).run(image)
        for options in ({"optimize": "none"}, {"split_height": 1, "input": "arena"})
    ]
    assert isinstance(outputs[0], np.ndarray)
    assert outputs[0].dtype == np.int8
    np.testing.assert_array_equal(*outputs)
    ports = tinyts.compile(two_ports(tmp_path / "ports.tflite"), optimize="none")
    several = ports.run(np.zeros((8, 6, 3), np.int8), np.zeros((8, 6, 1), np.int8))
    assert isinstance(several, list)
    assert [output.shape for output in several] == [(1, 4, 3, 6), (1, 8, 6, 3)]


def test_arrays_that_are_no_input(model: Path) -> None:
    """Nothing is converted: floats cut off to int8 would be another image."""
    compiled = tinyts.compile(model, optimize="none")
    image = np.zeros((1, 12, 10, 3), np.int8)
    with pytest.raises(UserError, match=r"^run: the model has 1 inputs, got 2 arrays$"):
        compiled.run(image, image)
    for wrong in (image.astype(np.float32), image[:, 1:]):
        with pytest.raises(UserError, match=r"is int8 of shape \[1, 12, 10, 3\], got "):
            compiled.run(wrong)


def test_errors(model: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="needs"):
        tinyts.compile(model, sram_limit=16)
    with pytest.raises(UserError, match="fix the schedule"):
        tinyts.compile(model, split_height=1, optimize="sram")
    model.write_bytes(b"no model")
    with pytest.raises(TFLiteError):
        tinyts.compile(model)
    compiled = tinyts.compile(classifier(model), plot=tmp_path / "out" / "chain.h")
    with pytest.raises(UserError, match="is a file of the library"):
        compiled.save(tmp_path / "out")
    assert not (tmp_path / "out").exists()
