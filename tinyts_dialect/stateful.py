"""Operations that update variables of the network where these lie."""

from __future__ import annotations

import abc
from typing import NamedTuple

from xdsl.ir import OpResult, SSAValue

from tinyts_dialect.interfaces import TensorOp


class Update(NamedTuple):
    """A variable that an operation reads and gives a new value."""

    field: str
    """The kernel's name of it."""
    before: SSAValue
    after: OpResult


class StatefulOp(TensorOp):
    """An operation that takes variables of the network and returns their next values.

    It is pure; its kernel writes the new values over the old ones. So nothing else may
    read the old values.
    """

    @abc.abstractmethod
    def updates(self) -> tuple[Update, ...]:
        """The variables, in the order of the kernel's operands."""
