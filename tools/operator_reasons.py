"""All reasons why a model file cannot be imported, not the first one alone."""

from __future__ import annotations

import re
from dataclasses import replace

from tools.import_tflite import import_file
from tools.tflite_file import TFLiteError, TFLiteFile, read_tflite

MAX_REASONS = 50
"""Reasons after which the rest is not looked at."""


def import_reasons(data: bytes) -> list[str]:
    """Why a file cannot be imported, one line each; none where it can.

    An operator that cannot be read is taken out and its results become inputs, so that
    those after it are looked at too.
    """
    try:
        file = read_tflite(data)
    except TFLiteError as error:
        return [str(error)]
    reasons: list[str] = []
    while len(reasons) < MAX_REASONS:
        try:
            import_file(file, "checked")
        except TFLiteError as error:
            number = _operator_of(str(error))
            if number is not None or not reasons:  # else it follows from those
                reasons.append(str(error))
            smaller = None if number is None else _without(file, number)
            if smaller is None:
                break
            file = smaller
        else:
            break
    return reasons


def _operator_of(text: str) -> int | None:
    """The number of the operator that an error names."""
    found = re.match(r"operator (\d+) ", text)
    return None if found is None else int(found[1])


def _without(file: TFLiteFile, number: int) -> TFLiteFile | None:
    """The file without an operator, whose results are inputs; None if it has none."""
    found = [op for op in file.operators if op.index == number]
    if len(found) != 1:
        return None
    outputs = tuple(i for i in found[0].outputs if i not in file.inputs)
    return replace(
        file,
        operators=tuple(op for op in file.operators if op.index != number),
        inputs=(*file.inputs, *outputs),
    )
