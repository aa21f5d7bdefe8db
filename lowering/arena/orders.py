"""The orders in which blocks are placed one after another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lowering.arena.blocks import Block
from lowering.arena.conflicts import Conflicts, Ints


def by_size(blocks: Sequence[Block]) -> Ints:
    """Largest first, equal sizes in the blocks' own order, as TFLite Micro plans."""
    return _largest_first([block.size for block in blocks])


def all_orders(blocks: Sequence[Block], conflicts: Conflicts) -> dict[str, Ints]:
    """Every order by its name; the blocks' own order decides between equals."""
    steps = [
        (min(p.first for p in block.pieces), max(p.last for p in block.pieces))
        if block.pieces
        else (0, 0)
        for block in blocks
    ]
    area = [
        sum(p.size * (p.last - p.first + 1) for p in block.pieces) for block in blocks
    ]
    return {
        "size": by_size(blocks),
        "area": _largest_first(area),
        "pressure": _largest_first(pressure(conflicts)),
        "lifetime": _largest_first([last - first for first, last in steps]),
        "start": _largest_first([-first for first, _ in steps]),
        "end": _largest_first([last for _, last in steps]),
    }


def pressure(conflicts: Conflicts) -> Ints:
    """Size times the number of blocks it must avoid: how hard a block is to place."""
    neighbours = np.array([len(other) for other in conflicts.others], np.int64)
    return conflicts.sizes * neighbours


def _largest_first(key: Sequence[int] | Ints) -> Ints:
    return np.argsort(-np.asarray(key, np.int64), kind="stable")
