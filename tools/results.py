"""`make results`: the table of arenas in the README, of whole rows, measured."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import geometric_mean

from tools.compiler import compile_path
from tools.model_folders import models_folder
from tools.options import resolve
from tools.tflite_file import TFLiteError

PLACES = ("external", "rows", "arena")
"""Where the input lies: with the caller, line by line, or as a frame in the arena."""

HEADER = (
    "| model | TFLite Micro | whole tensors | input outside | input by rows "
    "| input in the arena | TFLite Micro / TinyTS, in this order |\n"
    "|---|---|---|---|---|---|---|"
)


def baselines(folder: Path) -> dict[str, int]:
    """TFLite Micro's arena of each model, in bytes, from baselines.csv if it is there.

    The file lies beside the models' folder.
    """
    path = folder.parent / "baselines.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8") as file:
        return {
            row["model"]: int(row["tflm_arena_bytes"]) for row in csv.DictReader(file)
        }


def arena(path: Path, **options: str) -> int:
    """Arena of a model compiled with the given options, in bytes."""
    return compile_path(path, resolve(**options)).arena_bytes


def rows(folder: Path) -> Iterator[str]:
    """The lines of the table; the last one holds geometric means of the ratios."""
    yield HEADER
    known = baselines(folder)
    ratios: list[list[float]] = []
    for path in sorted(folder.glob("*.tflite")):
        try:
            whole = arena(path, optimize="none")
        except TFLiteError as error:
            print(f"{path.name}: left out: {error}", file=sys.stderr)
            continue
        arenas = [arena(path, input=place, tiles="off") for place in PLACES]
        tflm = known.get(path.stem)
        if tflm is not None:
            ratios.append([tflm / size for size in arenas])
        ratio = "" if tflm is None else _text(ratios[-1])
        cells = (path.stem, tflm or "", whole, *arenas, ratio)
        yield f"| {' | '.join(map(str, cells))} |"
    if ratios:
        means = [geometric_mean(column) for column in zip(*ratios, strict=True)]
        yield f"| geometric mean | | | | | | {_text(means)} |"


def _text(ratios: Sequence[float]) -> str:
    return ", ".join(f"{ratio:.2f}" for ratio in ratios)


def main() -> int:
    """Entry point of `python -m tools.results`; the exit code."""
    folder = models_folder()
    if folder is None:
        print("error: no models: run `make models` or set TINYTS_MODELS",
              file=sys.stderr)
        return 1
    for row in rows(folder):
        print(row, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
