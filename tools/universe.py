"""Entry point `xdsl.universe`: what plain `xdsl-opt` sees of TinyTS."""

from __future__ import annotations

from xdsl.ir import Dialect
from xdsl.universe import Universe

from emitc.targets import all_targets
from lowering.pipelines import all_passes


def _tinyts() -> Dialect:
    from tinyts_dialect.tinyts import TinyTS

    return TinyTS


def _tsbuf() -> Dialect:
    from tinyts_dialect.tsbuf import TSBuf

    return TSBuf


TINYTS_UNIVERSE = Universe(
    all_dialects={"tinyts": _tinyts, "tsbuf": _tsbuf},
    all_passes=all_passes(),
    all_targets=all_targets(),
)
