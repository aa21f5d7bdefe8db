"""What xDSL's own tools see of the project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from xdsl.context import Context
from xdsl.passes import ModulePass
from xdsl.universe import XDSL_UNIVERSE, Universe
from xdsl.utils.target import Target

from lowering.pipelines import (
    PASS_NAMES,
    finishing_passes,
    lowering_passes,
    placing_passes,
    planned_passes,
    whole_tensor_passes,
)
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops import all_operations
from tools.universe import TINYTS_UNIVERSE

DIALECTS = ("tinyts", "tsbuf")
TARGETS = ("mlir-elided", "tinyts-c")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def multiverse() -> Universe:
    """Raises ValueError where two plug-ins define one name."""
    return Universe.get_multiverse()


def test_the_multiverse_has_our_dialects(multiverse: Universe) -> None:
    assert set(DIALECTS) <= set(multiverse.all_dialects)
    for name in DIALECTS:
        dialect = multiverse.all_dialects[name]()
        assert dialect.name == name
        context = Context()
        context.load_dialect(dialect)
        assert dialect in context.loaded_dialects
        for op in dialect.operations:
            assert op.name.startswith(f"{name}.")


def test_the_multiverse_has_our_passes(multiverse: Universe) -> None:
    assert set(PASS_NAMES) <= set(multiverse.all_passes)
    for name in PASS_NAMES:
        loaded = multiverse.all_passes[name]()
        assert issubclass(loaded, ModulePass)
        assert loaded.name == name
        module = name.replace("-", "_")
        assert loaded.__module__ == f"lowering.{module}"
        assert (ROOT / "lowering" / f"{module}.py").is_file()


def test_the_multiverse_has_our_targets(multiverse: Universe) -> None:
    assert set(TARGETS) <= set(multiverse.all_targets)
    for name in TARGETS:
        loaded = multiverse.all_targets[name]()
        assert issubclass(loaded, Target)
        assert loaded.name == name


def test_no_name_is_one_of_xdsl() -> None:
    for ours, theirs in (
        (TINYTS_UNIVERSE.all_dialects, XDSL_UNIVERSE.all_dialects),
        (TINYTS_UNIVERSE.all_passes, XDSL_UNIVERSE.all_passes),
        (TINYTS_UNIVERSE.all_targets, XDSL_UNIVERSE.all_targets),
    ):
        assert ours
        assert not set(ours) & set(theirs)


def test_every_operation_is_in_its_dialect() -> None:
    dialect = TINYTS_UNIVERSE.all_dialects["tinyts"]()
    assert set(dialect.operations) == set(all_operations())
    names = [op.name for op in dialect.operations]
    assert len(set(names)) == len(names)


def test_every_operator_has_a_file_of_its_name() -> None:
    """On the side of the dialect, of the lowering and of the runtime."""
    for op in all_operations():
        if not issubclass(op, TensorOp):
            continue
        name = op.name.removeprefix("tinyts.")
        for path in (
            f"tinyts_dialect/ops/{name}.py",
            f"lowering/operators/{name}.py",
            f"runtime_c/src/{name}.c",
            f"runtime_c/include/tinyts_{name}.h",
        ):
            assert (ROOT / path).is_file(), path


def test_every_package_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = project["tool"]["setuptools"]["packages"]
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for top in ("tinyts_dialect", "lowering", "emitc", "tools")
        for path in (ROOT / top).rglob("*.py")
    }
    assert set(listed) == found - {"tools.tinyts"} | {"tinyts"}


def test_verifiers_are_spelt_right() -> None:
    """A method called `_verify_` would never run, and nobody would notice."""
    for name in DIALECTS:
        dialect = TINYTS_UNIVERSE.all_dialects[name]()
        for definition in (*dialect.operations, *dialect.attributes):
            for attribute in vars(definition):
                near = re.fullmatch(r"_*verify_*", attribute)
                assert near is None or attribute in ("verify_", "verify"), definition


FIXED = lowering_passes(
    split_height=1, order="df", fold_channels=True, input="arena", output="arena"
)
PLANNED = ",".join(
    [
        whole_tensor_passes(fold_channels=True),
        "plan-stages",
        planned_passes(input="arena", output="arena", fuse=True),
    ]
)


@pytest.mark.parametrize("pipeline", [FIXED, PLANNED])
def test_pipelines_name_passes_that_exist(
    multiverse: Universe, pipeline: str
) -> None:
    placing = placing_passes(8, verify=False)
    text = f"{pipeline},{placing},{finishing_passes(target='host')}"
    used = re.findall(r"(?:^|,)([a-z][a-z-]*)", text)
    assert set(used) <= set(PASS_NAMES)
    assert pipeline is FIXED or set(used) == set(PASS_NAMES)
    assert sorted(used, key=PASS_NAMES.index) == used
    for name, option in re.findall(r"([a-z-]+)\{(\w+)=", text):
        known = [field.name for field in fields(multiverse.all_passes[name]())]
        assert option in known


def test_plain_xdsl_opt_runs_our_passes(tmp_path: Path) -> None:
    program = shutil.which("xdsl-opt", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("xdsl-opt is not installed beside this Python")
    quant = "#tinyts.quant<5.000000e-01 : f32, 0>"
    type_ = f"tensor<1x2x2x1xi8, {quant}>"
    source = tmp_path / "a.mlir"
    source.write_text(
        f"func.func @f(%x : {type_}) -> {type_} {{\n"
        f"%y = tinyts.pad %x {{pads = #tinyts.pads<[0, 0, 0, 0]>}} : ({type_}) -> "
        f"{type_}\nfunc.return %y : {type_}\n}}"
    )
    done = subprocess.run(
        [program, source, "-p", "fuse-pad"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "tinyts.pad" not in done.stdout
    assert "func.return %x" in done.stdout
