"""Random graphs, compiled in random ways, against TFLite Micro; and the fuzzer itself.

`make fuzz-graphs` runs more of them.
"""

import shlex
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from subprocess import run

import pytest

from emitc.model_files import source_text
from emitc.read_program import read_program
from tools.compiler import compile_path
from tools.fuzz_graphs import (
    LIMITS,
    check_seed,
    compile_options,
    compile_within_limit,
    draw,
    main,
)
from tools.options import resolve
from tools.random_graphs import random_graph
from tools.random_plans import compile_randomly, plan_randomly, run_passes
from tools.user_errors import UserError

ROOT = Path(__file__).resolve().parents[1]

PLANNED = (25, 53, 75, 88)
"""Seeds with random plans, most with fused kernels in them."""

FIXED = 45
"""A seed with a fixed schedule."""


FUSED = ("fused_pixels", "fused_rows")

SEARCHED = 40
"""Seeds that are looked at for one with a kernel."""


@cache
def seed_with(kernels: tuple[str, ...], start: int, random_plan: bool) -> int:
    """The first seed from one on whose program calls one of some kernels.

    It has a random plan, or a fixed schedule of slices.
    """
    for seed in range(start, start + SEARCHED):
        drawn = draw(seed)
        fixed = "--split-height" in drawn.options
        if not (drawn.random_plan if random_plan else fixed):
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "graph.tflite")
            path.write_bytes(random_graph(seed))
            options = compile_options(drawn.options)
            if random_plan:
                compiled = compile_randomly(path, options, seed)
            else:
                compiled = compile_path(path, options)
        if set(kernels) & set(compiled.program.kernels()):
            return seed
    raise AssertionError(kernels)


@pytest.mark.parametrize("seed", sorted({*range(8), FIXED, *PLANNED}))
def test_random_graphs(seed: int, tmp_path: Path, object_cache: Path) -> None:
    failure = check_seed(seed, tmp_path, object_cache)
    assert failure is None, str(failure)


def test_every_option_is_drawn() -> None:
    found = Counter[str]()
    for seed in range(1000):
        drawn = draw(seed)
        words = drawn.options
        found.update(map(" ".join, zip(words[::2], words[1::2], strict=True)))
        found["random plan"] += drawn.random_plan
        compile_options(words)
    expected = {f"--split-height {height}" for height in range(1, 6)}
    expected |= {f"--split-width {width}" for width in range(1, 6)}
    expected |= {f"--sram-limit {limit}" for limit in LIMITS}
    expected |= {f"--optimize {kind}" for kind in ("sram", "speed", "none")}
    expected |= {"--exec-order df", "--exec-order bf", "random plan"}
    expected |= {f"--alignment {alignment}" for alignment in (1, 4, 16)}
    expected |= {f"--{place} external" for place in ("input", "output")}
    expected |= {f"--{place} arena" for place in ("input", "output")}
    expected |= {"--input rows"}
    expected |= {"--fold-channels on", "--fold-channels off"}
    assert set(found) == expected
    assert 400 < found["--optimize sram"] < 600
    assert 180 < found["random plan"] < 320
    assert draw(3) == draw(3)


@pytest.mark.parametrize("goal", ["sram", "speed"])
def test_a_limit_that_no_plan_meets(goal: str, tmp_path: Path) -> None:
    """The bytes that the error names are enough."""
    path = tmp_path / "graph.tflite"
    path.write_bytes(random_graph(FIXED))
    limited = compile_within_limit(path, resolve(optimize=goal, sram_limit=16))
    limit = limited.options.sram_limit
    assert limit is not None
    assert 16 < limited.arena_bytes <= limit
    with pytest.raises(UserError, match=f"needs {limit} bytes at least"):
        compile_path(path, resolve(optimize=goal, sram_limit=limit - 1))


def arguments(tmp_path: Path, *more: str) -> list[str]:
    keep, seed = str(tmp_path / "keep"), seed_with(("concatenation",), FIXED, False)
    return ["--seed", str(seed), "--count", "1", "--jobs", "1", "--keep", keep, *more]


def test_no_failure(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--count", "2", "--jobs", "2", "--keep", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "2 graphs: 0 differing bytes\n"
    assert not list(tmp_path.iterdir())


def test_a_wrong_kernel_is_found(
    damage_kernel: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """The first failing seed is reported and its model kept, at exit code 1."""
    damage_kernel("concatenation", "if (first == 0) return;")
    assert main(arguments(tmp_path)) == 1
    out, err = capsys.readouterr()
    assert out == ""
    first, again, command = err.splitlines()
    seed = int(first.split()[1])
    assert "(CONCATENATION): " in first
    assert " bytes differ" in first
    assert again == f"again: python -m tools.fuzz_graphs --seed {seed} --count 1"
    model = tmp_path / "keep" / f"graph_{seed}.tflite"
    assert model.read_bytes() == random_graph(seed)
    options = " ".join(draw(seed).options)
    assert command == f"   or: tinyts-run {model} {options} --layers --random {seed}"


def test_a_wrong_kernel_of_a_random_plan(
    damage_kernel: Callable[[str, str], None], tmp_path: Path, object_cache: Path
) -> None:
    """The plan is kept as MLIR that the passes of the message lower again."""
    for kernel in FUSED:
        damage_kernel(kernel, "if (first == 0) return;")
    seed = seed_with(FUSED, PLANNED[1], True)
    failure = check_seed(seed, tmp_path, object_cache)
    assert failure is not None
    command = shlex.split(str(failure).splitlines()[-1].removeprefix("   or: "))
    assert command[:2] == ["tinyts-opt", str(tmp_path / f"graph_{failure.seed}.mlir")]
    lowered = run(
        [sys.executable, "-m", "tools.opt", *command[1:], "-t", "tinyts-c"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    plan = plan_randomly(failure.model, compile_options(failure.options), failure.seed)
    placed = run_passes(plan.module, plan.pipeline)
    assert lowered.stdout.rstrip() == source_text(read_program(placed)).rstrip()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("memory[0][-1] = 0;", "AddressSanitizer"),
        ("if (last << 31 < 0) return;", "left shift"),
    ],
    ids=["outside-the-arena", "undefined-shift"],
)
def test_sanitizers_are_on(
    statement: str,
    message: str,
    damage_kernel: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    damage_kernel("concatenation", statement)
    assert main(arguments(tmp_path)) == 1
    assert message in capsys.readouterr().err.splitlines()[0]


@pytest.mark.parametrize("wrong", [["--count", "0"], ["--jobs", "0"], ["--seed", "-1"]])
def test_wrong_arguments(wrong: list[str]) -> None:
    with pytest.raises(SystemExit, match="1"):
        main(wrong)
