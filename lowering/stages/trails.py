"""How closely the output of a part may follow the rows that it reads."""

from __future__ import annotations

from lowering.stages.graph import Graph, RowRange
from lowering.stages.units import Unit


def trail_of(
    graph: Graph, unit: Unit, part: int, operand: int, buffer: RowRange
) -> int | None:
    """Bytes by which the written slice must begin below a buffer that is read.

    The buffer holds the given rows of the operand. None where they may not overlap.
    """
    return None
