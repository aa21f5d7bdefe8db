"""The files of a generated model: `N.h` and `N.c`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

from jinja2 import Environment, PackageLoader, StrictUndefined

from emitc import print_c
from emitc.api import ApiPort, api_ports, common_type, type_name
from emitc.program import PERSISTENT, Program
from tinyts_dialect.tsbuf import Port


@dataclass(frozen=True)
class Accessor:
    """A function that returns the place of an input or output in the arena."""

    signature: str
    comment: str
    value: str


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("emitc"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["print"] = print_c
    environment.globals["comment"] = print_c.comment
    environment.globals["common_type"] = common_type
    environment.globals["type_name"] = type_name
    environment.globals["version"] = version("tinyts")
    return environment


def render(template: str, **values: object) -> str:
    """A template of this package with the given values."""
    return _environment().get_template(template).render(**values)


def header_text(program: Program) -> str:
    """The text of `N.h`."""
    return _render("model.h.j2", program, record=False)


def source_text(program: Program, record: bool = False) -> str:
    """The text of `N.c`; with `record`, every slice is reported to `tinyts_record`."""
    return _render("model.c.j2", program, record)


def _render(template: str, program: Program, record: bool) -> str:
    inputs = api_ports(program, "input")
    outputs = api_ports(program, "output")
    return render(
        template,
        p=program,
        record=record,
        inputs=inputs,
        outputs=outputs,
        reads_rows=any(layer.source is not None for layer in program.layers),
        inputs_by_rows=inputs[0].rows is not None,
        inputs_in_arena=all(port.offset is not None for port in inputs),
        outputs_in_arena=all(port.offset is not None for port in outputs),
        accessors=_accessors(program, inputs) + _accessors(program, outputs),
        invoke=_invoke_signature(program, inputs, outputs),
        memories=_memories(program, inputs, outputs),
        readers=_readers(inputs),
        adapts_rows=_adapts_rows(inputs),
        row_adapter=ROW_ADAPTER,
        row_type=row_type(program, inputs),
    )


ROW_ADAPTER = "read_bytes"
"""The function of `N.c` through which rows come that are not int8."""


def row_type(program: Program, inputs: list[ApiPort]) -> str:
    """What the caller's function fills in; bytes, where the inputs' types differ."""
    return "void" if common_type(inputs) is None else f"{program.name}_input_t"


def _adapts_rows(inputs: list[ApiPort]) -> bool:
    by_rows = inputs[0].rows is not None
    return by_rows and any(port.c_type != "int8_t" for port in inputs)


def _readers(inputs: list[ApiPort]) -> dict[Port, str]:
    """The callback and context of every input that comes row by row."""
    if inputs[0].rows is None:
        return {}
    if _adapts_rows(inputs):
        single = len(inputs) == 1
        return {
            p.port: f"{ROW_ADAPTER}, "
            + ("&reader" if single else f"(void *)(uintptr_t)&inputs->{p.field}")
            for p in inputs
        }
    if len(inputs) == 1:
        return {inputs[0].port: "read, context"}
    return {
        p.port: f"inputs->{p.field}.read, inputs->{p.field}.context" for p in inputs
    }


def _accessors(program: Program, ports: list[ApiPort]) -> list[Accessor]:
    accessors: list[Accessor] = []
    for port in ports:
        if port.offset is None:
            continue
        direction = port.port.direction
        suffix = "" if len(ports) == 1 else f"_{port.field}"
        comment = (
            "Where to put the input; running the model consumes it."
            if direction == "input"
            else "Where the output is after a run, until the next one."
        )
        name = program.name
        type_ = type_name(name, ports, port)
        signature = f"{type_} *{name}_{direction}{suffix}(void)"
        place = f"{name}_arena + {port.offset}"
        if port.c_type != "int8_t":
            place = f"({type_} *)(void *)({place})"
        accessors.append(Accessor(signature, comment, place))
    return accessors


def _invoke_signature(
    program: Program, inputs: list[ApiPort], outputs: list[ApiPort]
) -> str:
    name = program.name
    arguments: list[str] = []
    if inputs[0].offset is None and len(inputs) > 1:
        arguments.append(f"const struct {name}_inputs *inputs")
    elif inputs[0].rows is not None:
        arguments.append(f"{name}_read_rows read, void *context")
    elif inputs[0].offset is None:
        arguments.append(f"const {name}_input_t *input")
    if outputs[0].offset is None:
        single = len(outputs) == 1
        arguments.append(
            f"{name}_output_t *output"
            if single
            else f"const struct {name}_outputs *outputs"
        )
    return f"int {name}_invoke({', '.join(arguments) or 'void'})"


def _memories(
    program: Program, inputs: list[ApiPort], outputs: list[ApiPort]
) -> list[str]:
    """The base addresses, in the order of the memories' numbers."""
    bases = [f"{program.name}_arena" if program.arena_bytes else "0"]
    for memory in program.memories:
        if isinstance(memory, Port):
            bases.append(_base(memory, inputs, outputs))
        elif memory == PERSISTENT:
            bases.append(f"{program.name}_{PERSISTENT}")
        else:  # kernels only read it
            bases.append(f"(int8_t *)(uintptr_t){memory}")
    return bases


def _base(port: Port, inputs: list[ApiPort], outputs: list[ApiPort]) -> str:
    if port.direction == "output":
        cast = "" if port.dtype == "int8" else "(int8_t *)"
        if len(outputs) == 1:
            return f"{cast}output"
        field = next(p.field for p in outputs if p.port == port)
        return f"{cast}outputs->{field}"
    if len(inputs) == 1:
        return "(int8_t *)(uintptr_t)input"
    field = next(p.field for p in inputs if p.port == port)
    return f"(int8_t *)(uintptr_t)inputs->{field}"
