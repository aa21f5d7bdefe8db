"""The lowering of each operator to a kernel, one operator a file.

Every file here defines `OPERATION`, a class of the `tinyts` dialect, and
`lower(op, rows)`, which says how one op of that class is called. The files are found by
themselves: a new operator needs no entry here. Where a file says `TILES = True` there
is also a kernel `<kernel>_tiles` with the same fields, for tensors cut into tiles.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType

from lowering.calls.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.interfaces import TensorOp

Lowering = Callable[[TensorOp, CallRows], KernelSpec]


@cache
def _modules() -> tuple[ModuleType, ...]:
    return tuple(
        import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
    )


@cache
def lowerings() -> dict[type[TensorOp], Lowering]:
    """The lowering of every operation that has one."""
    return {module.OPERATION: module.lower for module in _modules()}


@cache
def takes_tiles(operation: type[TensorOp]) -> bool:
    """Whether an operation has a kernel for tensors that are cut into tiles."""
    return any(
        module.OPERATION is operation and getattr(module, "TILES", False)
        for module in _modules()
    )
