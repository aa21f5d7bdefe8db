"""What others need for the same models: TensorFlow Lite Micro, and the original."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tools.user_errors import UserError


@dataclass(frozen=True)
class Baseline:
    """One model's line of the baseline file."""

    instructions: int
    """Of TensorFlow Lite Micro with CMSIS-NN, one inference."""
    flash_bytes: int
    """Of its code, its constants and the model file."""
    arena_bytes: int
    """The original's best arena with the input outside, else TFLite Micro's arena."""


def read_baselines(path: Path | None) -> dict[str, Baseline]:
    """The baselines by the name of the model; none without a file.

    UserError where the file cannot be read or lacks a column.
    """
    if path is None:
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        try:
            return {row["model"]: _baseline(row) for row in csv.DictReader(file)}
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path}: is no file of baselines: {error}") from None


def _baseline(row: dict[str, str]) -> Baseline:
    columns = ("tflm_text_bytes", "tflm_rodata_bytes", "model_bytes")
    return Baseline(
        int(row["tflm_instructions"]),
        sum(int(row[column]) for column in columns),
        int(row["original_arena_input_out"] or row["tflm_arena_bytes"]),
    )
