"""The picture of the arena as SVG: time to the right, addresses upwards."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, replace
from itertools import count

from emitc.arena_picture import (
    ArenaPicture,
    Holder,
    PlacedBuffer,
    Rectangle,
    printed_rows,
    short_name,
)
from emitc.model_files import render

PLOT_WIDTH, PLOT_HEIGHT = 1000, 560
LEFT, TOP, BOTTOM, SIDE = 80, 90, 50, 620
LINE = 16
MAX_HOLDERS = 30
"""Lines of the list of what binds; the rest is one line."""

CHARACTER_WIDTH = 6
"""Of the font of names in rectangles, in pixels, roughly."""

KIND_COLOURS = {"input": "#cfe3ff", "output": "#cfe3ff"}
"""Kinds with a colour of their own, whatever the layer."""


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels, with its name where it fits in."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    style: str
    title: str
    label: str


@dataclass(frozen=True)
class Mark:
    """A text at a place along an axis or list, in pixels."""

    at: float
    text: str = ""
    width: float = 0
    colour: str = ""
    style: str = ""
    title: str = ""


@dataclass(frozen=True)
class Area:
    """Where the plot lies, in pixels."""

    x: float = LEFT
    y: float = TOP
    width: float = PLOT_WIDTH
    height: float = PLOT_HEIGHT


class Scale:
    """Pixels of steps and addresses."""

    def __init__(self, picture: ArenaPicture) -> None:
        last = max((r.last + 1 for r in picture.rectangles), default=0)
        self.steps = max(picture.steps, last, 1)
        self.bytes = max(picture.arena_bytes, 1)

    def x(self, step: int) -> float:
        return round(LEFT + step * PLOT_WIDTH / self.steps, 2)

    def y(self, address: int) -> float:
        return round(TOP + PLOT_HEIGHT - address * PLOT_HEIGHT / self.bytes, 2)

    def box(self, part: Rectangle) -> Box:
        x, y = self.x(part.first), self.y(part.offset + part.size)
        width = round(self.x(part.last + 1) - x, 2)
        height = round(self.y(part.offset) - y, 2)
        buffer = part.buffer
        return Box(
            x, y, width, height,
            colour(buffer.layer, buffer.kind),
            _style(buffer.kind),
            rectangle_title(part),
            _label(buffer, int(width / CHARACTER_WIDTH)) if height >= 12 else "",
        )  # fmt: skip


def _label(buffer: PlacedBuffer, room: int) -> str:
    """The tensor's number, with its name where there is room for some of it."""
    number = str(buffer.layer)
    if room >= len(number) + 18:
        return f"{number} {short_name(buffer.name, room - len(number) - 1)}"
    return number if room >= len(number) + 1 else ""


def colour(layer: int, kind: str) -> str:
    """The colour of a layer, the same in every picture; neighbours differ clearly."""
    if kind in KIND_COLOURS:
        return KIND_COLOURS[kind]
    hue = layer * 0.6180339887 % 1.0
    lightness = (0.62, 0.72, 0.80)[layer % 3]
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.65)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def rectangle_title(part: Rectangle) -> str:
    """What a reader who points at a rectangle sees."""
    buffer = part.buffer
    return (
        f"{short_name(buffer.name, 400)}\n"
        f"tensor {buffer.layer}, {buffer.kind}, rows {printed_rows([part.rows])}\n"
        f"{part.size} bytes at {part.offset}..{part.offset + part.size - 1}\n"
        f"kernel calls {part.first}..{part.last}"
    )


def holder_text(holder: Holder) -> str:
    """A line of the list of what binds."""
    rows = printed_rows(holder.rows)
    return (
        f"{holder.bytes}  {holder.kind}, tensor {holder.layer}, "
        f"rows {short_name(rows, 24)}: {short_name(holder.name, 44)}"
    )


def captions(picture: ArenaPicture) -> list[str]:
    """The lines above the picture."""
    optimal = "proven optimal" if picture.proven_optimal else "not proven optimal"
    lines = [
        f"{short_name(picture.name)}: arena of {picture.arena_bytes} bytes, {optimal}",
        f"live-bytes bound {picture.lower_bound_bytes} bytes, fragmentation "
        f"{picture.fragmentation:.2%}, {picture.steps} kernel calls, stages: "
        f"{picture.stage_count}",
    ]
    if picture.peak_step is not None:
        lines.append(
            f"most bytes are in use at kernel call {picture.peak_step}: "
            f"{picture.occupied[picture.peak_step]} (at {picture.peak_steps} calls "
            "in all)"
        )
    return lines


def svg_text(picture: ArenaPicture) -> str:
    """The picture as a file of its own, in XML."""
    scale = Scale(picture)
    peak = picture.peak_step
    heading = "" if peak is None else f"What binds, alive at call {peak} (bytes):"
    return render(
        "arena.svg.j2",
        width=LEFT + PLOT_WIDTH + SIDE,
        height=TOP + PLOT_HEIGHT + BOTTOM,
        title=f"{short_name(picture.name)}: arena of {picture.arena_bytes} bytes",
        captions=captions(picture),
        plot=Area(),
        bottom=TOP + PLOT_HEIGHT,
        side=LEFT + PLOT_WIDTH + 20,
        ticks_x=[Mark(scale.x(s), str(s)) for s in ticks(scale.steps)],
        ticks_y=[Mark(scale.y(b), str(b)) for b in ticks(picture.arena_bytes)],
        boxes=[scale.box(part) for part in picture.rectangles],
        stages=[
            Mark(scale.x(stage.first), f"stage {stage.number}")
            for stage in picture.stages
            if len(picture.stages) > 1
        ],
        bound=scale.y(picture.lower_bound_bytes),
        peak=None
        if peak is None
        else Mark(scale.x(peak), width=round(scale.x(peak + 1) - scale.x(peak), 2)),
        legend=_legend(picture),
        binding=heading,
    )


def _legend(picture: ArenaPicture) -> list[Mark]:
    """What binds, then the kinds that are drawn in a way of their own."""
    holders = picture.holders(picture.peak_step)
    entries = [
        Mark(
            0,
            holder_text(holder),
            colour=colour(holder.layer, holder.kind),
            style=_style(holder.kind),
            title=short_name(holder.name, 400),
        )
        for holder in holders[:MAX_HOLDERS]
    ]
    rest = holders[MAX_HOLDERS:]
    if rest:
        text = f"{sum(h.bytes for h in rest)}  in {len(rest)} more"
        entries.append(Mark(0, text, colour="none"))
    kinds = {buffer.kind for buffer in picture.buffers} - {"activation"}
    for kind in sorted(kinds):
        fill = KIND_COLOURS.get(kind, "#ddd")
        entries.append(Mark(0, f"= {kind}", colour=fill, style=_style(kind)))
    return [
        replace(entry, at=TOP + 8 + LINE * line) for line, entry in enumerate(entries)
    ]


def ticks(end: int) -> list[int]:
    """About eight round numbers from 0, none beyond the end."""
    steps = (digit * 10**power for power in count() for digit in (1, 2, 5))
    step = next(step for step in steps if end <= 8 * step)
    return list(range(0, end + 1, step))


def _style(kind: str) -> str:
    return kind.replace(" ", "-")
