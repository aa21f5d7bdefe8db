"""The kernel variants, a file each; docs in `lowering/kernel_choice/kernel_variant.py`.

Every file here defines `KERNELS`, the portable kernels for which it stands, and
`propose(layer)`, which returns the `Proposal`s for the calls of one layer, none where
it does not apply. The files are found by themselves: a new variant needs no entry here.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module

from lowering.kernel_choice.kernel_variant import LayerCalls, Proposal

Propose = Callable[[LayerCalls], Iterable[Proposal]]


@cache
def variants(package: str = __name__) -> Mapping[str, tuple[Propose, ...]]:
    """Who proposes variants, by portable kernel: the modules of a package."""
    found: dict[str, tuple[Propose, ...]] = {}
    for info in pkgutil.iter_modules(import_module(package).__path__):
        module = import_module(f"{package}.{info.name}")
        for kernel in getattr(module, "KERNELS", ()):
            found[kernel] = (*found.get(kernel, ()), module.propose)
    return found
