"""`fold-slices`: a slice of joined slices is made of those that it needs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from xdsl.context import Context
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation, SSAValue
from xdsl.passes import ModulePass
from xdsl.transforms.dead_code_elimination import is_trivially_dead

from tinyts_dialect.ops.structure import ConcatOp, SliceOp
from tinyts_dialect.tensors import shape_of, whole_rect
from tinyts_dialect.windows import Rect


class Tiling:
    """The places of a concat's parts, by their first rows."""

    def __init__(self, places: Sequence[Rect]) -> None:
        ordered = sorted(enumerate(places), key=lambda item: item[1])
        self.places = ordered
        self.firsts = [place.y0 for _, place in ordered]
        self.ends = list(accumulate((place.y1 for _, place in ordered), max))

    def near(self, rect: Rect) -> list[tuple[int, Rect]]:
        """Places that may share rows with a rectangle, each with its part's number.

        In the order of the parts.
        """
        start = bisect_right(self.ends, rect.y0)
        stop = bisect_left(self.firsts, rect.y1)
        return sorted(self.places[start:stop])


class Tilings:
    """The tiling of every concat, made when it is first asked for."""

    def __init__(self) -> None:
        self._known: dict[ConcatOp, Tiling] = {}

    def of(self, concat: ConcatOp) -> Tiling:
        """The tiling of a concat."""
        if concat not in self._known:
            self._known[concat] = Tiling(concat.rects())
        return self._known[concat]


@dataclass
class Pieces:
    """What a slice is made of: values, or new slices of these, and their places."""

    tilings: Tilings
    values: list[SSAValue] = field(default_factory=list[SSAValue])
    places: list[Rect] = field(default_factory=list[Rect])
    slices: list[Operation] = field(default_factory=list[Operation])

    def add(self, value: SSAValue, rect: Rect, place: Rect) -> None:
        """Adds a rectangle of a value, through slices and concats."""
        owner = value.owner
        if rect == whole_rect(shape_of(value)):
            self._put(value, place)
        elif isinstance(owner, SliceOp):
            inner = owner.rect.data
            self.add(owner.input, rect.shifted(inner.y0, inner.x0), place)
        elif isinstance(owner, ConcatOp):
            down, right = place.y0 - rect.y0, place.x0 - rect.x0
            for index, part in self.tilings.of(owner).near(rect):
                common = part.intersection(rect)
                if common is not None:
                    inside = common.shifted(-part.y0, -part.x0)
                    target = common.shifted(down, right)
                    self.add(owner.operands[index], inside, target)
        else:
            self.slices.append(SliceOp(value, rect))
            self._put(self.slices[-1].results[0], place)

    def _put(self, value: SSAValue, place: Rect) -> None:
        self.values.append(value)
        self.places.append(place)


def _fold(op: SliceOp, tilings: Tilings) -> None:
    """Replaces a slice by what it is made of, if that is something else.

    What is sliced has been folded before.
    """
    if not isinstance(op.input.owner, SliceOp | ConcatOp):
        if op.rect.data == whole_rect(shape_of(op.input)):
            _replace(op, [], op.input)
        return
    pieces = Pieces(tilings)
    pieces.add(op.input, op.rect.data, whole_rect(shape_of(op.result)))
    if len(pieces.values) == 1:
        _replace(op, pieces.slices, pieces.values[0])
        return
    joined = ConcatOp(pieces.values, pieces.places, op.result.type)
    _replace(op, [*pieces.slices, joined], joined.result)


def _replace(op: SliceOp | ConcatOp, operations: list[Operation], by: SSAValue) -> None:
    op.parent_block().insert_ops_before(operations, op)
    for new in (*(new.results[0] for new in operations), by):
        new.name_hint = new.name_hint or op.result.name_hint
    op.result.replace_all_uses_with(by)
    op.detach()
    op.erase()


@dataclass(frozen=True)
class FoldSlices(ModulePass):
    """Folds `tinyts.slice` through slices and concats; what is dead is erased."""

    name = "fold-slices"

    def apply(self, ctx: Context, op: ModuleOp) -> None:
        tilings = Tilings()
        for inner in list(op.walk()):
            if isinstance(inner, ConcatOp) and len(inner.parts) == 1:
                _replace(inner, [], inner.parts[0])
            elif isinstance(inner, SliceOp):
                _fold(inner, tilings)
        for inner in reversed(list(op.walk())):
            if is_trivially_dead(inner):
                inner.detach()
                inner.erase()


PASS = FoldSlices
