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
from xdsl.ir import Attribute
from xdsl.parser import Parser
from xdsl.passes import PassPipeline

from lowering.pipelines import all_passes
from lowering.signature import file_shape
from tinyts_dialect.interpreter import interpret
from tinyts_dialect.tensors import dtype_of, shape_of
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
    function = function_of(module)
    for index, type_ in enumerate(function.function_type.inputs):
        listed = function.arg_attrs.data[index].data if function.arg_attrs else {}
        shape = file_shape(listed, shape_of(type_))
        level, noise = random.integers(-90, 90), random.normal(0, 12, shape)
        runs = [
            random.integers(-128, 128, shape),
            np.clip(level + noise, -128, 127),
            np.full(shape, -128),
            np.full(shape, 127),
            random.choice([-128, 127], shape),
        ]
        inputs.append(_as_type(np.stack(runs), type_))
    return inputs


def _as_type(runs: Array, type_: Attribute) -> Array:
    """Numbers of int8 spread over another type; of floats, over -16..16."""
    dtype = dtype_of(type_)
    if dtype.kind == "f":
        return (runs / 8).astype(dtype)
    limits = np.iinfo(dtype)
    spread = np.interp(runs, (-128, 127), (limits.min, limits.max))
    return np.rint(spread).astype(dtype)


def interpreted(module: ModuleOp, inputs: Sequence[Array]) -> list[Array]:
    """The outputs under xDSL's interpreter; leading axis = runs, as of the inputs.

    Their shapes are those of the model file.
    """
    function = function_of(module)
    inputs = [
        array.reshape(len(array), *shape_of(type_))
        for array, type_ in zip(inputs, function.function_type.inputs, strict=True)
    ]
    runs = [interpret(module, *run) for run in zip(*inputs, strict=True)]
    outputs = [np.stack(outputs) for outputs in zip(*runs, strict=True)]
    if not function.res_attrs:
        return outputs
    return [
        output.reshape(len(output), *file_shape(attributes.data, output.shape[1:]))
        for output, attributes in zip(outputs, function.res_attrs, strict=True)
    ]


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
for name, model, inputs, outputs in pickle.load(sys.stdin.buffer):
    print(name, file=sys.stderr, flush=True)
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

    One process serves all cases. Where it fails, the RuntimeError has its last lines,
    which name the case.
    """
    jobs = [
        (c.name, c.model, c.inputs, len(function_of(c.module).function_type.outputs))
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


class LoweredText:
    """Text of a module in the `tsbuf` dialect, one short line of Python a line of it.

    Rows have `width` bytes: images are rows x width x 1. A buffer of a port lies in the
    arena, or with `external` in the caller's memory. `module` parses the text; with
    `arena_bytes` buffers must be placed.
    """

    def __init__(self, arena_bytes: int | None = None, width: int = 4) -> None:
        self.width = width
        self.arena = ""
        if arena_bytes is not None:
            self.arena = f" {{bytes = {arena_bytes} : i64, alignment = 4 : i64}}"
        self.lines: list[str] = []
        self.types: dict[str, str] = {}

    def buffer(
        self,
        name: str,
        rows: int,
        offset: int | None = None,
        port: str | None = None,
        external: bool = False,
    ) -> None:
        """A buffer of some rows; `port` is "input" or "output"."""
        properties: list[str] = []
        if offset is not None:
            properties.append(f"offset = {offset} : i64")
        if port is not None:
            index = sum(f"<{port} " in line for line in self.lines)
            properties.append(
                f'port = #tsbuf.port<{port} {index} "{name}" layer {len(self.lines)} '
                f"[{rows}, {self.width}] #tinyts.quant<1.0 : f32, 0>>"
            )
        kind = "external" if external else "buffer"
        self.types[name] = f"!tsbuf.buffer<{rows}x{self.width}x1xi8>"
        self._line(name, f"tsbuf.{kind} {{{', '.join(properties)}}}")

    def view(self, name: str, buffer: str, height: int, width: int) -> None:
        """All bytes of a buffer as an image of another shape."""
        self.types[name] = f"!tsbuf.buffer<{height}x{width}x1xi8>"
        self.lines.append(
            f"%{name} = tsbuf.view %{buffer} : {self.types[buffer]} -> "
            f"{self.types[name]}"
        )

    def table(self, name: str, height: int, *parts: tuple[str, int]) -> None:
        """A table of buffers, each with the number of its first row."""
        types = [self.types[buffer] for buffer, _ in parts]
        width = types[0].split("x")[1]
        self.types[name] = f"!tsbuf.table<{height}x{width}x1xi8>"
        starts = ", ".join(f"{first} : i64" for _, first in parts)
        self.lines.append(
            f"%{name} = tsbuf.rows {', '.join(f'%{buffer}' for buffer, _ in parts)} "
            f"{{starts = [{starts}]}} : ({', '.join(types)}) -> {self.types[name]}"
        )

    def tensor(
        self,
        name: str,
        rows: int,
        offset: int | None = None,
        port: str | None = None,
        external: bool = False,
    ) -> None:
        """A table of one buffer, which is called like it with `_bytes` behind."""
        self.buffer(f"{name}_bytes", rows, offset, port, external)
        self.table(name, rows, (f"{name}_bytes", 0))

    def call(self, output: tuple[str, int, int], *inputs: tuple[str, int, int]) -> None:
        """A kernel that writes rows of one table and reads rows of others."""
        reads = ", ".join(
            self.operand(f"input_{position}", *rows)
            for position, rows in enumerate(inputs, 1)
        )
        self.lines.append(
            f'tsbuf.kernel "any" outs({self.operand("output", *output)})'
            + (f" ins({reads})" if inputs else "")
            + " layer 1 params {}"
        )

    def module(self) -> ModuleOp:
        """The module, parsed and verified."""
        body = "\n".join(self.lines)
        return parse(
            f"tsbuf.arena @sram{self.arena}\nfunc.func @f() {{\n{body}\nfunc.return\n}}"
        )

    def _line(self, name: str, text: str) -> None:
        self.lines.append(f"%{name} = {text} : {self.types[name]}")

    def operand(self, field: str, table: str, first: int, last: int) -> str:
        """An operand of a kernel: rows of a table, under the name of a field."""
        return f"{field} = %{table} [{first}, {last}] : {self.types[table]}"
