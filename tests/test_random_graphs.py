"""The random graphs are repeatable, varied, and TFLite Micro runs them."""

import hashlib
import os
import pickle
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import tflite  # pyright: ignore[reportMissingTypeStubs]

from tools.constant_folding import fold_constants
from tools.op_table import OP_TABLE
from tools.random_graphs import (
    GENERATORS,
    MAX_ELEMENTS,
    MAX_OPERATORS,
    MAX_OUTPUTS,
    MIN_OPERATORS,
    OPERATORS,
    operators_of,
    random_graph,
)
from tools.tflite_file import read_tflite
from tools.variables import VARIABLE_OPERATORS

SCHEMA = cast(Any, tflite)
SEEDS = range(60)

FIRST_SEEDS = 150
"""So many make every operator of the table."""

RUN_GRAPHS = """
import pickle, sys
import numpy as np
from tflite_micro import runtime

results = []
for model, tensors, ends in pickle.load(sys.stdin.buffer):
    interpreter = runtime.Interpreter.from_bytes(
        model,
        arena_size=1 << 20,
        intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors,
    )
    random = np.random.default_rng(0)
    runs = []
    for run in range(6):
        for index, (shape, dtype, step, zero) in enumerate(ends):
            noise = random.integers(-128, 128, shape) * (0.3 if run % 2 else 1)
            level = random.integers(-90, 91) if run % 2 else 0
            values = (level + noise).astype(np.int8) * float(step) + zero
            interpreter.set_input(values.astype(dtype), index)
        interpreter.invoke()
        runs.append(
            [interpreter.GetTensor(t, 0)["tensor_data"].copy() for t in tensors]
        )
    results.append([np.stack([r.ravel() for r in rs]) for rs in zip(*runs)])
pickle.dump(results, sys.stdout.buffer)
"""


@pytest.fixture(scope="module")
def models() -> list[bytes]:
    return [random_graph(seed) for seed in SEEDS]


def subgraph(model: bytes) -> Any:
    return SCHEMA.Model.GetRootAs(model, 0).Subgraphs(0)


def end_of(graph: Any, index: int) -> tuple[list[int], str, float, float]:
    """Shape and type of an input, and how an int8 that a QUANTIZE makes is stored."""
    tensor = graph.Tensors(index)
    shape = tensor.ShapeAsNumpy().tolist()
    kinds = {
        SCHEMA.TensorType.UINT8: "uint8",
        SCHEMA.TensorType.INT16: "int16",
        SCHEMA.TensorType.FLOAT32: "float32",
    }
    dtype = kinds.get(tensor.Type(), "int8")
    if dtype in ("int8", "uint8"):
        return shape, dtype, 1, 128 if dtype == "uint8" else 0
    readers = (graph.Operators(i) for i in range(graph.OperatorsLength()))
    result = next(op.Outputs(0) for op in readers if op.Inputs(0) == index)
    quantized = graph.Tensors(result).Quantization()
    step = 64 if dtype == "int16" else quantized.Scale(0)
    return shape, dtype, step, -quantized.ZeroPoint(0) * step


def test_a_seed_is_one_graph(models: list[bytes]) -> None:
    assert [random_graph(seed) for seed in range(10)] == models[:10]
    assert len(set(models)) == len(models)


def test_graphs_do_not_depend_on_the_hash_seed(models: list[bytes]) -> None:
    code = (
        "import hashlib; from tools.random_graphs import random_graph;"
        "print(hashlib.sha256(b''.join(map(random_graph, range(5)))).hexdigest())"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": "7"},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = hashlib.sha256(b"".join(models[:5])).hexdigest()
    assert result.stdout.strip() == expected


def test_every_operator_appears(models: list[bytes]) -> None:
    """In graphs of everything, or, if it is rare, in those of its own entry."""
    found = sum(map(operators_of, models), Counter[str]())
    assert set(found) <= set(OPERATORS)
    assert len(found) > len(OPERATORS) / 2
    for entry in GENERATORS:
        rare = {name for name in entry.operators if found[name] < 3}
        graphs = (random_graph(seed, {"CONV_2D", *entry.operators}) for seed in SEEDS)
        while rare:
            rare -= set(operators_of(next(graphs)))


def test_every_operator_of_the_table_appears(models: list[bytes]) -> None:
    """In the first seeds; but TILE, which TFLite Micro's interpreter does not have."""
    missing = {entry.builtin for entry in OP_TABLE} | set(VARIABLE_OPERATORS)
    missing -= {"TILE", *sum(map(operators_of, models), Counter[str]())}
    for seed in range(len(models), FIRST_SEEDS):
        missing -= set(operators_of(random_graph(seed))) if missing else set()
    assert not missing


def test_graphs_are_small(models: list[bytes]) -> None:
    inputs, outputs = Counter[int](), Counter[int]()
    for model in models:
        assert MIN_OPERATORS <= operators_of(model).total() <= MAX_OPERATORS
        assert len(model) < 64 * 1024
        graph = subgraph(model)
        inputs[graph.InputsLength()] += 1
        outputs[graph.OutputsLength()] += 1
        for index in range(graph.TensorsLength()):
            shape = graph.Tensors(index).ShapeAsNumpy()
            assert np.prod(shape) <= MAX_ELEMENTS
    assert set(inputs) <= {1, 2, 3}
    assert set(outputs) == set(range(1, MAX_OUTPUTS + 1))


def test_every_tensor_is_used(models: list[bytes]) -> None:
    """Nothing is dead, constants included, and some output is also read inside."""
    read_outputs = 0
    for model in models:
        graph = subgraph(model)
        operators = [graph.Operators(i) for i in range(graph.OperatorsLength())]
        read = {int(t) for op in operators for t in op.InputsAsNumpy()}
        outputs = set(graph.OutputsAsNumpy().tolist())
        written = {int(t) for op in operators for t in op.OutputsAsNumpy()}
        assert outputs <= written
        assert set(range(graph.TensorsLength())) <= read | outputs
        assert set(graph.InputsAsNumpy().tolist()) <= read
        read_outputs += bool(outputs & read)
    assert read_outputs


@pytest.mark.parametrize("entry", GENERATORS, ids=lambda entry: entry.name)
def test_the_table_names_builtins(entry: Any) -> None:
    assert entry.operators <= set(OPERATORS)
    for name in entry.operators:
        assert hasattr(SCHEMA.BuiltinOperator, name)


@pytest.mark.parametrize(
    "operators",
    [
        {"CONV_2D"},
        {"CONV_2D", "DEPTHWISE_CONV_2D", "ADD"},
        {"FULLY_CONNECTED", "RESHAPE"},
        set(OPERATORS) - {"SOFTMAX", "MEAN"},
    ],
)
def test_operators_can_be_left_out(operators: set[str]) -> None:
    for seed in range(5):
        assert set(operators_of(random_graph(seed, operators))) <= operators


def test_wrong_operators() -> None:
    with pytest.raises(ValueError, match="unknown operators CONV"):
        random_graph(0, {"CONV"})
    with pytest.raises(ValueError, match="no graph can be made of SOFTMAX"):
        random_graph(0, {"SOFTMAX"})


def test_command_line(tmp_path: Path, models: list[bytes]) -> None:
    file = tmp_path / "graph.tflite"
    command = [sys.executable, "-m", "tools.random_graphs", "3", "-o", str(file)]
    root = Path(__file__).parent.parent
    result = subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=True
    )
    assert file.read_bytes() == models[3]
    for name, count in operators_of(models[3]).items():
        assert f"{count} {name}" in result.stdout


@pytest.mark.skipif(
    find_spec("tflite_micro") is None, reason="tflite-micro is not installed"
)
def test_tflite_micro_sees_no_degenerate_tensor(models: list[bytes]) -> None:
    tasks: list[tuple[bytes, list[int], list[Any]]] = []
    for model in models[:20]:
        graph = subgraph(model)
        variable = fold_constants(read_tflite(model)).operators
        outputs = [item.outputs[0] for item in variable if item.outputs]
        resource = SCHEMA.TensorType.RESOURCE
        tensors = [t for t in outputs if graph.Tensors(t).Type() != resource]
        inputs = [int(index) for index in graph.InputsAsNumpy()]
        tasks.append((model, tensors, [end_of(graph, index) for index in inputs]))
    result = subprocess.run(
        [sys.executable, "-c", RUN_GRAPHS],
        input=pickle.dumps(tasks),
        capture_output=True,
        check=True,
    )
    results = pickle.loads(result.stdout)
    for seed, ((_, tensors, _), arrays) in enumerate(zip(tasks, results, strict=True)):
        for tensor, values in zip(tensors, arrays, strict=True):
            where = f"seed {seed}, tensor {tensor}"
            few = min(8, -(-3 * values.shape[1] // 4))  # zeros of a pad among them
            if values.dtype == np.int32:
                few = 2  # places along an axis that may be short
            assert len(np.unique(values)) >= few, where
            assert (values.max(axis=0) > values.min(axis=0)).any(), where
