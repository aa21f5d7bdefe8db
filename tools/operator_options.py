"""Reading the table of options of one operator of a file."""

from __future__ import annotations

from inspect import isfunction, signature
from typing import Protocol, TypeVar

import tflite
from flatbuffers.table import Table

from tools.tflite_file import DAMAGE, OperatorInfo


class _Options(Protocol):
    def Init(self, buf: bytes, pos: int) -> None: ...


OptionsT = TypeVar("OptionsT", bound=_Options)

_OPTION_TYPES: dict[str, int] = {
    name: value
    for name, value in vars(tflite.BuiltinOptions).items()
    if isinstance(value, int)
}
_NO_OPTIONS = Table(bytes((4, 0, 4, 0, 4, 0, 0, 0)), 4)
"""A table without fields: every option has the schema's default."""


class OptionsError(Exception):
    """The options are not those of the operator; the message says what to do."""


def options_of(operator: OperatorInfo, kind: type[OptionsT]) -> OptionsT:
    """The operator's options, read as the given table of the schema.

    An operator without options has the schema's defaults. Every option is read once
    here, so that a damaged table fails now: with an OptionsError.
    """
    table = operator.options
    kind_number = _OPTION_TYPES[kind.__name__]
    if operator.options_type == tflite.BuiltinOptions.NONE or table is None:
        table = _NO_OPTIONS
    elif operator.options_type != kind_number:
        raise OptionsError(
            "has the options of another operator; export the model again"
        )
    options = kind()
    try:
        options.Init(table.Bytes, table.Pos)
        for option in vars(kind).values():
            if isfunction(option) and len(signature(option).parameters) == 1:
                option(options)
    except DAMAGE as error:
        raise OptionsError(
            "its options are damaged; export the model again"
        ) from error
    return options
