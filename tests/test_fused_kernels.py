"""Two convolutions in one kernel against the same two one after the other."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from support_kernels import (
    NOWHERE,
    Fields,
    Image,
    Int8Array,
    Layout,
    Script,
    Shape,
    cut,
    different,
    random_window,
)

from tinyts_dialect.windows import Window

TRIALS = 60


@dataclass(frozen=True)
class Stage:
    """A convolution, its C structure but for tensors, and the shape that it makes."""

    kernel: str
    fields: Fields
    window: Window
    shape: Shape

    @property
    def nested(self) -> Fields:
        """A `tinyts_conv_stage`."""
        return {"ch_mult": 0, **self.fields}


def stage(
    script: Script, input: Shape, window: Window, channels: int, multiplier: int
) -> Stage:
    """A convolution of random weights; depthwise where there is a multiplier."""
    depthwise = multiplier > 0
    outputs = input[2] * multiplier if depthwise else channels
    fields = script.convolution(window, input[2], outputs, depthwise)
    if depthwise:
        fields["ch_mult"] = multiplier
    height, width = (window.output_size(axis, input[axis]) for axis in (0, 1))
    kernel = "depthwise_conv_2d" if depthwise else "conv_2d"
    return Stage(kernel, fields, window, (height, width, outputs))


def one_after_the_other(
    script: Script, input: Int8Array, shape: Shape, stages: tuple[Stage, ...]
) -> tuple[int, Image]:
    """A trial of the plain kernels, and where its result is."""
    layout = Layout(script.rng)
    images = [layout.image(s) for s in (shape, *(stage.shape for stage in stages))]
    memory = script.bytes(layout.bytes)
    memory[images[0].addresses()] = input
    trial = script.trial(memory)
    for part, source, target in zip(stages, images, images[1:], strict=False):
        tensors = {"input": script.tensor(source), "output": script.tensor(target)}
        layer = script.layer(part.kernel, {**tensors, **part.fields})
        script.call(trial, part.kernel, layer, [(0, part.shape[0])])
    return trial, images[-1]


# Rows that a kernel with a kept part needs, as the kernel's header says it


@dataclass(frozen=True)
class Needs:
    """Rows of the middle for output rows first_row..last_row-1."""

    window: Window
    height: int
    keep: int
    first_row: int
    last_row: int

    def bounds(self, y: int) -> tuple[int, int]:
        """lo and hi."""
        start = y * self.window.stride[0] - self.window.pads.top
        stop = start + self.window.extent(0)
        return clip(start, 0, self.height), clip(stop, 0, self.height)

    def kept_end(self, y: int) -> int:
        lo, hi = self.bounds(y)
        if y == self.first_row:
            return lo
        start = y * self.window.stride[0] - self.window.pads.top
        return clip(min(self.bounds(y - 1)[1], start + self.keep), lo, hi)

    def kept(self, y: int) -> range:
        return range(self.bounds(y)[0], self.kept_end(y))

    def computed(self, y: int) -> range:
        return range(self.kept_end(y), self.bounds(y)[1])

    def waiting(self, y: int) -> int:
        """Rows that a block computes and cannot put in place at once."""
        stays = self.stays(y)
        dying = len(set(self.kept(y)) - stays)
        stored = len(stays & set(self.computed(y)))
        return len(self.computed(y)) - max(0, stored - dying)

    def stays(self, y: int) -> set[int]:
        """Rows that lie in the middle after row y."""
        return set(self.kept(y + 1)) if y + 1 < self.last_row else set()

    def slots(self) -> dict[int, int]:
        """A slot of each row that is ever kept: those that die are taken at once."""
        slots: dict[int, int] = {}
        free: list[int] = []
        count = 0
        for y in range(self.first_row, self.last_row):
            stays = self.stays(y)
            free += [slots[row] for row in self.kept(y) if row not in stays]
            for row in sorted(stays - set(self.kept(y))):
                assert row in self.computed(y)
                if not free:
                    free.append(count)
                    count += 1
                slots[row] = free.pop()
        return slots


def clip(value: int, low: int, high: int) -> int:
    return min(max(value, low), high)


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2, 3))]
)
def test_fused_rows(seed: int, tmp_path: Path) -> None:
    """Middle rows lie in a ring in which a new row takes the place of a dying one."""
    script = Script(seed)
    checks: list[tuple[int, Image, int, Image, range, list[Image]]] = []
    for _ in range(TRIALS):
        shape = (script.draw(1, 12), script.draw(1, 7), script.draw(1, 6))
        producer = stage(
            script,
            shape,
            random_window(script, shape, 3, 2),
            script.draw(1, 11),
            script.draw(1, 3) if script.rng.random() < 0.4 else 0,
        )
        middle = producer.shape
        consumer = stage(
            script, middle, random_window(script, middle, 7, 3), 0, script.draw(1, 3)
        )
        output = consumer.shape
        overlap = max(0, consumer.window.extent(0) - consumer.window.stride[0])
        keep = overlap if script.rng.random() < 0.5 else script.draw(0, overlap)
        first_row = script.draw(0, output[0] - 1) if script.rng.random() < 0.4 else 0
        last_row = script.draw(first_row + 1, output[0])
        group = script.draw(1, 16)
        needs = Needs(consumer.window, middle[0], keep, first_row, last_row)

        layout = Layout(script.rng)
        calls = cut(script.rng, first_row, last_row)
        source, target = layout.image(shape), layout.image(output)
        pixel = middle[2] + script.draw(0, 1)
        slots = needs.slots()
        places = [layout.block(middle[1] * pixel) for _ in set(slots.values())]
        rows = [places[slots[y]] if y in slots else NOWHERE for y in range(middle[0])]
        between = Image(middle, tuple(rows), pixel)
        scratch_offsets = [NOWHERE] * output[0]
        scratches: list[Image] = []
        for first, last in calls:
            new_rows = max(len(needs.computed(y)) for y in range(first, last))
            size = new_rows * middle[1] * group
            scratch_offsets[first] = layout.block(size)
            if size:
                scratches.append(Image((1, 1, size), (scratch_offsets[first],), size))
        most = max((image.pixel_pitch for image in scratches), default=1)
        scratch = Image((output[0], 1, most), tuple(scratch_offsets), most)

        memory = script.bytes(layout.bytes)
        layer = script.layer(
            "fused_rows",
            {
                "input": script.tensor(source),
                "middle": script.tensor(between),
                "output": script.tensor(target),
                "scratch": script.tensor(scratch),
                "group": group,
                "keep": keep,
                "first_row": first_row,
                "last_row": last_row,
                "producer": producer.nested,
                "consumer": consumer.nested,
            },
        )
        fused = script.trial(memory)
        script.call(fused, "fused_rows", layer, calls)
        plain, expected = one_after_the_other(
            script, memory[source.addresses()], shape, (producer, consumer)
        )
        used = [Image((1, 1, middle[1] * pixel), (at,), 1) for at in places]
        checks.append(
            (
                plain,
                expected,
                fused,
                target,
                range(first_row, last_row),
                used + scratches,
            )
        )
    after = script.run(tmp_path)
    for plain, expected, fused, target, rows, others in checks:
        computed = target.addresses()[rows.start : rows.stop]
        wanted = after[plain][expected.addresses()][rows.start : rows.stop]
        np.testing.assert_array_equal(after[fused][computed], wanted)
        written = [computed, *(image.addresses() for image in others)]
        assert not different(script.trials[fused].before, after[fused], written)


def test_fused_pixels(tmp_path: Path) -> None:
    script = Script(9)
    checks: list[tuple[int, Image, int, Image, Image]] = []
    for _ in range(TRIALS):
        shape = (script.draw(1, 9), script.draw(1, 9), script.draw(1, 9))
        window = random_window(script, shape, 4, 3)
        producer = stage(script, shape, window, 0, script.draw(1, 3))
        middle = producer.shape
        consumer = stage(script, middle, Window((1, 1)), script.draw(1, 11), 0)

        layout = Layout(script.rng)
        source, target = layout.image(shape), layout.image(consumer.shape)
        place = layout.block(middle[2])
        scratch = Image((middle[0], 1, middle[2]), (place,) * middle[0], middle[2])
        memory = script.bytes(layout.bytes)
        layer = script.layer(
            "fused_pixels",
            {
                "input": script.tensor(source),
                "output": script.tensor(target),
                "scratch": script.tensor(scratch),
                "producer": producer.nested,
                "consumer": consumer.nested,
            },
        )
        calls = cut(script.rng, 0, middle[0])
        fused = script.trial(memory)
        script.call(fused, "fused_pixels", layer, calls)
        plain, expected = one_after_the_other(
            script, memory[source.addresses()], shape, (producer, consumer)
        )
        checks.append((plain, expected, fused, target, scratch))
    after = script.run(tmp_path)
    for plain, expected, fused, target, scratch in checks:
        np.testing.assert_array_equal(
            after[fused][target.addresses()], after[plain][expected.addresses()]
        )
        written = [target.addresses(), scratch.addresses()]
        assert not different(script.trials[fused].before, after[fused], written)
