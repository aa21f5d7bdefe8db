"""Comparing every tensor of the model file with the oracle's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from emitc.read_program import tensor_name
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.concatenation import ConcatenationOp
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.tensors import byte_image
from tools.compiler import Compiled
from tools.host_run import Record
from tools.report import imported_layers

Int8Array = npt.NDArray[np.int8]
Channels = Sequence[tuple[int, int | None]]


def compare_layers(
    compiled: Compiled,
    records: Sequence[Sequence[Record]],
    tensors: Mapping[int, npt.NDArray[np.generic]],
) -> list[dict[str, Any]]:
    """One entry for each tensor that an operator of the file computes, in its order.

    `records` are the slices of each run, `tensors` the oracle's by their index, with
    the leading axis = runs. Channels that the compiler removed are compared with the
    value that it says they have. Tensors inside fused kernels are not compared; see
    `with_fused_layers`.
    """
    removed = compiled.constant_channels
    recorded = _assemble(records)
    entries = [
        _entry(op, layer, recorded.get(layer), tensors[layer], removed.get(layer, ()))
        for op, layer in imported_layers(compiled)
    ]
    for entry in entries:
        if entry["index"] in compiled.fused_layers:
            entry["status"] = "fused"
    return entries


def with_fused_layers(
    layers: Sequence[dict[str, Any]], unfused: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The entries of a run; those of fused tensors as in a run without fused kernels.

    They stay `fused`, with the bytes that the other run has compared.
    """
    return [
        {**other, "status": "fused"} if entry["status"] == "fused" else entry
        for entry, other in zip(layers, unfused, strict=True)
    ]


Block = tuple[int, int]
"""A block of columns: the byte of a row where it begins, and its bytes of each row."""

RecordedRows = dict[int, list[Int8Array]]
"""Rows by their numbers, one array of bytes for each run."""


def _assemble(
    records: Sequence[Sequence[Record]],
) -> dict[int, dict[Block, RecordedRows]]:
    """The rows of each layer, by the columns that were recorded together."""
    layers: dict[int, dict[Block, RecordedRows]] = {}
    for number, run in enumerate(records):
        for record in run:
            block = record.start, record.rows.shape[1]
            rows = layers.setdefault(record.layer, {}).setdefault(block, {})
            for y in range(record.first, record.last):
                arrays = rows.setdefault(y, [])
                if len(arrays) == number:  # a copy of the layer repeats its rows
                    arrays.append(record.rows[y - record.first])
    return layers


def _entry(
    op: TensorOp,
    layer: int,
    blocks: dict[Block, RecordedRows] | None,
    expected: npt.NDArray[np.generic],
    removed: Channels,
) -> dict[str, Any]:
    entry = {
        "index": layer,
        "name": tensor_name(op),
        "op": op.name.removeprefix("tinyts.").upper(),
        "status": "compared",
        "bytes_compared": 0,
        "differing_bytes": None,
    }
    image = byte_image(op.output())
    stored = np.ascontiguousarray(expected).view(np.int8)
    oracle = stored.reshape(len(expected), *image)
    if blocks is None:
        moves_nothing = isinstance(op, ReshapeOp | ConcatenationOp)
        entry["status"] = "view" if moves_nothing else "folded"
        return entry
    kept = [c for c in range(image[2]) if c not in dict(removed)]
    constant = {c: value for c, value in removed if value is not None}
    differing = 0
    for (start, size), rows in blocks.items():
        ys = sorted(rows)
        found = np.stack([np.stack(rows[y]) for y in ys], axis=1)
        left, width = start // len(kept), size // len(kept)
        seen = oracle[:, ys, left : left + width]
        found = found.reshape(*found.shape[:2], width, len(kept))
        differing += int(np.count_nonzero(found != seen[..., kept]))
        for channel, value in constant.items():
            differing += int(np.count_nonzero(seen[..., channel] != value))
        entry["bytes_compared"] += int(found.size + seen[..., list(constant)].size)
    entry["differing_bytes"] = differing
    if removed:
        entry["status"] = "constant_channels"
    return entry
