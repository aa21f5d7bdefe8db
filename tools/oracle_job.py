"""What the process of an oracle is to run, and the files between it and its caller.

A job is a folder:

    job.json      what to run (the fields of `Job`)
    input_K.npy   input K, leading axis = runs
    layout.json   written by the process: [name, dtype, shape] of each array of a run
    runs.bin      written by the process: the arrays of run 0, of run 1, ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
OracleKind: TypeAlias = Literal["tflm", "litert"]


@dataclass
class Job:
    """What the process is to run; `job.json`."""

    model: str
    kind: OracleKind
    runs: int
    inputs: int
    outputs: int
    tensors: list[int]
    all_tensors: bool
    arena_bytes: int
