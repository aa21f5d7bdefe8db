"""Random graphs, compiled in random ways, against TFLite Micro; and the fuzzer itself.

`make fuzz-graphs` runs more of them.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.fuzz_graphs import check_seed, compile_options, draw_options, main
from tools.random_graphs import random_graph

CHUNK = 10


@pytest.mark.parametrize("first", range(0, 50, CHUNK))
def test_random_graphs(first: int, tmp_path: Path, object_cache: Path) -> None:
    seeds = range(first, first + CHUNK)
    results = [check_seed(seed, tmp_path, object_cache) for seed in seeds]
    failures = [result for result in results if result is not None]
    assert not failures, "\n".join(map(str, failures))


def test_every_option_is_drawn() -> None:
    found = Counter[str]()
    for seed in range(50):
        words = draw_options(seed)
        found.update(map(" ".join, zip(words[::2], words[1::2], strict=True)))
        compile_options(words)
    expected = {f"--split-height {height}" for height in range(1, 6)}
    expected |= {"--exec-order df", "--exec-order bf", "--optimize none"}
    expected |= {f"--alignment {alignment}" for alignment in (1, 4, 16)}
    expected |= {f"--{place} external" for place in ("input", "output")}
    expected |= {f"--{place} arena" for place in ("input", "output")}
    expected |= {"--input rows"}
    expected |= {"--fold-channels on", "--fold-channels off"}
    assert set(found) == expected
    assert draw_options(3) == draw_options(3)


def arguments(tmp_path: Path, *more: str) -> list[str]:
    return ["--count", "4", "--jobs", "1", "--keep", str(tmp_path / "keep"), *more]


def test_no_failure(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--count", "3", "--jobs", "2", "--keep", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "3 graphs: 0 differing bytes\n"
    assert not list(tmp_path.iterdir())


def test_a_wrong_kernel_is_found(
    damage_kernel: Callable[[str, str], None],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """The first failing seed is reported and its model kept, at exit code 1."""
    damage_kernel("conv_2d", "if (first == 0) return;")
    assert main(arguments(tmp_path)) == 1
    out, err = capsys.readouterr()
    assert out == ""
    first, again, command = err.splitlines()
    seed = int(first.split()[1])
    assert "(CONV_2D): " in first
    assert " bytes differ" in first
    assert again == f"again: python -m tools.fuzz_graphs --seed {seed} --count 1"
    model = tmp_path / "keep" / f"graph_{seed}.tflite"
    assert model.read_bytes() == random_graph(seed)
    options = " ".join(draw_options(seed))
    assert command == f"   or: tinyts-run {model} {options} --layers --random {seed}"


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
    damage_kernel("conv_2d", statement)
    assert main(arguments(tmp_path)) == 1
    assert message in capsys.readouterr().err.splitlines()[0]


@pytest.mark.parametrize("wrong", [["--count", "0"], ["--jobs", "0"], ["--seed", "-1"]])
def test_wrong_arguments(wrong: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(wrong)
