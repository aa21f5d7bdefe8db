"""The picture of a compiled model's arena."""

from __future__ import annotations

from emitc.arena_reader import read_picture
from emitc.arena_svg import svg_text
from tools.compiler import Compiled


def plot_text(compiled: Compiled) -> str:
    """The picture as the text of an SVG file."""
    return svg_text(read_picture(compiled.placed))
