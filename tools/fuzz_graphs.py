"""Compile random graphs in random ways and compare every tensor with TFLite Micro.

    python -m tools.fuzz_graphs --count 500 --seed 0

A seed is one graph of `tools.random_graphs` and one draw of compile options. The
program is built with the address and undefined behaviour sanitizers, its arena lies
between canaries, and it runs on each kind of generated input. The first seed that
fails is reported, its model is kept, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tools.compiler import compile_path
from tools.differential import find_differences
from tools.options import CompileOptions, add_arguments, from_arguments
from tools.oracle import run_oracle
from tools.random_graphs import random_graph
from tools.run_inputs import GENERATORS, input_details, random_inputs
from tools.user_errors import error_line

KEEP = Path("build", "fuzz")
"""Where the model of a failing seed is kept by default."""

RUNS = len(GENERATORS)


@dataclass(frozen=True)
class Failure:
    """A seed whose program differs from TFLite Micro, or does not come to be."""

    seed: int
    reason: str
    model: Path
    options: tuple[str, ...]
    """Its compile options as on a command line."""

    def __str__(self) -> str:
        command = ["tinyts-run", str(self.model), *self.options, "--layers"]
        return (
            f"seed {self.seed} {' '.join(self.options)}: {self.reason}\n"
            f"again: python -m tools.fuzz_graphs --seed {self.seed} --count 1\n"
            f"   or: {' '.join(command)} --random {self.seed}"
        )


def draw_options(seed: int) -> tuple[str, ...]:
    """The compile options of a seed as on a command line."""
    rng = random.Random(f"options {seed}")
    options = {
        "--input": rng.choice(("external", "arena", "rows")),
        "--output": rng.choice(("external", "arena")),
        "--fold-channels": rng.choice(("on", "off")),
        "--alignment": rng.choice(("1", "4", "16")),
    }
    schedule = ["--optimize", "none"]
    if height := rng.randrange(6):
        order = rng.choice(("df", "bf"))
        schedule = ["--split-height", str(height), "--exec-order", order]
    return (*schedule, *(word for option in options.items() for word in option))


def compile_options(words: Sequence[str]) -> CompileOptions:
    """The options of a command line of `draw_options`."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return from_arguments(parser.parse_args(words))


def check_seed(seed: int, keep: Path, cache: Path) -> Failure | None:
    """Compiles, runs and compares one graph; its model is kept where that fails.

    `cache` is a folder of built kernels, shared by all seeds.
    """
    words = draw_options(seed)
    with tempfile.TemporaryDirectory(prefix="tinyts-fuzz-") as folder:
        path = Path(folder, f"graph_{seed}.tflite")
        path.write_bytes(random_graph(seed))
        reason = _compare(path, seed, compile_options(words), cache)
        if reason is None:
            return None
        keep.mkdir(parents=True, exist_ok=True)
        kept = keep / path.name
        kept.write_bytes(path.read_bytes())
    return Failure(seed, reason, kept, words)


def _compare(path: Path, seed: int, options: CompileOptions, cache: Path) -> str | None:
    """What is wrong with the compiled model; None where nothing is."""
    try:
        inputs = random_inputs(input_details(path), seed, RUNS)
        compiled = compile_path(path, options)
        oracle = run_oracle(path, inputs, "tflm", all_tensors=True)
        folder = path.parent / "build"
        differences = find_differences(compiled, oracle, inputs, folder, cache=cache)
    except Exception as error:
        return error_line(error, path.name)
    return str(differences) if differences else None


def check_seeds(
    seeds: Iterable[int], keep: Path, jobs: int
) -> Iterator[Failure | None]:
    """The results of seeds, in their order, from `jobs` processes."""
    with tempfile.TemporaryDirectory(
        prefix="tinyts-fuzz-", ignore_cleanup_errors=True
    ) as folder:
        check = partial(check_seed, keep=keep, cache=Path(folder, "objects"))
        if jobs == 1:
            yield from map(check, seeds)
            return
        with multiprocessing.Pool(jobs, _put_files_into, (folder,)) as pool:
            yield from pool.imap(check, seeds)


def _put_files_into(folder: str) -> None:
    """Makes a process that may be ended at any time leave its files in a folder."""
    tempfile.tempdir = folder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m tools.fuzz_graphs",
        description="Compiles random graphs and compares them with TFLite Micro.",
    )
    parser.add_argument("--count", type=int, default=50, help="graphs (default 50)")
    parser.add_argument("--seed", type=int, default=0, help="first seed (default 0)")
    parser.add_argument(
        "--keep",
        type=Path,
        default=KEEP,
        metavar="DIR",
        help=f"where the model of a failing seed is kept (default {KEEP})",
    )
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes (default: one a core)",
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; the exit code."""
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if min(parsed.count, parsed.jobs) < 1 or parsed.seed < 0:
        parser.error("--count and --jobs are at least 1, --seed is at least 0")
    seeds = range(parsed.seed, parsed.seed + parsed.count)
    for failure in check_seeds(seeds, parsed.keep, parsed.jobs):
        if failure is not None:
            print(failure, file=sys.stderr)
            return 1
    print(f"{parsed.count} graphs: 0 differing bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
