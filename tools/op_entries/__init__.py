"""Entries of the op table, one file a family of operators.

Every file here defines `ENTRIES`. The files are found by themselves: a new operator
needs no entry elsewhere.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from tools.operator_entry import OperatorEntry


def collected_entries() -> tuple[OperatorEntry, ...]:
    """The entries of all files, in the order of the files' names."""
    modules = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return tuple(
        entry
        for name in modules
        for entry in import_module(f"{__name__}.{name}").ENTRIES
    )
