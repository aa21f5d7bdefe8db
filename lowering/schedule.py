"""`schedule`: the order in which the slices of a network are computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Block, Operation
from xdsl.passes import ModulePass
from xdsl.traits import IsTerminator
from xdsl.utils.exceptions import PassFailedException

ORDERS = ("df", "bf")


def breadth_first(operations: Sequence[Operation]) -> list[Operation]:
    """Layer by layer: the order of the file, every slice of a layer after the other."""
    return list(operations)


def depth_first(operations: Sequence[Operation]) -> list[Operation]:
    """On demand: an op comes right before the first op that needs its result.

    Starting from the last op, operands are computed in their own order; so slice 0 of
    the output pulls through the network the rows that it needs, then slice 1, ...
    Operations whose result nobody reads keep their place at the end.
    """
    ordered: list[Operation] = []
    done: set[Operation] = set()
    waiting: set[Operation] = set()
    inside = set(operations)
    roots = [op for op in operations if not any(r.uses for r in op.results)]
    for root in roots:
        stack: list[tuple[Operation, int]] = [(root, 0)]
        while stack:
            op, position = stack.pop()
            if op in done:
                continue
            missing = None
            while missing is None and position < len(op.operands):
                producer = op.operands[position].owner
                if producer in inside and producer not in done:
                    missing = producer
                position += 1
            if not isinstance(missing, Operation):
                done.add(op)
                ordered.append(op)
                continue
            if missing in waiting:
                raise PassFailedException(f"schedule: {op.name} needs its own result")
            waiting.add(op)
            stack.append((op, position))
            stack.append((missing, 0))
    return ordered


def reorder(block: Block, order: Sequence[Operation]) -> None:
    """Puts the operations of a block, but for its terminator, into the given order."""
    for op in order:
        op.detach()
    terminator = block.last_op
    if terminator is None:
        block.add_ops(order)
    else:
        block.insert_ops_before(order, terminator)


@dataclass(frozen=True)
class Schedule(ModulePass):
    """Orders the ops of every function: depth first (df) or breadth first (bf)."""

    name = "schedule"

    order: str = "df"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        if self.order not in ORDERS:
            raise PassFailedException(
                f"schedule: order '{self.order}' is not one of {', '.join(ORDERS)}"
            )
        for function in op.walk():
            if not isinstance(function, FuncOp):
                continue
            for block in function.body.blocks:
                self._schedule(block)

    def _schedule(self, block: Block) -> None:
        terminator = block.last_op
        if self.order == "bf" or terminator is None:
            return
        operations = list(block.ops)
        if not terminator.has_trait(IsTerminator):
            reorder(block, depth_first(operations))
            return
        ordered = depth_first(operations)
        reorder(block, [op for op in ordered if op is not terminator])


PASS = Schedule
