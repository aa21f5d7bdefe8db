"""Text of C declarations and statements. It formats; it decides nothing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from emitc.program import Constant, Initializer, Layer, Program, Tensor, Tiles, Variable
from emitc.roll import Call, Loop, Node, roll
from lowering.kernel_choice.instances import Instance
from tinyts_dialect.tsbuf import Port

C_TYPES = {"int8": "int8_t", "int16": "int16_t", "int32": "int32_t"}
LINE_WIDTH = 96
INDENT = "    "
INT32_MIN_TEXT = "(-2147483647 - 1)"

Readers: TypeAlias = Mapping[Port, str]
NO_READERS: Readers = MappingProxyType({})


def constant(item: Constant) -> str:
    """An array definition."""
    values = [_integer(value) for value in item.array.tolist()]
    body = _values(values)
    type_ = C_TYPES[item.array.dtype.name]
    return (
        f"static const {type_} {item.name}[{len(values)}] = {{\n{body}\n}};"
    )


def initial_value(item: Variable) -> str:
    """The array that a reset copies into a variable."""
    values = np.zeros(0, np.int8) if item.initial is None else item.initial
    return constant(Constant(f"initial_{item.number}", values))


def reset(item: Variable, memory: str) -> str:
    """The statement that gives a variable its initial value."""
    place = f"{memory} + {item.offset}"
    note = f" /* {comment(item.name)} */"
    if item.initial is None:
        return f"    memset({place}, {item.zero}, {item.bytes});{note}"
    return f"    memcpy({place}, initial_{item.number}, {item.bytes});{note}"


def _values(values: Iterable[str]) -> str:
    """The body of an array, as many values a line as fit."""
    lines: list[list[str]] = [[]]
    length = len(INDENT)
    for value in values:
        if length + len(value) >= LINE_WIDTH:  # the comma counts
            lines.append([])
            length = len(INDENT)
        lines[-1].append(value)
        length += len(value) + len(", ")
    return ",\n".join(INDENT + ", ".join(line) for line in lines)


def _integer(value: int) -> str:
    return INT32_MIN_TEXT if value == -(2**31) else str(value)


def tensor(item: Tensor) -> str:
    """A `tinyts_tensor`, and its table of rows where rows are not evenly spaced."""
    table, fields = _described(item)
    text = f"static const tinyts_tensor {item.name} = {initializer(fields)};"
    return "\n".join([*table, _wrapped(text)])


def tiles(item: Tiles) -> str:
    """A `tinyts_tiles` with its columns."""
    described = [_described(column) for column in item.columns]
    columns = ", ".join(initializer(fields) for _, fields in described)
    borders = ", ".join(map(str, item.borders))
    fields: dict[str, Initializer] = {
        "columns": f"columns_of_{item.name}",
        "borders": f"borders_of_{item.name}",
        "count": len(item.columns),
    }
    lines = [line for table, _ in described for line in table]
    lines += map(
        _wrapped,
        (
            f"static const tinyts_tensor columns_of_{item.name}[] = {{{columns}}};",
            f"static const uint16_t borders_of_{item.name}[] = {{{borders}}};",
            f"static const tinyts_tiles {item.name} = {initializer(fields)};",
        ),
    )
    return "\n".join(lines)


def _described(item: Tensor) -> tuple[list[str], dict[str, Initializer]]:
    """The fields of a `tinyts_tensor`, after its table of rows if it needs one."""
    known = [offset for offset in item.row_offsets if offset is not None] or [0]
    fields: dict[str, Initializer] = {
        "offset": min(known),
        "pixel_pitch": item.pixel_pitch,
        "memory": item.memory,
        "height": item.image.height,
        "width": item.image.width,
        "channels": item.image.channels,
    }
    pitch = row_pitch(item)
    if pitch is not None:
        return [], fields | {"row_pitch": pitch, "layout": "TINYTS_ROWS_PITCH"}
    bits = 16 if max(known) - min(known) < 2**16 else 32
    entries = (
        str(0 if offset is None else offset - min(known))
        for offset in item.row_offsets
    )
    table = (
        f"static const uint{bits}_t rows_of_{item.name}[] = {{\n{_values(entries)}\n}};"
    )
    layout = f"TINYTS_ROWS_TABLE{bits}"
    return [table], fields | {"rows": f"rows_of_{item.name}", "layout": layout}


def row_pitch(item: Tensor) -> int | None:
    """The distance of rows, where row 0 exists and all are equally far apart.

    Of a tensor without rows it does not matter.
    """
    offsets = item.row_offsets
    if len(offsets) == 1 or all(offset is None for offset in offsets):
        return item.image.row_bytes
    if len(set(offsets) - {None}) == 1:  # scratch: every call's at the same place
        return 0
    if any(offset is None for offset in offsets):
        return None
    steps = {
        int(step) for step in np.diff(np.array(offsets, np.int64))
    }
    step = steps.pop()
    return step if not steps and step > 0 else None


def initializer(fields: Mapping[str, Initializer]) -> str:
    """A designated initializer."""
    parts = [f".{name} = {_value(value)}" for name, value in fields.items()]
    return "{" + ", ".join(parts) + "}"


def _value(value: Initializer) -> str:
    if isinstance(value, int):
        return _integer(value)
    return value if isinstance(value, str) else initializer(value)


def instance(name: str, item: Instance) -> str:
    """The definition of a function by a macro of the runtime."""
    numbers = ", ".join(map(str, item.numbers))
    return _wrapped(f"TINYTS_{item.family.upper()}(tinyts_{name}, {numbers})")


def layer(item: Layer) -> str:
    """The constant structure of a layer."""
    lines = [f"/* {item.kernel} of tensor {item.layer}: {comment(item.comment)} */"]
    for name, tensors in item.arrays.items():
        pointers = ", ".join(f"&{tensor_}" for tensor_ in tensors)
        number = item.name.rpartition("_")[2]
        lines.append(
            f"static const tinyts_tensor *const {name}_{number}[] = {{{pointers}}};"
        )
    text = f"static const tinyts_{item.kernel}_layer {item.name} = "
    lines.append(_wrapped(text + initializer(item.fields) + ";"))
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    """A declaration broken into lines, never around an equals sign."""
    kept_together = text.replace(" = ", "\0=\0")
    lines = textwrap.fill(
        kept_together,
        LINE_WIDTH,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return lines.replace("\0=\0", " = ")


def comment(text: str) -> str:
    """Text that is safe inside a comment."""
    return text.replace("*/", "* /").replace("/*", "/ *").replace("\n", " ") or "-"


def statements(program: Program, record: bool, readers: Readers = NO_READERS) -> str:
    """The calls, rolled into loops; with `record`, what each computed is reported.

    `readers` are the arguments that name an input's callback and its context.
    """
    nodes = roll(program.calls)
    return "\n".join(_statements(nodes, program, record, readers, depth=0))


def _statements(
    nodes: Iterable[Node],
    program: Program,
    record: bool,
    readers: Readers,
    depth: int,
) -> Iterator[str]:
    indent = "    " * (depth + 1)
    for node in nodes:
        if isinstance(node, Loop):
            counter = f"i{depth}"
            yield (
                f"{indent}for (int32_t {counter} = 0; {counter} < {node.count}; "
                f"{counter}++) {{"
            )
            yield from _statements(node.body, program, record, readers, depth + 1)
            yield f"{indent}}}"
            continue
        item = program.layers[node.layer]
        if item.source is not None:
            yield from _read(node, item, readers[item.source], indent)
        else:
            yield from _call(node, item, record, indent)


def _read(call: Call, item: Layer, reader: str, indent: str) -> Iterator[str]:
    rows = f"{_row(call, 0)}, {_row(call, call.rows)}"
    yield f"{indent}TINYTS_STEP({item.layer});"
    yield f"{indent}status = tinyts_{item.kernel}(&{item.output}, memory, {rows},"
    yield f"{indent}    {reader});"
    yield f"{indent}if (status != 0) {{"
    yield f"{indent}    return status;"
    yield f"{indent}}}"


def _call(call: Call, item: Layer, record: bool, indent: str) -> Iterator[str]:
    first, last = _row(call, 0), _row(call, call.rows)
    yield f"{indent}TINYTS_STEP({item.layer});"
    yield f"{indent}tinyts_{item.kernel}(&{item.name}, memory, {first}, {last});"
    if not record or not item.recorded:
        return
    if item.completion is not None:
        yield f"{indent}if ({last} == {item.completion.last}) {{"
        indent += "    "
        first, last = "0", str(item.completion.rows)
    record_ = "tinyts_record_tiles" if item.takes_tiles else "tinyts_record"
    yield (
        f"{indent}{record_}(&{item.output}, memory, {item.layer}, {first}, {last});"
    )
    if item.completion is not None:
        yield f"{indent[4:]}}}"


def _row(call: Call, extra: int) -> str:
    """The expression of a row: a sum over the loop counters."""
    terms = [
        f"i{depth}" if step == 1 else f"{step} * i{depth}"
        for depth, step in enumerate(call.steps)
        if step
    ]
    constant_term = call.first + extra
    if constant_term or not terms:
        terms.append(str(constant_term))
    return " + ".join(terms)
