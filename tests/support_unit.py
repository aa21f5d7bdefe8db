"""What the unit tests share: modules from text, passes, inputs, and the oracle.

`tflm_outputs` runs TFLite Micro on many small models in one process.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp
from xdsl.dialects.func import Func, FuncOp
from xdsl.parser import Parser
from xdsl.passes import PassPipeline

from lowering.pipelines import all_passes
from tinyts_dialect.interpreter import interpret
from tinyts_dialect.tinyts import TinyTS
from tinyts_dialect.tsbuf import TSBuf
from tools.import_tflite import import_tflite
from tools.tflite_writer import TFLiteWriter

Array: TypeAlias = npt.NDArray[Any]

ORACLE_TIMEOUT_SECONDS = 120


def parse(text: str) -> ModuleOp:
    """The verified module that a text in our dialects describes."""
    context = Context()
    for dialect in (Builtin, Func, TinyTS, TSBuf):
        context.load_dialect(dialect)
    module = Parser(context, text).parse_module()
    module.verify()
    return module


def transformed(module: ModuleOp, pipeline: str) -> ModuleOp:
    """A verified copy of a module after the passes of a pipeline."""
    copy = module.clone()
    PassPipeline.parse_spec(all_passes(), pipeline).apply(Context(), copy)
    copy.verify()
    return copy


def function_of(module: ModuleOp) -> FuncOp:
    """The only function of a module."""
    (function,) = (op for op in module.body.block.ops if isinstance(op, FuncOp))
    return function


def random_bytes(random: np.random.Generator, shape: Sequence[int]) -> Array:
    """Uniform int8 values."""
    return random.integers(-128, 128, tuple(shape), dtype=np.int8)


def generated_inputs(module: ModuleOp, seed: int = 0) -> list[Array]:
    """Inputs of a module, leading axis = runs: noise, narrow noise, both extremes."""
    random = np.random.default_rng(seed)
    inputs: list[Array] = []
    for type_ in function_of(module).function_type.inputs:
        shape: tuple[int, ...] = type_.get_shape()  # pyright: ignore
        level, noise = random.integers(-90, 90), random.normal(0, 12, shape)
        runs = [
            random.integers(-128, 128, shape),
            np.clip(level + noise, -128, 127),
            np.full(shape, -128),
            np.full(shape, 127),
            random.choice([-128, 127], shape),
        ]
        inputs.append(np.stack(runs).astype(np.int8))
    return inputs


def interpreted(module: ModuleOp, inputs: Sequence[Array]) -> list[Array]:
    """The outputs under xDSL's interpreter; leading axis = runs, as of the inputs."""
    runs = [interpret(module, *run) for run in zip(*inputs, strict=True)]
    return [np.stack(outputs) for outputs in zip(*runs, strict=True)]


@dataclass(frozen=True)
class Case:
    """A model and its inputs; `inputs[k]` has the leading axis runs."""

    name: str
    model: bytes
    module: ModuleOp
    inputs: list[Array]


def case(name: str, writer: TFLiteWriter, inputs: list[Array] | None = None) -> Case:
    """The model of a writer, imported, with generated inputs where none are given."""
    model = writer.finish()
    module = import_tflite(model)
    return Case(
        name, model, module, generated_inputs(module) if inputs is None else inputs
    )


_RUN_MODELS = """
import pickle, sys
import numpy as np
from tflite_micro import runtime

results = []
for model, inputs, outputs in pickle.load(sys.stdin.buffer):
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=1 << 22)
    runs = []
    for run in range(len(inputs[0])):
        for position, array in enumerate(inputs):
            interpreter.set_input(array[run], position)
        interpreter.invoke()
        runs.append([interpreter.get_output(k).copy() for k in range(outputs)])
    results.append([np.stack(arrays) for arrays in zip(*runs)])
pickle.dump(results, sys.stdout.buffer)
"""


def tflm_outputs(cases: Iterable[Case]) -> list[list[Array]]:
    """What TFLite Micro computes: for each case its outputs, leading axis = runs.

    One process serves all cases. Raises RuntimeError with its last lines where it fails.
    """
    jobs = [
        (c.model, c.inputs, len(function_of(c.module).function_type.outputs))
        for c in cases
    ]
    process = subprocess.run(
        [sys.executable, "-c", _RUN_MODELS],
        input=pickle.dumps(jobs),
        capture_output=True,
        timeout=ORACLE_TIMEOUT_SECONDS,
    )
    if process.returncode:
        last = process.stderr.decode(errors="replace").strip().splitlines()[-5:]
        raise RuntimeError(f"exit code {process.returncode}: " + "; ".join(last))
    return pickle.loads(process.stdout)
