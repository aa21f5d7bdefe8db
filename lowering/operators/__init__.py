"""The lowering of each operator to a kernel, one operator a file.

Every file here defines `OPERATION`, a class of the `tinyts` dialect, and
`lower(op, rows)`, which says how one op of that class is called. The files are found by
themselves: a new operator needs no entry here.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from functools import cache
from importlib import import_module

from lowering.kernel_spec import CallRows, KernelSpec
from tinyts_dialect.interfaces import TensorOp

Lowering = Callable[[TensorOp, CallRows], KernelSpec]


@cache
def lowerings() -> dict[type[TensorOp], Lowering]:
    """The lowering of every operation that has one."""
    modules = [
        import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
    ]
    return {module.OPERATION: module.lower for module in modules}
