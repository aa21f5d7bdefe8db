"""The output targets by name."""

from __future__ import annotations

from collections.abc import Callable

from xdsl.utils.target import Target


def _tinyts_c() -> type[Target]:
    from emitc.tinyts_c import TinyTSCTarget

    return TinyTSCTarget


def _mlir_elided() -> type[Target]:
    from emitc.mlir_elided import MLIRElidedTarget

    return MLIRElidedTarget


def _tinyts_memory() -> type[Target]:
    from emitc.tinyts_memory import TinyTSMemoryTarget

    return TinyTSMemoryTarget


def all_targets() -> dict[str, Callable[[], type[Target]]]:
    """Every target of the project, loaded when it is asked for."""
    return {
        "mlir-elided": _mlir_elided,
        "tinyts-c": _tinyts_c,
        "tinyts-memory": _tinyts_memory,
    }
