"""`report.json`: what a compilation decided and what it costs."""

from __future__ import annotations

import json
from collections import Counter
from importlib.metadata import version
from typing import Any

import numpy as np
from xdsl.dialects.builtin import IntegerAttr
from xdsl.dialects.func import FuncOp

from emitc.print_c import row_pitch
from emitc.program import tensor_name
from lowering.accesses import arena_and_function, kernels_of, touched
from lowering.live_ranges import Lifetime, lifetimes
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.tensors import shape_of
from tinyts_dialect.tsbuf import ArenaOp, BufferOp, KernelOp
from tools.compiler import Compiled

SCHEMA_VERSION = 1


def report_text(compiled: Compiled) -> str:
    """The report as it is written to `report.json`."""
    return json.dumps(report(compiled), indent=1) + "\n"


def report(compiled: Compiled) -> dict[str, Any]:
    """The report, as `docs/schema/report.schema.json` describes it."""
    arena, function = arena_and_function(compiled.placed)
    kernels = kernels_of(function)
    lives = lifetimes(function)
    program = compiled.program
    peak = _plan_number(arena, "peak_live_bytes")
    layers = _layers(compiled, kernels, lives)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool_version": version("tinyts"),
        "model_sha256": compiled.model_sha256,
        "options": compiled.options.as_json(),
        "arena_bytes": program.arena_bytes,
        "persistent_bytes": 0,
        "ram_bytes": program.arena_bytes,
        "input_bytes": sum(int(np.prod(port.shape)) for port in program.inputs),
        "output_bytes": sum(int(np.prod(port.shape)) for port in program.outputs),
        "peak_live_bytes": peak,
        "lower_bound_bytes": peak,
        "proven_optimal": program.arena_bytes == peak,
        "fragmentation": _fragmentation(program.arena_bytes, peak),
        "scratch_bytes": 0,
        "weight_bytes": sum(item.array.nbytes for item in program.constants),
        "table_bytes": _table_bytes(compiled),
        "macs": sum(layer["macs"] for layer in layers),
        "recomputed_macs": 0,
        "slices": sum(layer["slices"] for layer in layers),
        "kernel_calls": len(kernels),
        "stages": 1,
        "layers": layers,
        "buffers": _buffers(compiled, kernels, lives),
    }


def _plan_number(arena: ArenaOp, name: str) -> int:
    value = arena.plan.data.get(name) if arena.plan else None
    return value.value.data if isinstance(value, IntegerAttr) else 0


def _fragmentation(arena_bytes: int, peak: int) -> float:
    return round((arena_bytes - peak) / arena_bytes, 6) if arena_bytes else 0.0


def _table_bytes(compiled: Compiled) -> int:
    """Bytes of the tables of row offsets."""
    total = 0
    for tensor in compiled.program.tensors:
        if row_pitch(tensor) is None:
            known = [offset for offset in tensor.row_offsets if offset is not None]
            wide = max(known) - min(known) >= 2**16
            total += len(tensor.row_offsets) * (4 if wide else 2)
    return total


def _layers(
    compiled: Compiled, kernels: list[KernelOp], lives: dict[BufferOp, Lifetime]
) -> list[dict[str, Any]]:
    """One entry for each tensor that an operator of the file computes."""
    slices = Counter(kernel.layer.value.data for kernel in kernels)
    variants = {k.layer.value.data: k.kernel.data for k in kernels}
    live = _live_bytes(kernels, lives, compiled.program.alignment)
    return [
        {
            "name": tensor_name(op),
            "op": op.name.removeprefix("tinyts."),
            "shape": list(shape_of(op.output())),
            "macs": op.macs(),
            "slices": slices.get(layer, 0),
            "live_bytes": live.get(layer, 0),
            "kernel_variant": variants.get(layer),
        }
        for op, layer in imported_layers(compiled)
    ]


def imported_layers(compiled: Compiled) -> list[tuple[TensorOp, int]]:
    """The operations of the imported network with the number of their tensor."""
    function = next(
        op for op in compiled.imported.body.block.ops if isinstance(op, FuncOp)
    )
    return [
        (op, op.layer.value.data)
        for op in function.body.block.ops
        if isinstance(op, TensorOp) and op.layer is not None
    ]


def _live_bytes(
    kernels: list[KernelOp], lives: dict[BufferOp, Lifetime], alignment: int
) -> dict[int, int]:
    """Largest sum of live bytes while a layer's kernel runs."""
    change = np.zeros(len(kernels) + 2, np.int64)
    for buffer, lifetime in lives.items():
        size = -(-buffer.image.bytes // alignment) * alignment
        change[lifetime.first] += size
        change[max(lifetime.last_uses.values()) + 1] -= size
    live = np.cumsum(change)
    most: dict[int, int] = {}
    for step, kernel in enumerate(kernels):
        layer = kernel.layer.value.data
        most[layer] = max(most.get(layer, 0), int(live[step]))
    return most


def _buffers(
    compiled: Compiled, kernels: list[KernelOp], lives: dict[BufferOp, Lifetime]
) -> list[dict[str, Any]]:
    writers: dict[BufferOp, tuple[str, int]] = {}
    slices: Counter[int] = Counter()
    for kernel in kernels:
        layer = kernel.layer.value.data
        for access in kernel.writes():
            for buffer, _, _ in touched(access):
                if isinstance(buffer, BufferOp) and buffer not in writers:
                    writers[buffer] = (tensor_name(kernel), slices[layer])
        slices[layer] += 1
    entries: list[dict[str, Any]] = []
    for buffer, lifetime in lives.items():
        port = buffer.port.data.name if buffer.port is not None else ""
        name, number = writers.get(buffer, (port, None))
        entries.append(
            {
                "layer": name,
                "slice": number,
                "offset": buffer.placed_offset(),
                "size": buffer.image.bytes,
                "first": lifetime.first,
                "last": min(max(lifetime.last_uses.values()), len(kernels) - 1),
            }
        )
    return entries
