"""The operations of the `tinyts` dialect, one operator a file.

Every file in this folder is found by itself: a new operator needs no entry here.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from xdsl.ir import Operation


def all_operations() -> tuple[type[Operation], ...]:
    """Every operation class that a module of this package lists in `OPERATIONS`."""
    modules = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return tuple(
        operation
        for name in modules
        for operation in import_module(f"{__name__}.{name}").OPERATIONS
    )
