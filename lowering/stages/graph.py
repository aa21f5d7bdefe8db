"""The network as the stage planner sees it: tensors of rows, ops that read rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from xdsl.dialects.func import FuncOp, ReturnOp
from xdsl.ir import SSAValue
from xdsl.utils.exceptions import PassFailedException

from lowering.overlaps.walks import Walk
from lowering.variables import network_arguments, network_results, variables_of
from tinyts_dialect.interfaces import (
    NOTHING,
    SplittableOpInterface,
    TensorOp,
    WindowedOp,
    is_splittable,
)
from tinyts_dialect.ops.reshape import ReshapeOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import byte_image, image_shape, is_activation, shape_of
from tinyts_dialect.windows import Rect, Window


class RowRange(NamedTuple):
    """Rows first..last-1 of a tensor; none where both are equal."""

    first: int
    last: int


NO_ROWS = RowRange(0, 0)


class Place(Enum):
    """Where the bytes of a tensor are."""

    ARENA = "arena"
    """In the arena, every slice by itself, from its computation to its last use."""
    OUTPUT = "output"
    """In the arena, all rows together, until the end."""
    INPUT = "input"
    """In the arena, all rows together, from the start; each dies after its last use."""
    READ = "read"
    """In the arena, each row by itself, from the first kernel that needs it."""
    OUTSIDE = "outside"
    """Not in the arena: memory of the caller, or flash."""


@dataclass
class Tensor:
    """`height` rows of `row_bytes` bytes each."""

    index: int
    height: int
    width: int
    channels: int
    """Bytes of a pixel."""
    place: Place = Place.ARENA
    producer: int | None = None
    """The node that computes it; None for an input or a constant."""
    readers: list[int] = field(default_factory=list[int])
    returned: bool = False

    @property
    def row_bytes(self) -> int:
        return self.width * self.channels

    @property
    def bytes(self) -> int:
        return self.height * self.row_bytes


@dataclass
class Node:
    """An op with its activation operands."""

    index: int
    op: TensorOp
    output: int
    inputs: tuple[int, ...]
    row_reads: tuple[tuple[RowRange, ...], ...] | None
    """Of each operand the rows that each output row needs; None where the op cannot be
    split."""

    @property
    def layer(self) -> int:
        return -1 if self.op.layer is None else self.op.layer.value.data

    @property
    def splittable(self) -> bool:
        return self.row_reads is not None

    @property
    def is_reshape(self) -> bool:
        return isinstance(self.op, ReshapeOp)

    def reads(self, graph: Graph, operand: int, rows: RowRange) -> RowRange:
        """The rows of an operand that a call for rows of the output names."""
        tensor = graph.tensors[self.inputs[operand]]
        whole = RowRange(0, tensor.height)
        height = graph.tensors[self.output].height
        if self.row_reads is None or rows == (0, height):
            return whole
        needed = self.row_reads[operand]
        first, last = needed[rows.first], needed[rows.last - 1]
        if first == NO_ROWS or last == NO_ROWS:
            ranges = [r for r in needed[rows.first : rows.last] if r != NO_ROWS]
            if not ranges:
                return NO_ROWS
            first, last = ranges[0], ranges[-1]
        return RowRange(first.first, last.last)


@dataclass
class Graph:
    """A function of the `tinyts` dialect; nodes are in the order of the file."""

    tensors: list[Tensor] = field(default_factory=list[Tensor])
    nodes: list[Node] = field(default_factory=list[Node])
    copies: list[int] = field(default_factory=list[int])
    """Tensors that are copied into an output at the end."""
    overwritten: dict[int, int] = field(default_factory=dict[int, int])
    """The old value of the variable of which a tensor takes the place."""
    outputs: Place = Place.OUTSIDE
    """Where outputs are: OUTPUT or OUTSIDE."""
    values: list[SSAValue] = field(default_factory=list[SSAValue])
    """The value behind each tensor."""
    known_walks: dict[tuple[int, int], Walk | None] = field(
        default_factory=dict[tuple[int, int], "Walk | None"]
    )
    """Of the node that reads and the one that writes; equal but in fused pixels."""
    known_trails: dict[tuple[int, ...], int] = field(
        default_factory=dict[tuple[int, ...], int]
    )
    known_reads: dict[tuple[int, RowRange], list[tuple[int, RowRange]]] = field(
        default_factory=dict[tuple[int, RowRange], list[tuple[int, RowRange]]]
    )

    def reads(self, node: int, rows: RowRange) -> list[tuple[int, RowRange]]:
        """Tensors and their rows that a call for rows of a node's output reads."""
        known = self.known_reads.get((node, rows))
        if known is None:
            item = self.nodes[node]
            found = (
                (tensor, item.reads(self, operand, rows))
                for operand, tensor in enumerate(item.inputs)
            )
            known = [pair for pair in found if pair[1] != NO_ROWS]
            self.known_reads[node, rows] = known
        return known


def window_of(node: Node) -> Window:
    """The window of a node's op."""
    if not isinstance(node.op, WindowedOp):
        raise TypeError(f"{node.op.name} has no window")
    return node.op.get_window()


def read_graph(function: FuncOp, input: str, output: str) -> Graph:
    """The model of a function whose tensors are whole.

    `input` and `output` are the places as of `convert-tinyts-to-tsbuf`. Raises
    PassFailedException for what is already cut into slices.
    """
    return _Reader(input, output).read(function)


class _Reader:
    def __init__(self, input: str, output: str) -> None:
        self.graph = Graph()
        self.numbers: dict[SSAValue, int] = {}
        self.input = {
            "external": Place.OUTSIDE,
            "arena": Place.INPUT,
            "rows": Place.READ,
        }[input]
        if output == "arena":
            self.graph.outputs = Place.OUTPUT

    def read(self, function: FuncOp) -> Graph:
        block = function.body.block
        inputs = network_arguments(function)
        for argument in block.args:
            is_input = argument.index in inputs
            self._tensor(argument, self.input if is_input else Place.OUTSIDE)
        for op in block.ops:
            if isinstance(op, TensorOp):
                self._node(op)
            elif isinstance(op, ReturnOp):
                outputs = network_results(function)
                self._return([op.arguments[position] for position in outputs])
                for variable in variables_of(function):
                    self._keep(
                        op.arguments[variable.result], block.args[variable.argument]
                    )
            elif not isinstance(op, ConstantOp):
                raise PassFailedException(
                    f"plan-stages: {op.name} cannot be planned; run plan-stages on "
                    "whole tensors of the tinyts dialect, before split-height"
                )
        return self.graph

    def _tensor(self, value: SSAValue, place: Place) -> Tensor:
        tensor = Tensor(
            len(self.graph.tensors), *byte_image(value), place
        )
        self.graph.tensors.append(tensor)
        self.graph.values.append(value)
        self.numbers[value] = tensor.index
        return tensor

    def _node(self, op: TensorOp) -> None:
        node = Node(len(self.graph.nodes), op, -1, (), None)
        inputs: list[int] = []
        for value in op.operands:
            if not is_activation(value):
                continue
            if value not in self.numbers:  # a constant activation
                self._tensor(value, Place.OUTSIDE)
            number = self.numbers[value]
            inputs.append(number)
            readers = self.graph.tensors[number].readers
            if node.index not in readers:
                readers.append(node.index)
        tensor = self._tensor(op.output(), self._place_of(op, inputs))
        tensor.producer = node.index
        node.output, node.inputs = tensor.index, tuple(inputs)
        node.row_reads = _row_reads(op, tensor.height, self.graph, node.inputs)
        self.graph.nodes.append(node)

    def _place_of(self, op: TensorOp, inputs: Sequence[int]) -> Place:
        """Where a result is; a reshape of what is outside the arena is there too."""
        if isinstance(op, ReshapeOp) and inputs:
            if self.graph.tensors[inputs[0]].place is Place.OUTSIDE:
                return Place.OUTSIDE
        return Place.ARENA

    def _keep(self, value: SSAValue, old: SSAValue) -> None:
        """Has the next value of a variable computed, outside the arena."""
        owner = value.owner
        if not isinstance(owner, TensorOp):
            return
        tensor = self.graph.tensors[self.numbers[owner.output()]]
        tensor.returned = True
        if owner.output() is value:
            tensor.place = Place.OUTSIDE
            self.graph.overwritten[tensor.index] = self.numbers[old]
            self._write_variable(owner, self.numbers[old])

    def _write_variable(self, assignment: TensorOp, old: int) -> None:
        """What nothing else reads is written to the variable itself."""
        source = self.graph.tensors[self.numbers[assignment.operands[0]]]
        if source.producer is None or len(source.readers) > 1 or source.returned:
            return
        producer = self.graph.nodes[source.producer]
        inputs = [self.graph.tensors[number].producer for number in producer.inputs]
        if producer.is_reshape or any(
            number is None or self.graph.nodes[number].is_reshape for number in inputs
        ):
            return
        source.place = Place.OUTSIDE
        self.graph.overwritten[source.index] = old

    def _return(self, values: Sequence[SSAValue]) -> None:
        for value in values:
            number = self.numbers.get(value)
            if number is None:
                number = self._tensor(value, Place.OUTSIDE).index
            tensor = self.graph.tensors[number]
            if tensor.producer is None or tensor.returned:
                self.graph.copies.append(number)
                continue
            tensor.returned = True
            tensor.place = self.graph.outputs


def _row_reads(
    op: TensorOp, height: int, graph: Graph, inputs: Sequence[int]
) -> tuple[tuple[RowRange, ...], ...] | None:
    if not isinstance(op, SplittableOpInterface) or not is_splittable(op):
        return None
    width = image_shape(shape_of(op.output()))[1]
    needed: list[list[RowRange]] = [[] for _ in inputs]
    for y in range(height):
        rects = op.operand_rects(Rect(y, y + 1, 0, width))
        activations = [
            rect
            for value, rect in zip(op.operands, rects, strict=True)
            if is_activation(value)
        ]
        for rows, number, rect in zip(needed, inputs, activations, strict=True):
            if rect == NOTHING:
                rows.append(NO_ROWS)
            elif rect is None:
                rows.append(RowRange(0, graph.tensors[number].height))
            else:
                rows.append(RowRange(rect.y0, rect.y1))
    return tuple(tuple(rows) for rows in needed)
