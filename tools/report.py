"""`report.json`: what a compilation decided and what it costs."""

from __future__ import annotations

import json
from collections import Counter
from importlib.metadata import version
from typing import Any

from xdsl.dialects.builtin import ArrayAttr, DictionaryAttr, IntegerAttr, StringAttr
from xdsl.dialects.func import FuncOp

from emitc.arena_picture import ArenaPicture
from emitc.arena_reader import kernel_number, read_picture
from emitc.print_c import row_pitch
from emitc.read_program import tensor_name
from lowering.accesses import arena_and_function, kernels_of
from lowering.places.concatenation_places import UNNAMED
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.tensors import shape_of
from tinyts_dialect.tsbuf import KernelOp
from tools.compiler import Compiled

SCHEMA_VERSION = 1

UNSPLIT = "tinyts.unsplit"
"""Attribute of a module: dictionaries of a `layer` that is not cut and the `reason`."""


def report_text(compiled: Compiled) -> str:
    """The report as it is written to `report.json`."""
    return json.dumps(report(compiled), indent=1) + "\n"


def report(compiled: Compiled) -> dict[str, Any]:
    """The report, as `docs/schema/report.schema.json` describes it."""
    kernels = kernels_of(arena_and_function(compiled.placed)[1])
    picture = read_picture(compiled.placed)
    program = compiled.program
    layers = _layers(compiled, kernels, picture)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool_version": version("tinyts"),
        "model_sha256": compiled.model_sha256,
        "options": compiled.options.as_json(),
        "arena_bytes": program.arena_bytes,
        "persistent_bytes": program.persistent_bytes,
        "ram_bytes": program.ram_bytes,
        "input_bytes": sum(port.bytes for port in program.inputs),
        "output_bytes": sum(port.bytes for port in program.outputs),
        "peak_live_bytes": picture.peak_live_bytes,
        "lower_bound_bytes": picture.lower_bound_bytes,
        "proven_optimal": picture.proven_optimal,
        "fragmentation": round(picture.fragmentation, 6),
        "scratch_bytes": _scratch_bytes(picture),
        "weight_bytes": sum(item.array.nbytes for item in program.constants),
        "table_bytes": _table_bytes(compiled),
        "macs": sum(layer["macs"] for layer in layers),
        "recomputed_macs": recomputed_macs(compiled),
        "slices": sum(layer["slices"] for layer in layers),
        "kernel_calls": len(kernels),
        "stages": picture.stage_count,
        "layers": layers,
        "unsplit": _unsplit(compiled),
        "buffers": _buffers(picture),
    }


def recomputed_macs(compiled: Compiled) -> int:
    """Multiply-accumulates that a run does more than once."""
    kernels = kernels_of(arena_and_function(compiled.placed)[1])
    return sum(kernel_number(kernel, "recomputed_macs") for kernel in kernels)


def _scratch_bytes(picture: ArenaPicture) -> int:
    """Bytes of kernel scratch and accumulators that are alive at the peak."""
    return sum(
        part.size
        for part in picture.alive(picture.peak_step)
        if part.buffer.kind in ("scratch", "accumulator")
    )


def _table_bytes(compiled: Compiled) -> int:
    """Bytes of the tables of row offsets."""
    total = 0
    columns = [column for item in compiled.program.tiles for column in item.columns]
    for tensor in (*compiled.program.tensors, *columns):
        if row_pitch(tensor) is None:
            known = [offset for offset in tensor.row_offsets if offset is not None]
            wide = max(known) - min(known) >= 2**16
            total += len(tensor.row_offsets) * (4 if wide else 2)
    return total


def _layers(
    compiled: Compiled, kernels: list[KernelOp], picture: ArenaPicture
) -> list[dict[str, Any]]:
    """One entry for each tensor that an operator of the file computes."""
    slices = Counter(kernel.layer.value.data for kernel in kernels)
    variants = {
        k.layer.value.data: k.function for k in kernels if UNNAMED not in k.attributes
    }
    live: dict[int, int] = {}
    for kernel, in_use in zip(kernels, picture.occupied, strict=True):
        layer = kernel.layer.value.data
        live[layer] = max(live.get(layer, 0), in_use)
    return [
        {
            "name": tensor_name(op),
            "op": operator_name(op),
            "shape": list(shape_of(op.output())),
            "macs": op.macs(),
            "slices": slices.get(layer, 0),
            "live_bytes": live.get(layer, 0),
            "kernel_variant": variants.get(layer),
        }
        for op, layer in imported_layers(compiled)
    ]


def operator_name(op: TensorOp) -> str:
    """The operator as a report names it."""
    return op.name.removeprefix("tinyts.")


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


def _unsplit(compiled: Compiled) -> list[dict[str, Any]]:
    """Layers that stay whole, with the reason, as the passes noted them."""
    noted = compiled.placed.attributes.get(UNSPLIT)
    if not isinstance(noted, ArrayAttr):
        return []
    layers = {layer: op for op, layer in imported_layers(compiled)}
    entries: list[dict[str, Any]] = []
    for note in noted:
        fields = note.data if isinstance(note, DictionaryAttr) else {}
        layer, reason = fields.get("layer"), fields.get("reason")
        if not isinstance(layer, IntegerAttr) or not isinstance(reason, StringAttr):
            continue
        op = layers.get(layer.value.data)
        if op is not None:
            entries.append(
                {
                    "layer": layer.value.data,
                    "name": tensor_name(op),
                    "op": operator_name(op),
                    "reason": reason.data,
                }
            )
    return entries


def _buffers(picture: ArenaPicture) -> list[dict[str, Any]]:
    return [
        {
            "layer": buffer.name,
            "slice": buffer.slice,
            "offset": buffer.offset,
            "size": buffer.size,
            "first": min(buffer.first, picture.steps - 1),
            "last": min(buffer.last, picture.steps - 1),
        }
        for buffer in picture.buffers
    ]
