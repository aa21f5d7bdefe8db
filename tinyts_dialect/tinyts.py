"""The `tinyts` dialect: a quantized network whose values are tensors."""

from __future__ import annotations

from xdsl.ir import Dialect

from tinyts_dialect.attributes import (
    ClampAttr,
    ConstantChannelsAttr,
    PadsAttr,
    PairAttr,
    QuantAttr,
    RectAttr,
    WindowAttr,
)
from tinyts_dialect.ops import all_operations

TinyTS = Dialect(
    "tinyts",
    all_operations(),
    [
        ClampAttr,
        ConstantChannelsAttr,
        PadsAttr,
        PairAttr,
        QuantAttr,
        RectAttr,
        WindowAttr,
    ],
)
