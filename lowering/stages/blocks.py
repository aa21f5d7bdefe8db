"""A simulated plan as the planner of the arena sees it: blocks and permissions."""

from __future__ import annotations

from lowering.arena.blocks import Block, Permission, Piece
from lowering.stages.graph import Graph
from lowering.stages.trace import Trace
from tinyts_dialect.ops.concatenation import ConcatenationOp


def blocks_of_trace(
    trace: Trace,
) -> tuple[tuple[Block, ...], tuple[Permission, ...]]:
    """The buffers in the order in which steps touch them, and who may lie over whom.

    They are those that `lowering.live_ranges` reads off the kernels of the same plan.
    """
    order = trace.in_order()
    number = {buffer: position for position, buffer in enumerate(order)}
    pieces = [trace.buffers[buffer].pieces() for buffer in order]
    blocks = tuple(
        Block(trace.buffers[buffer].bytes, tuple(Piece(*life) for life in found))
        for buffer, found in zip(order, pieces, strict=True)
    )
    permissions = tuple(
        Permission(number[writer], number[reader], trail)
        for writer, reader, trail in trace.permissions
        if any(
            life.last == trace.buffers[writer].birth for life in pieces[number[reader]]
        )
    )
    return blocks, permissions


def is_exact(graph: Graph) -> bool:
    """Whether a simulated plan of a graph has the buffers of its kernels, not more.

    Those that write a variable, and what lies inside the result of a concatenation,
    are known only once the kernels are there.
    """
    joins = any(isinstance(node.op, ConcatenationOp) for node in graph.nodes)
    return not graph.overwritten and not joins
