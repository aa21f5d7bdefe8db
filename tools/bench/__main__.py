"""`python -m tools.bench`: measures every model, prints and saves the table."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from tools.atomic_files import write_tree
from tools.bench.baselines import read_baselines
from tools.bench.measure import SCHEDULES, Row, measure
from tools.bench.table import markdown, summary
from tools.emulator import toolchain
from tools.emulator.boards import board
from tools.emulator.image import OPTIMIZATION
from tools.emulator.machine import DEFAULT_BOARD
from tools.model_folders import ROOT, models_folder
from tools.user_errors import CommandParser, UserError, run_command

VARIABLE = "TINYTS_BASELINES"


def _parser() -> CommandParser:
    parser = CommandParser(
        "python -m tools.bench",
        description="Instructions, arena, stack and flash of models on the emulated "
        "Cortex-M7, compared with TensorFlow Lite Micro.",
    )
    parser.add_argument(
        "models", nargs="*", type=Path, help="default: those of TINYTS_MODELS"
    )
    parser.add_argument(
        "--baselines",
        type=Path,
        metavar="F.csv",
        help=f"what TFLite Micro needs (default ${VARIABLE}, else baselines.csv "
        "beside the folder of models)",
    )
    parser.add_argument("--schedule", action="append", choices=SCHEDULES)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument(
        "-o",
        "--output-dir",
        type=Path,
        default=ROOT / "build" / "bench",
        metavar="OUT",
        help="where bench.json and bench.md go (default build/bench)",
    )
    parser.add_argument("--debug", action="store_true")
    return parser


def _models(given: Sequence[Path]) -> list[Path]:
    folder = models_folder()
    if not given and folder is None:
        raise UserError("no models: run `make models` or set TINYTS_MODELS")
    return list(given) or sorted((folder or Path()).glob("*.tflite"))


def _baseline_file(given: Path | None, model: Path) -> Path | None:
    named = os.environ.get(VARIABLE)
    if given is not None or named:
        return given or Path(str(named))
    beside = model.resolve().parent.parent / "baselines.csv"
    return beside if beside.is_file() else None


def _measure_all(
    models: Sequence[Path], schedules: Sequence[str], file: Path | None, jobs: int
) -> Iterator[Row]:
    """The rows in order, each as soon as it and those before it are measured."""
    known = read_baselines(file)
    with (
        tempfile.TemporaryDirectory(prefix="tinyts-bench-") as cache,
        ProcessPoolExecutor(jobs) as pool,
    ):
        waiting = [
            pool.submit(measure, model, schedule, known.get(model.stem), Path(cache))
            for model in models
            for schedule in schedules
        ]
        for future in waiting:
            row = future.result()
            if row is not None:
                yield row


def versions(baselines: Path | None) -> list[str]:
    """What measured, what compiled, what it is compared with."""
    machine = board(DEFAULT_BOARD)
    lines = [
        f"TinyTS {version('tinyts')}",
        f"{toolchain.qemu_version()}, machine {machine.qemu} ({machine.core}), "
        "-icount shift=0: instructions, not time",
        f"{toolchain.compiler_version()} {' '.join(OPTIMIZATION)}",
    ]
    if baselines is not None:
        digest = sha256(baselines.read_bytes()).hexdigest()[:16]
        lines.append(
            "TensorFlow Lite Micro with CMSIS-NN, counted on the same emulated core: "
            f"{baselines.name}, SHA-256 {digest}"
        )
    return lines


def _save(rows: Sequence[Row], versions: Sequence[str], directory: Path) -> None:
    """Writes what is measured so far, so that a run that is stopped leaves it."""
    found = {
        "schema_version": 1,
        "versions": versions,
        "summary": summary(rows),
        "rows": [row.as_json() for row in rows],
    }
    text = json.dumps(found, indent=1) + "\n"
    write_tree(directory, {"bench.md": markdown(rows, versions), "bench.json": text})


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point; the exit code: 1 where a byte differs or a model fails."""
    parsed = _parser().parse_args(arguments)

    def command() -> int:
        toolchain.require()
        models = _models(parsed.models)
        file = _baseline_file(parsed.baselines, models[0])
        rows: list[Row] = []
        schedules = parsed.schedule or SCHEDULES
        for row in _measure_all(models, schedules, file, parsed.jobs):
            rows.append(row)
            print(f"{row.model}, {row.schedule}: {row.error or row.instructions}",
                  file=sys.stderr, flush=True)
            _save(rows, versions(file), parsed.output_dir)
        print(markdown(rows, versions(file)), end="")
        return 1 if any(row.error or row.differing_bytes for row in rows) else 0

    return run_command(command, "bench", parsed.debug)


if __name__ == "__main__":
    sys.exit(main())
