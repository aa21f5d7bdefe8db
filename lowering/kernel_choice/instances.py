"""Names of functions that are instances of macros of the runtime.

`instance("dw_3x3", 1, 20)` is the function `dw_3x3__1_20`, which the macro
`TINYTS_DW_3X3(name, 1, 20)` of a header defines in the source of a model.
"""

from __future__ import annotations

from typing import NamedTuple

SEPARATOR = "__"

HEADERS = {
    "dw_3x3": "tinyts_dw_3x3",
    "dw_blocks": "tinyts_dw_blocks",
    "dw_compact": "tinyts_dw_compact",
    "panel_1x8_relu": "tinyts_panel_relu",
    "panel_2x4_relu": "tinyts_panel_relu",
    "panel_d2x4_relu": "tinyts_panel_relu",
    "panel_f2x4_relu": "tinyts_panel_relu",
    "panel_s2x4_relu": "tinyts_panel_relu",
}
"""The header of each macro, without `.h`."""


class Instance(NamedTuple):
    """One instance: the macro is `TINYTS_` and the family in capitals."""

    family: str
    numbers: tuple[int, ...]

    @property
    def header(self) -> str:
        """The header that defines the macro, without `.h`."""
        return HEADERS[self.family]


def instance(family: str, *numbers: int) -> str:
    """The function's name, without `tinyts_`; no number may be negative."""
    if family not in HEADERS or any(number < 0 for number in numbers):
        raise ValueError(f"there is no instance of {family} for {numbers}")
    return f"{family}{SEPARATOR}{'_'.join(map(str, numbers))}"


def parse_instance(name: str) -> Instance | None:
    """What a function's name is an instance of; None for a function of a file."""
    family, separator, numbers = name.partition(SEPARATOR)
    if not separator or family not in HEADERS:
        return None
    return Instance(family, tuple(map(int, numbers.split("_"))))
