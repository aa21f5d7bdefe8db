"""The `tinyts` dialect under xDSL's interpreter: values are NumPy arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.interpreter import (
    Interpreter,
    InterpreterFunctions,
    PythonValues,
    impl,
    register_impls,
)
from xdsl.interpreters.func import FuncFunctions
from xdsl.ir import Operation

from tinyts_dialect.ops import all_operations


def _implementation(
    operation: type[Operation],
) -> Callable[..., Any]:
    def run(
        self: InterpreterFunctions,
        interpreter: Interpreter,
        op: Any,
        args: PythonValues,
    ) -> PythonValues:
        results = op.evaluate(*args)
        return results if isinstance(results, tuple) else (results,)

    return impl(operation)(run)


TinyTSFunctions: type[InterpreterFunctions] = register_impls(
    type(
        "TinyTSFunctions",
        (InterpreterFunctions,),
        {
            operation.name.replace(".", "_"): _implementation(operation)
            for operation in all_operations()
        },
    )
)
"""Runs every operation of the dialect by its `evaluate`."""


def interpret(
    module: ModuleOp, *inputs: npt.NDArray[np.int8]
) -> Sequence[npt.NDArray[np.int8]]:
    """The outputs of a module's only function for int8 inputs of its own shapes."""
    interpreter = Interpreter(module)
    interpreter.register_implementations(TinyTSFunctions())
    interpreter.register_implementations(FuncFunctions())
    functions = [op for op in module.body.block.ops if isinstance(op, FuncOp)]
    if len(functions) != 1:
        raise ValueError(f"the module has {len(functions)} functions, expected one")
    return interpreter.call_op(functions[0], inputs)
