"""TinyTS as a library: `import tinyts; tinyts.compile("a.tflite").save("out/")`."""

from __future__ import annotations

from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from tinyts_dialect.tsbuf import Port
from tools import host_run
from tools.compile import write_outputs
from tools.compiler import Compiled, compile_path
from tools.options import OPTION_NAMES, resolve
from tools.report import report
from tools.user_errors import UserError

__all__ = ["CompiledModel", "compile"]


class CompiledModel:
    """A model compiled to C."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled

    @property
    def arena_bytes(self) -> int:
        """Size of the one static array, in bytes."""
        return self._compiled.arena_bytes

    @property
    def report(self) -> dict[str, Any]:
        """What `report.json` holds."""
        return report(self._compiled)

    def run(
        self, *inputs: npt.NDArray[np.generic]
    ) -> npt.NDArray[np.generic] | list[npt.NDArray[np.generic]]:
        """The outputs of one run of the generated C, built for this machine.

        One array for each input, in the model's shapes and types; one array, or a
        list of them, comes back. Raises UserError for other arrays.
        """
        program = self._compiled.program
        if len(inputs) != len(program.inputs):
            raise UserError(
                f"run: the model has {len(program.inputs)} inputs, got {len(inputs)} "
                "arrays"
            )
        shaped = [
            _one_run(np.asarray(array), port)
            for array, port in zip(inputs, program.inputs, strict=True)
        ]
        with TemporaryDirectory(prefix="tinyts-") as folder:
            executable = host_run.build(program, Path(folder))
            outputs = host_run.run(executable, program, shaped).outputs
        first_runs = [output[0] for output in outputs]
        return first_runs[0] if len(first_runs) == 1 else first_runs

    def save(self, directory: str | Path) -> None:
        """Writes what `tinyts-compile` writes."""
        write_outputs(self._compiled, Path(directory))


def _one_run(array: npt.NDArray[np.generic], port: Port) -> npt.NDArray[np.generic]:
    """The values of an input behind an axis of runs; nothing is converted."""
    if array.dtype != port.dtype or array.size != prod(port.shape):
        raise UserError(
            f"run: input '{port.name}' is {port.dtype} of shape {list(port.shape)}, "
            f"got {array.dtype} of shape {list(array.shape)}"
        )
    return array.reshape(1, *port.shape)


def compile(model: str | Path, **options: Any) -> CompiledModel:
    """Compiles a model file with the options of `tinyts-compile`.

    Options are named as on the command line, with underscores: `split_height=1`,
    `sram_limit="64K"`. Raises TypeError for another name, and what the command prints
    as an error.
    """
    unknown = sorted(options.keys() - set(OPTION_NAMES))
    if unknown:
        raise TypeError(
            f"compile() has no option '{unknown[0]}'; the options are "
            f"{', '.join(OPTION_NAMES)}"
        )
    return CompiledModel(compile_path(Path(model), resolve(**options)))
