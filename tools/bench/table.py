"""The table of measurements as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import geometric_mean

from tools.bench.measure import SCHEDULES, Row

HEADER = (
    "| model | TFLite Micro | at the original's arena | per MAC | ratio "
    "| smallest arena | per MAC | ratio | over unsplit | unsplit, ratio "
    "| height 1, over unsplit | arenas | stack | flash | of TFLite Micro's "
    "| differing |\n|" + "---|" * 16
)

Rows = Mapping[str, Row]


def markdown(rows: Sequence[Row], versions: Iterable[str]) -> str:
    """The table, one model a line, with geometric means and what measured it."""
    models = by_model(rows)
    lines = [HEADER, *map(_line, models.values())]
    lines += [_means(list(models.values())), ""]
    lines += [
        "Instructions of one inference (from entry to return of `N_invoke`), arenas, "
        "stack and flash in bytes. Arenas and flash: at the original's arena, "
        "smallest, unsplit, height 1; stack: the most of the four.",
        "",
        *[f"* {version}" for version in versions],
    ]
    errors = [row for row in rows if row.error]
    lines += [f"* {row.model}, {row.schedule}: {row.error}" for row in errors]
    return "\n".join(lines) + "\n"


def by_model(rows: Sequence[Row]) -> dict[str, dict[str, Row]]:
    """The rows of each model by their schedule."""
    models: dict[str, dict[str, Row]] = {}
    for row in rows:
        models.setdefault(row.model, {})[row.schedule] = row
    return models


def summary(rows: Sequence[Row]) -> dict[str, float]:
    """The figures that a bar is set for, over all models that have them."""
    models = by_model(rows)
    found = {
        f"{name} ratio": [row.ratio for row in rows if row.schedule == name]
        for name in SCHEDULES
    } | {
        f"{name} over unsplit": [overhead(m, name) for m in models.values()]
        for name in SCHEDULES
    } | {"flash": [flash_ratio(row) for row in rows]}
    values: dict[str, float] = {}
    for name, column in found.items():
        known = [value for value in column if value is not None]
        if known:
            values[f"{name}, geometric mean"] = round(geometric_mean(known), 4)
            values[f"{name}, worst"] = round(max(known), 4)
    values["differing bytes"] = sum(row.differing_bytes or 0 for row in rows)
    values["stack, worst"] = max((row.stack_bytes or 0 for row in rows), default=0)
    values["stack bound, worst"] = max(
        (row.stack_bound_bytes or 0 for row in rows), default=0
    )
    return values


def overhead(model: Rows, schedule: str) -> float | None:
    """Instructions of a schedule as a multiple of the unsplit model's."""
    ours, whole = model.get(schedule), model.get("none")
    if ours is None or whole is None or not ours.instructions:
        return None
    return ours.instructions / whole.instructions if whole.instructions else None


def flash_ratio(row: Row) -> float | None:
    """Flash as a part of TensorFlow Lite Micro's."""
    if row.flash_bytes is None or not row.tflm_flash_bytes:
        return None
    return row.flash_bytes / row.tflm_flash_bytes


def _line(model: Rows) -> str:
    rows = [model.get(name) for name in SCHEDULES]
    limit, smallest, whole, _ = rows
    first = next(row for row in rows if row is not None)
    flash = [flash_ratio(row) for row in rows if row is not None]
    cells = [
        first.model,
        _text(first.tflm_instructions),
        *_cost(limit),
        *_cost(smallest),
        _ratio(overhead(model, "smallest")),
        _ratio(whole.ratio if whole else None),
        _ratio(overhead(model, "height 1")),
        ", ".join(_text(row.arena_bytes if row else None) for row in rows),
        _text(max((row.stack_bytes or 0 for row in rows if row), default=None)),
        ", ".join(_text(row.flash_bytes if row else None) for row in rows),
        _ratio(max((ratio for ratio in flash if ratio is not None), default=None)),
        _text(sum(row.differing_bytes or 0 for row in rows if row)),
    ]
    return f"| {' | '.join(cells)} |"


def _cost(row: Row | None) -> Iterator[str]:
    yield _text(row.instructions if row else None)
    yield _ratio(row.per_mac if row else None)
    yield _ratio(row.ratio if row else None)


def _means(models: Sequence[Rows]) -> str:
    values = summary([row for model in models for row in model.values()])

    def mean(name: str) -> str:
        return _ratio(values.get(f"{name}, geometric mean"))

    cells = [
        "geometric mean", "", "", "", mean("limit ratio"), "", "",
        mean("smallest ratio"), mean("smallest over unsplit"), mean("none ratio"),
        mean("height 1 over unsplit"), "", "", "", mean("flash"), "",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _text(value: int | None) -> str:
    return "-" if value is None else str(value)


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
