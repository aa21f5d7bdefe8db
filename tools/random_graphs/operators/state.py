"""Variables, SVDF and LSTM: what a network keeps from one run to the next.

Where a calibration needs samples of a variable, they are those of what is assigned to
it, in another order.
"""

from __future__ import annotations

import numpy as np

from tools.random_graphs.generator import entry
from tools.random_graphs.graph import Graph
from tools.random_graphs.samples import SAMPLES, Value
from tools.tflite_writer import Quant

VARIABLE_OPERATORS = "VAR_HANDLE READ_VARIABLE ASSIGN_VARIABLE CALL_ONCE"

MAX_VECTOR = 96
"""Longest vector, and most values of a series, that a recurrent layer reads."""


def variable(graph: Graph, like: Value) -> tuple[int, Value]:
    """A variable for values like one, perhaps with an initial value, and its reading.

    The operators are counted with those of the subgraph that initializes it.
    """
    initial = None
    if graph.chance(0.6):
        initial = graph.bytes(like.shape).astype(np.int8)
        graph.operators += 2 + (not graph.writer.has_initial_values)
    name = f"variable_{graph.operators}"
    handle = graph.writer.variable(name, like.shape, like.quant, initial)
    graph.operators += 1
    tensor = graph.writer.read_variable(handle)
    return handle, graph.record(tensor, like.samples[::-1])


def assign(graph: Graph, handle: int, x: Value) -> None:
    """What the variable holds in the next run."""
    graph.writer.assign_variable(handle, x.tensor)
    graph.operators += 1
    graph.read.add(x.tensor)


def delay(graph: Graph) -> bool:
    """A value and that of the run before, added or joined; either may come first."""
    x = graph.pick(lambda value: value.size <= 1024 and len(value.shape) > 1)
    if x is None or graph.room < 9:
        return False
    handle, before = variable(graph, x)
    early = graph.chance(0.5)
    if early:
        assign(graph, handle, x)
    if x.is_image and graph.chance(0.5):
        axis = graph.rng.choice((1, 2, 3))
        joined = graph.concatenation([before, x], axis)
    else:
        joined = graph.add(before, x)
    if not early:
        assign(graph, handle, x)
    return joined is not None


def recurrence(graph: Graph) -> bool:
    """A convolution of a value beside its own result of the run before."""
    x = graph.pick(lambda value: value.is_image and value.size <= 1024)
    if x is None or graph.room < 10:
        return False
    handle, before = variable(graph, x)
    joined = graph.concatenation([before, x], 3)
    y = joined and graph.conv_2d(
        joined,
        channels=x.shape[3],
        stride=(1, 1),
        padding="SAME",
        output=x.quant,
    )
    assign(graph, handle, y or x)
    return y is not None


def svdf(graph: Graph) -> bool:
    """Of a vector, with a state of int8 or int16."""
    x = graph.pick(lambda value: 1 < value.size <= MAX_VECTOR)
    if x is None or graph.room < 3:
        return False
    if x.shape != (1, x.size):
        x = graph.reshape(x, (1, x.size))
    rank, memory = graph.draw({1: 2, 2: 3, 3: 1}), graph.rng.randint(1, 9)
    units = graph.rng.randint(2, 8)
    wide = graph.chance(0.3)
    features = graph.bytes((units * rank, x.size)).astype(np.int8)
    time = graph.bytes((units * rank, memory))
    dots = x.centered.reshape(SAMPLES, -1) @ features.T.astype(np.float64)
    feature_scale, time_scale = 0.01, 0.01
    spread = float(np.abs(dots).max()) * x.quant.scale * feature_scale
    state = Quant(max(spread, 1e-3) / (9000 if wide else 90))
    steps = np.rint(dots * (x.quant.scale * feature_scale / state.scale))
    history = np.clip(steps, -99, 99)
    kept = np.repeat(history[:, :, None], memory, 2)
    sums = (kept * time).sum(2).reshape(SAMPLES, units, rank).sum(2)
    real = (sums * state.scale * time_scale)[:, None]
    quant = graph.calibrate(real, "NONE")
    if quant is None:
        return False
    tensor = graph.writer.svdf(
        x.tensor,
        feature_weights=features,
        feature_scale=feature_scale,
        time_weights=time.astype(np.int16 if wide else np.int8),
        time_scale=time_scale,
        bias=np.array([graph.rng.randint(-500, 500) for _ in range(units)], np.int32),
        rank=rank,
        state=state,
        output=quant,
    )
    samples = np.clip(np.rint(real / quant.scale) + quant.zero_point, -128, 127)
    graph.record(tensor, samples, x)
    return True


def lstm(graph: Graph) -> bool:
    """Of a series of some vectors."""
    x = graph.pick(lambda value: 3 < value.size <= MAX_VECTOR)
    if x is None or graph.room < 3:
        return False
    steps = graph.rng.choice([n for n in (1, 2, 3, 4, 6) if x.size % n == 0])
    time_major = graph.chance(0.3)
    depth = x.size // steps
    shape = (steps, 1, depth) if time_major else (1, steps, depth)
    if x.shape != shape:
        x = graph.reshape(x, shape)
    units = graph.rng.randint(2, 6)

    def gates(width: int) -> list[np.ndarray]:
        return [graph.bytes((units, width)).astype(np.int8) for _ in range(4)]

    hidden = Quant(graph.exponential(0.004, 0.01), graph.rng.randint(-20, 20))
    scale = 1 / (x.quant.scale * 70 * 70 * depth**0.5)
    tensor = graph.writer.sequence_lstm(
        x.tensor,
        input_weights=gates(depth),
        input_scales=[scale * graph.exponential(0.5, 2) for _ in range(4)],
        recurrent_weights=gates(units),
        recurrent_scales=[graph.exponential(0.002, 0.02) for _ in range(4)],
        biases=[
            np.array([graph.rng.randint(-900, 900) for _ in range(units)], np.int32)
            for _ in range(4)
        ],
        hidden=hidden,
        cell_scale=2.0 ** graph.rng.randint(-15, -9),
        cell_clip=graph.draw({0.0: 2, graph.exponential(0.5, 4): 1}),
        time_major=time_major,
    )
    samples = np.stack(
        [graph.bytes((*shape[:2], units)) * 0.6 for _ in range(SAMPLES)]
    )
    graph.record(tensor, np.rint(samples), x)
    return True


GENERATORS = (
    entry("delay", f"{VARIABLE_OPERATORS} CONCATENATION ADD", 1.5, delay),
    entry("recurrence", f"{VARIABLE_OPERATORS} CONCATENATION CONV_2D", 1, recurrence),
    entry("svdf", "SVDF RESHAPE", 0.8, svdf),
    entry("lstm", "UNIDIRECTIONAL_SEQUENCE_LSTM RESHAPE", 0.8, lstm),
)
