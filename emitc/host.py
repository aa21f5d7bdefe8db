"""The harness that runs a generated model on the host."""

from __future__ import annotations

from emitc.api import ApiPort, api_ports
from emitc.model_files import render, row_type
from emitc.program import Program
from emitc.project import RUNTIME

MIN_CANARY_BYTES = 64


def host_files(program: Program, record: bool) -> dict[str, str]:
    """The harness's files, by path; with `record`, it keeps what layers computed."""
    files = {"host_main.c": _main_text(program, record)}
    if record:
        for name in ("record.c", "record.h", "tinyts_record.h"):
            files[name] = (RUNTIME / "host" / name).read_text(encoding="utf-8")
        tiles = RUNTIME / "include" / "tinyts_tiles.h"
        files[f"kernels/{tiles.name}"] = tiles.read_text(encoding="utf-8")
    return files


def _main_text(program: Program, record: bool) -> str:
    inputs = api_ports(program, "input")
    outputs = api_ports(program, "output")
    return render(
        "host_main.c.j2",
        p=program,
        record=record,
        inputs=inputs,
        outputs=outputs,
        inputs_by_rows=inputs[0].rows is not None,
        arguments=invoke_arguments(inputs, outputs),
        row_type=row_type(program, inputs),
        canary_bytes=max(MIN_CANARY_BYTES, program.alignment),
    )


def invoke_arguments(inputs: list[ApiPort], outputs: list[ApiPort]) -> str:
    """What a harness hands to `N_invoke`, by the names that its template gives."""
    return ", ".join(_arguments("input", inputs) + _arguments("output", outputs))


def _arguments(direction: str, ports: list[ApiPort]) -> list[str]:
    if ports[0].offset is not None:
        return []
    if len(ports) == 1 and ports[0].rows is not None:
        return ["read_rows", "&source_0"]
    return [f"{direction}_0" if len(ports) == 1 else f"&{direction}s"]
