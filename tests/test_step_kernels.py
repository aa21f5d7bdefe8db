"""Kernels that take their input a few rows at a time, against those that take all."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support_kernels import Fields, Image, Layout, Script, Shape, cut, tile

TRIALS = 50


def mean(script: Script, shape: Shape) -> tuple[Fields, int]:
    """The fields of a layer but for its tensors, and the channels of its output."""
    multiplier, shift = script.multiplier(1)
    fields: Fields = {
        "reduce_rows": 1,
        "reduce_columns": 1,
        "reduce_channels": 0,
        "input_offset": script.draw(-127, 128),
        "output_offset": script.draw(-128, 127),
        "quant": {
            "multiplier": multiplier // (shape[0] * shape[1]),
            "shift": shift + 8,
        },
    }
    return fields, shape[2]


def average_pool_2d(script: Script, shape: Shape) -> tuple[Fields, int]:
    kernel = (shape[0] + script.draw(0, 2), shape[1] + script.draw(0, 2))
    padding = (kernel[0] - shape[0], kernel[1] - shape[1])
    if script.rng.random() < 0.3:  # a part of the input
        kernel = (script.draw(1, shape[0]), script.draw(1, shape[1]))
        padding = (-script.draw(0, shape[0] - kernel[0]), 0)
    params: Fields = {
        "stride": tile((1, 1)),
        "padding": tile(padding),
        "activation": script.activation(),
    }
    return {"kernel": tile(kernel), "params": params}, shape[2]


def fully_connected(script: Script, shape: Shape) -> tuple[Fields, int]:
    channels = script.draw(1, 11)
    depth = shape[0] * shape[1] * shape[2]
    per_channel = script.draw(0, 1)
    scales = channels if per_channel else 1
    params: Fields = {
        "input_offset": script.draw(-127, 128),
        "filter_offset": script.draw(-1, 1) * 7,
        "output_offset": script.draw(-128, 127),
        "activation": script.activation(),
    }
    fields: Fields = {
        **script.weighted(depth * channels, channels, scales),
        "params": params,
        "per_channel": per_channel,
    }
    return fields, channels


@pytest.mark.parametrize(
    "kernel",
    [mean, average_pool_2d, fully_connected],
    ids=lambda kernel: kernel.__name__,
)
def test_step(
    kernel: Callable[[Script, Shape], tuple[Fields, int]], tmp_path: Path
) -> None:
    """Any cut of the rows; the output apart, over the accumulators or over the input.

    The accumulators hold anything before the first call, and lie at any address.
    """
    script = Script(1)
    name = kernel.__name__
    checks: list[tuple[int, Image, int, Image]] = []
    for index in range(TRIALS):
        shape = (script.draw(1, 9), script.draw(1, 7), script.draw(1, 11))
        fields, channels = kernel(script, shape)
        layout = Layout(script.rng)
        source = layout.image(shape)
        place = layout.block(4 * channels)
        accumulator = Image((1, 1, 4 * channels), (place,), 4 * channels)
        whole = layout.image((1, 1, channels), gaps=False)
        steps = layout.image((1, 1, channels), gaps=False)
        if index % 3 == 0:
            steps = Image(steps.shape, (place,), channels)
        elif index % 3 == 1:
            last_input = max(0, source.offsets[-1] - script.draw(0, channels))
            if place >= last_input + channels:
                steps = Image(steps.shape, (last_input,), channels)

        memory = script.bytes(layout.bytes)
        tensors: Fields = {"input": script.tensor(source)}
        layer = script.layer(
            name, {**tensors, "output": script.tensor(whole), **fields}
        )
        expected = script.trial(memory)
        script.call(expected, name, layer, [(0, 1)])
        layer = script.layer(
            f"{name}_step",
            {
                **tensors,
                "accumulator": script.tensor(accumulator),
                "output": script.tensor(steps),
                **fields,
            },
        )
        actual = script.trial(memory)
        calls = cut(script.rng, 0, shape[0])
        script.call(actual, f"{name}_step", layer, calls)
        checks.append((expected, whole, actual, steps))
    after = script.run(tmp_path)
    wanted = [after[trial][image.addresses()] for trial, image, _, _ in checks]
    assert len(np.unique(np.concatenate([part.reshape(-1) for part in wanted]))) > 50
    for values, (_, _, actual, steps) in zip(wanted, checks, strict=True):
        np.testing.assert_array_equal(after[actual][steps.addresses()], values)
