"""The JSON schemas say what the commands print: valid, closed, every key described."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "schema"
SCHEMAS: dict[str, dict[str, Any]] = {
    name: json.loads((FOLDER / f"{name}.schema.json").read_text())
    for name in ("run", "report", "explore", "check")
}

RUN: dict[str, Any] = {
    "schema_version": 1,
    "model": "ic.tflite",
    "runs": 5,
    "bytes_compared": 50,
    "differing_bytes": 0,
    "arena_bytes": 20480,
    "persistent_bytes": 0,
    "ram_bytes": 20480,
    "recomputed_macs": 0,
    "compile_seconds": 1.25,
}
ON_QEMU: dict[str, Any] = {
    "instructions": 12345678,
    "stack_bytes": 320,
    "text_bytes": 9000,
    "rodata_bytes": 80000,
    "data_bytes": 0,
    "bss_bytes": 20480,
}
LAYER: dict[str, Any] = {
    "index": 21,
    "name": "conv/Relu",
    "op": "CONV_2D",
    "status": "compared",
    "bytes_compared": 81920,
    "differing_bytes": 0,
}
REPORT: dict[str, Any] = {
    "schema_version": 1,
    "tool_version": "0.1.0",
    "model_sha256": "0" * 64,
    "options": {"optimize": "sram", "sram_limit": None, "recompute": 0},
    "arena_bytes": 20480,
    "persistent_bytes": 0,
    "ram_bytes": 20480,
    "input_bytes": 3072,
    "output_bytes": 10,
    "peak_live_bytes": 20000,
    "lower_bound_bytes": 20000,
    "proven_optimal": False,
    "fragmentation": 0.0234375,
    "scratch_bytes": 128,
    "weight_bytes": 77000,
    "table_bytes": 2000,
    "macs": 12501632,
    "recomputed_macs": 0,
    "slices": 100,
    "kernel_calls": 100,
    "stages": 2,
    "layers": [
        {
            "name": "conv/Relu",
            "op": "CONV_2D",
            "shape": [1, 32, 32, 16],
            "macs": 442368,
            "slices": 32,
            "live_bytes": 4096,
            "kernel_variant": None,
        }
    ],
    "unsplit": [
        {
            "layer": 21,
            "name": "conv/Relu",
            "op": "conv_2d",
            "reason": "its one output row needs every input row",
        }
    ],
    "buffers": [
        {
            "layer": "conv/Relu",
            "slice": 0,
            "offset": 0,
            "size": 512,
            "first": 0,
            "last": 3,
        }
    ],
}
EXPLORE: dict[str, Any] = {
    "schema_version": 1,
    "tool_version": "0.1.0",
    "model": "ic.tflite",
    "points": [
        {
            "arena_bytes": 10752,
            "estimated_instructions": 20000000,
            "kernel_calls": 227,
            "description": "1 row, depth first",
            "schedule": {"split_height": 1, "exec_order": "df", "sram_limit": None},
            "on_frontier": True,
        }
    ],
}
CHECK: dict[str, Any] = {
    "schema_version": 1,
    "model": "ic.tflite",
    "supported": True,
    "reasons": [],
    "whole_tensor_bytes": 49152,
    "tflm_arena_bytes": 54948,
    "arena_bytes": 8736,
    "persistent_bytes": 0,
    "ram_bytes": 8736,
    "lower_bound_bytes": 8736,
    "flash_bytes": 100000,
    "boards": ["nucleo_f767zi"],
}
VALID: list[tuple[str, dict[str, Any]]] = [
    ("run", RUN),
    ("run", RUN | {"bytes_compared": 0, "differing_bytes": None}),
    ("run", RUN | {"differing_bytes": 3}),
    ("run", RUN | ON_QEMU),
    ("run", RUN | {"layers": [LAYER]}),
    ("run", RUN | ON_QEMU | {"layers": [LAYER | {"instructions": 9}]}),
    ("run", {"schema_version": 1, "model": "x", "error": "x: not a TFLite model"}),
    ("report", REPORT),
    ("explore", EXPLORE),
    ("check", CHECK),
    ("check", CHECK | {"supported": False, "reasons": ["why"], "arena_bytes": None}),
]


def errors(name: str, document: dict[str, Any]) -> list[str]:
    validator: Any = Draft202012Validator(SCHEMAS[name])
    return [error.message for error in validator.iter_errors(document)]


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object schema with named properties inside a schema."""
    if isinstance(schema, list):
        for item in cast(list[Any], schema):
            yield from objects(item)
    if not isinstance(schema, dict):
        return
    mapping = cast(dict[str, Any], schema)
    if "properties" in mapping:
        yield mapping
    for item in mapping.values():
        yield from objects(item)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_valid(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["properties"]["schema_version"]["const"] == 1


@pytest.mark.parametrize("name", SCHEMAS)
def test_objects_are_closed_and_described(name: str) -> None:
    for schema in objects(SCHEMAS[name]):
        assert schema["additionalProperties"] is False
        assert set(schema["required"]) <= set(schema["properties"])
        for key, value in schema["properties"].items():
            assert value.get("description"), key


@pytest.mark.parametrize(("name", "document"), VALID)
def test_examples_are_valid(name: str, document: dict[str, Any]) -> None:
    assert errors(name, document) == []


@pytest.mark.parametrize("key", RUN)
def test_run_needs_its_keys(key: str) -> None:
    assert errors("run", {k: v for k, v in RUN.items() if k != key})


@pytest.mark.parametrize("key", ON_QEMU)
def test_run_on_qemu_needs_all_its_keys(key: str) -> None:
    document = RUN | ON_QEMU
    del document[key]
    assert errors("run", document)


@pytest.mark.parametrize("key", LAYER)
def test_run_layer_needs_its_keys(key: str) -> None:
    layer = {k: v for k, v in LAYER.items() if k != key}
    assert errors("run", RUN | {"layers": [layer]})


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": 2},
        {"extra": 1},
        {"runs": -1},
        {"arena_bytes": None},
        {"arena_bytes": 1.5},
        {"error": "two\nlines"},
        {"layers": [LAYER | {"status": "skipped"}]},
        {"layers": [LAYER | {"extra": 1}]},
    ],
)
def test_run_rejects(change: dict[str, Any]) -> None:
    assert errors("run", RUN | change)


@pytest.mark.parametrize("key", REPORT)
def test_report_needs_its_keys(key: str) -> None:
    assert errors("report", {k: v for k, v in REPORT.items() if k != key})


@pytest.mark.parametrize("part", ["layers", "unsplit", "buffers"])
def test_report_parts_need_their_keys_and_no_others(part: str) -> None:
    for key in REPORT[part][0]:
        document = copy.deepcopy(REPORT)
        del document[part][0][key]
        assert errors("report", document), key
    document = copy.deepcopy(REPORT)
    document[part][0]["extra"] = 1
    assert errors("report", document)


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"model_sha256": "0" * 63},
        {"fragmentation": 1.5},
        {"options": {"colour": "red"}},
        {"options": {"input": ["external"]}},
        {"stages": "2"},
        {"unsplit": [REPORT["unsplit"][0] | {"reason": "two\nlines"}]},
        {"unsplit": [REPORT["unsplit"][0] | {"reason": ""}]},
    ],
)
def test_report_rejects(change: dict[str, Any]) -> None:
    assert errors("report", REPORT | change)


@pytest.mark.parametrize("key", CHECK)
def test_check_needs_its_keys(key: str) -> None:
    assert errors("check", {k: v for k, v in CHECK.items() if k != key})


@pytest.mark.parametrize(
    "change",
    [{"extra": 1}, {"reasons": ["two\nlines"]}, {"boards": [""]}, {"ram_bytes": -1}],
)
def test_check_rejects(change: dict[str, Any]) -> None:
    assert errors("check", CHECK | change)


@pytest.mark.parametrize("key", EXPLORE)
def test_explore_needs_its_keys(key: str) -> None:
    assert errors("explore", {k: v for k, v in EXPLORE.items() if k != key})


@pytest.mark.parametrize("key", EXPLORE["points"][0])
def test_explore_points_need_their_keys(key: str) -> None:
    point = {k: v for k, v in EXPLORE["points"][0].items() if k != key}
    assert errors("explore", EXPLORE | {"points": [point]})


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"points": []},
        {"points": [EXPLORE["points"][0] | {"extra": 1}]},
        {"points": [EXPLORE["points"][0] | {"arena_bytes": -1}]},
        {"points": [EXPLORE["points"][0] | {"description": "two\nlines"}]},
        {"points": [EXPLORE["points"][0] | {"schedule": {"cuts": [1]}}]},
    ],
)
def test_explore_rejects(change: dict[str, Any]) -> None:
    assert errors("explore", EXPLORE | change)
