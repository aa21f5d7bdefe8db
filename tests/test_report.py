"""What `report.json` reads off the module, kernel by kernel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_models import classifier
from jsonschema import Draft202012Validator
from xdsl.dialects.builtin import (
    ArrayAttr,
    DictionaryAttr,
    IntegerAttr,
    StringAttr,
    i64,
)
from xdsl.ir import Attribute

from emitc.arena_reader import read_picture
from lowering.accesses import arena_and_function, kernels_of
from tinyts_dialect.tsbuf import KernelOp
from tools.compiler import Compiled, compile_path
from tools.options import resolve
from tools.report import report

SCHEMA = Path(__file__).resolve().parents[1] / "docs/schema/report.schema.json"


@pytest.fixture
def compiled(tmp_path: Path) -> Compiled:
    model = classifier(tmp_path / "chain.tflite")
    return compile_path(model, resolve(split_height=1))


def checked(compiled: Compiled) -> dict[str, Any]:
    """The report, which the schema allows."""
    found = report(compiled)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(found)
    return found


def kernels(compiled: Compiled) -> list[KernelOp]:
    return kernels_of(arena_and_function(compiled.placed)[1])


def number(value: int) -> IntegerAttr:
    return IntegerAttr(value, i64)


def test_nothing_noted(compiled: Compiled) -> None:
    found = checked(compiled)
    assert (found["stages"], found["recomputed_macs"]) == (1, 0)
    assert (found["scratch_bytes"], found["unsplit"]) == (0, [])


def test_stages_and_recomputed_macs(compiled: Compiled) -> None:
    for position, kernel in enumerate(kernels(compiled)):
        kernel.attributes["stage"] = number(2 * min(position, 3))
        if position % 2:
            kernel.attributes["recomputed_macs"] = number(10)
    found = checked(compiled)
    assert found["stages"] == 4
    assert found["recomputed_macs"] == found["kernel_calls"] // 2 * 10


@pytest.mark.parametrize("field", ["scratch", "accumulator", "middle"])
def test_scratch_at_the_peak(field: str, compiled: Compiled) -> None:
    """What the peak's kernel writes counts if it is scratch."""
    peak = read_picture(compiled.placed).peak_step
    assert peak is not None
    kernel = kernels(compiled)[peak]
    written = kernel.writes()[0]
    names = [StringAttr(field), *list(kernel.fields)[1:]]
    kernel.fields = ArrayAttr(names)
    found = checked(compiled)
    rows = written.last - written.first
    expected = 0 if field == "middle" else rows * written.table.image.row_bytes
    assert found["scratch_bytes"] == expected
    (entry,) = (b for b in found["buffers"] if b["first"] == peak)
    assert entry["slice"] is None


def test_numbers_of_the_planner(compiled: Compiled) -> None:
    arena = arena_and_function(compiled.placed)[0]
    assert arena.bytes is not None
    size = arena.bytes.value.data
    numbers = {
        "peak_live_bytes": size - size // 4,
        "lower_bound_bytes": size - 4,
        "proven_optimal": 1,
    }
    arena.plan = DictionaryAttr({k: number(v) for k, v in numbers.items()})
    found = checked(compiled)
    assert {name: found[name] for name in numbers} == numbers | {"proven_optimal": True}
    assert found["fragmentation"] == round(size // 4 / size, 6)


def test_live_bytes_of_layers_are_those_in_use(compiled: Compiled) -> None:
    found = checked(compiled)
    most = max(layer["live_bytes"] for layer in found["layers"])
    assert found["arena_bytes"] >= most >= found["peak_live_bytes"]


def unsplit(**fields: Attribute) -> DictionaryAttr:
    return DictionaryAttr(fields)


def test_what_stays_whole(compiled: Compiled) -> None:
    """Notes of no layer of the file, or without a reason, are left out."""
    kernel = next(k for k in kernels(compiled) if k.kernel.data == "softmax")
    layer, reason = kernel.layer, StringAttr("one row")
    compiled.placed.attributes["tinyts.unsplit"] = ArrayAttr(
        [
            unsplit(layer=number(9999), reason=reason),
            unsplit(layer=layer, reason=reason),
            unsplit(layer=layer),
            unsplit(reason=reason),
            unsplit(layer=reason, reason=reason),
            reason,
        ]
    )
    name = next(n["name"] for n in checked(compiled)["layers"] if n["op"] == "softmax")
    expected = {
        "layer": layer.value.data, "name": name, "op": "softmax", "reason": "one row"
    }  # fmt: skip
    assert checked(compiled)["unsplit"] == [expected]
    compiled.placed.attributes["tinyts.unsplit"] = reason
    assert checked(compiled)["unsplit"] == []
