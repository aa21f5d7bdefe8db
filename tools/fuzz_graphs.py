"""Compile random graphs in random ways and compare every tensor with TFLite Micro.

    python -m tools.fuzz_graphs --count 500 --seed 0

A seed is one graph of `tools.random_graphs` and one draw of compile options; for a
quarter of the seeds also a plan of `tools.random_plans` instead of a search. A limit
that no plan meets must be refused, and the bytes that the refusal names must do. The
program is built with the address and undefined behaviour sanitizers, its arena lies
between canaries, and it runs on each kind of generated input. The first seed that
fails is reported, its model is kept, and the exit code is 1. A graph takes about 3 s of
one core, most of it the C compiler's and the search's.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import random
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tools.atomic_files import write_text
from tools.compiler import Compiled, compile_path
from tools.differential import find_differences
from tools.options import CompileOptions, add_arguments, from_arguments
from tools.oracle import run_oracle
from tools.random_graphs import random_graph
from tools.random_plans import compile_randomly, module_text, plan_randomly
from tools.run_inputs import GENERATORS, input_details, random_inputs
from tools.user_errors import CommandParser, UserError, error_line

KEEP = Path("build", "fuzz")
"""Where the model of a failing seed is kept by default."""

RUNS = len(GENERATORS)

KINDS = {"sram": 9, "random plan": 5, "limit": 2, "fixed": 3, "speed": 1}
"""How a schedule is found, with weights."""

LIMITS = ("256", "512", "1K", "2K", "3K", "4K", "6K", "8K", "12K")

NEEDS = re.compile(r"--sram-limit: the model needs (\d+) bytes at least")
"""How a limit that no plan meets is refused."""


@dataclass(frozen=True)
class Failure:
    """A seed whose program differs from TFLite Micro, or does not come to be."""

    seed: int
    reason: str
    model: Path
    options: tuple[str, ...]
    """Its compile options as on a command line."""
    pipeline: str | None = None
    """The passes that lower its random plan, which lies beside the model as MLIR."""

    def __str__(self) -> str:
        command = ["tinyts-run", str(self.model), *self.options, "--layers"]
        command += ["--random", str(self.seed)]
        plan = ""
        if self.pipeline is not None:
            plan, module = "random plan ", str(self.model.with_suffix(".mlir"))
            command = ["tinyts-opt", module, "-p", f"'{self.pipeline}'"]
        return (
            f"seed {self.seed} {plan}{' '.join(self.options)}: {self.reason}\n"
            f"again: python -m tools.fuzz_graphs --seed {self.seed} --count 1\n"
            f"   or: {' '.join(command)}"
        )


@dataclass(frozen=True)
class Draw:
    """How the graph of a seed is compiled."""

    options: tuple[str, ...]
    """As on a command line."""
    random_plan: bool
    """Whether its plan is drawn as well, by `tools.random_plans`."""


def draw(seed: int) -> Draw:
    """The compile options of a seed, and whether it gets a random plan."""
    rng = random.Random(f"options {seed}")
    kind = rng.choices(tuple(KINDS), tuple(KINDS.values()))[0]
    options = {
        "--input": rng.choice(("external", "arena", "rows")),
        "--output": rng.choice(("external", "arena")),
        "--fold-channels": rng.choice(("on", "off")),
        "--alignment": rng.choice(("1", "4", "16")),
    }
    words = (
        *_draw_schedule(rng, kind),
        *(word for option in options.items() for word in option),
    )
    return Draw(words, kind == "random plan")


def _draw_schedule(rng: random.Random, kind: str) -> list[str]:
    if kind == "limit":
        objective = rng.choice(("speed", "sram"))
        return ["--optimize", objective, "--sram-limit", rng.choice(LIMITS)]
    if kind == "fixed" and (height := rng.randrange(6)):
        order = rng.choice(("df", "bf"))
        words = ["--split-height", str(height), "--exec-order", order]
        width = rng.randrange(6)
        return [*words, "--split-width", str(width)] if width else words
    return ["--optimize", kind if kind in ("sram", "speed") else "none"]


def compile_options(words: Sequence[str]) -> CompileOptions:
    """The options of a command line, as `draw` says them."""
    parser = CommandParser()
    add_arguments(parser)
    return from_arguments(parser.parse_args(words))


def check_seed(seed: int, keep: Path, cache: Path) -> Failure | None:
    """Compiles, runs and compares one graph; its model is kept where that fails.

    `cache` is a folder of built kernels, shared by all seeds.
    """
    drawn = draw(seed)
    options = compile_options(drawn.options)
    with tempfile.TemporaryDirectory(prefix="tinyts-fuzz-") as folder:
        path = Path(folder, f"graph_{seed}.tflite")
        path.write_bytes(random_graph(seed))
        reason = _compare(path, seed, options, drawn.random_plan, cache)
        if reason is None:
            return None
        keep.mkdir(parents=True, exist_ok=True)
        kept = keep / path.name
        kept.write_bytes(path.read_bytes())
        pipeline = None
        if drawn.random_plan:
            plan = plan_randomly(path, options, seed)
            pipeline = plan.pipeline
            write_text(kept.with_suffix(".mlir"), module_text(plan.module))
    return Failure(seed, reason, kept, drawn.options, pipeline)


def _compare(
    path: Path, seed: int, options: CompileOptions, random_plan: bool, cache: Path
) -> str | None:
    """What is wrong with the compiled model; None where nothing is."""
    try:
        inputs = random_inputs(input_details(path), seed, RUNS)
        with contextlib.redirect_stderr(io.StringIO()):  # of a long search
            if random_plan:
                compiled = compile_randomly(path, options, seed)
            else:
                compiled = compile_within_limit(path, options)
        oracle = run_oracle(path, inputs, "tflm", all_tensors=True)
        folder = path.parent / "build"
        differences = find_differences(compiled, oracle, inputs, folder, cache=cache)
    except Exception as error:
        return error_line(error, path.name)
    return str(differences) if differences else None


def compile_within_limit(path: Path, options: CompileOptions) -> Compiled:
    """The compiled model; within the bytes that it needs where the limit is less."""
    try:
        compiled = compile_path(path, options)
    except UserError as error:
        needed = NEEDS.search(str(error))
        if needed is None:
            raise
        options = replace(options, sram_limit=int(needed[1]))
        compiled = compile_path(path, options)
    if options.sram_limit is not None and compiled.arena_bytes > options.sram_limit:
        raise UserError(
            f"arena of {compiled.arena_bytes} bytes, the limit is {options.sram_limit}"
        )
    return compiled


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


def _parser() -> CommandParser:
    parser = CommandParser(
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
