"""What a stage may fuse and stream: the conditions of the passes that do it."""

from __future__ import annotations

from xdsl.ir import SSAValue

from lowering.fuse_rows import FusionError, consumer_of
from lowering.stream_reductions import StreamError, reduction_of
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.tensors import shape_of


def is_fusible(op: TensorOp, how: str) -> bool:
    """Whether `fuse-rows` can fuse the op with its only reader."""
    try:
        consumer_of(op, how)
    except FusionError:
        return False
    return True


def reduction_input(op: TensorOp) -> SSAValue | None:
    """The image of at least two rows that `stream-reductions` consumes by rows."""
    try:
        source = reduction_of(op).input
    except StreamError:
        return None
    return source if shape_of(source)[1] > 1 else None
