"""What a graph can be made of, one file a family of operators.

Every file here defines `GENERATORS`, entries of `tools.random_graphs.table`. The files
are found by themselves: a new operator needs no entry elsewhere.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from tools.random_graphs.generator import Generator


def collected_generators() -> tuple[Generator, ...]:
    """The entries of all files, in the order of the files' names."""
    modules = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return tuple(
        generator
        for name in modules
        for generator in import_module(f"{__name__}.{name}").GENERATORS
    )
