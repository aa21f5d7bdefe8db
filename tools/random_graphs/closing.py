"""The end of a graph: every value is read, or is an output."""

from collections.abc import Collection

from tools.random_graphs.ends import anchors, as_output, output_types
from tools.random_graphs.graph import Graph
from tools.random_graphs.samples import Value
from tools.random_graphs.state import MAX_OUTPUTS
from tools.tflite_writer import window_output


def softmax_head(graph: Graph) -> bool:
    """A classifier: pool, FULLY_CONNECTED, SOFTMAX; or SOFTMAX over many rows."""
    x = graph.pick(lambda value: value not in graph.inputs)
    if x is None or graph.rest < 3:
        return False
    if graph.chance(0.8) or x.shape[-1] < 2:
        if x.is_image and (x.size > 512 or graph.chance(0.5)):
            x = graph.mean(x, (1, 2), keep_dims=graph.chance(0.3))
        x = x and graph.fully_connected(x, activation="NONE")
    return x is not None and graph.softmax(x) is not None


def final_reductions(graph: Graph) -> bool:
    """Images at the end become vectors: by a mean, a pool, or FULLY_CONNECTED."""
    found = False
    for x in graph.leaves:
        if not x.is_image or x in graph.inputs or graph.rest < 2 or graph.chance(0.4):
            continue
        kind = graph.draw({"mean": 3, "pool": 4, "fully_connected": 4})
        y: Value | None = None
        if kind == "fully_connected" and x.size <= 1500:
            y = graph.fully_connected(graph.reshape(x, (1, x.size)))
        elif kind == "pool":
            side = x.shape[1], x.shape[2]
            y = graph.average_pool_2d(x, kernel=side, stride=(1, 1), padding="VALID")
        found |= (y or graph.mean(x, (1, 2), keep_dims=graph.chance(0.3))) is not None
    return found


def _vector(graph: Graph, x: Value, units: int) -> Value | None:
    """A value brought to the shape [1, units]."""
    y: Value | None = x
    if x.size > 512:
        if not x.is_image:
            y = graph.reshape(x, (1, x.size // x.shape[-1], 1, x.shape[-1]))
        y = graph.mean(y, (1, 2), keep_dims=False)
    return y and graph.fully_connected(y, units=units)


def _like(graph: Graph, x: Value, target: Value) -> Value | None:
    """An image brought to the shape of another by a convolution, where that can be."""
    if not (x.is_image and target.is_image):
        return None
    stride = [-(-x.shape[axis] // target.shape[axis]) for axis in (1, 2)]
    for axis in (0, 1):
        size = window_output(x.shape[axis + 1], 1, stride[axis], 1, "SAME")
        if size != target.shape[axis + 1] or stride[axis] > 3:
            return None
    return graph.conv_2d(
        x,
        channels=target.shape[3],
        stride=(stride[0], stride[1]),
        padding="SAME",
    )


def merge(graph: Graph, a: Value, b: Value) -> bool:
    """Join two leaves by an ADD."""
    if a.size < b.size:
        a, b = b, a
    if a.shape != b.shape and (like := _like(graph, a, b)):
        a = like
    if a.shape == b.shape and graph.add(a, b):
        return True
    units = graph.rng.choice((6, 8, 10))
    x = _vector(graph, a, units)
    y = x and _vector(graph, b, units)
    return bool(x and y and graph.add(x, y))


def read_input(graph: Graph, x: Value, allowed: Collection[str]) -> bool:
    """Make some operator of `allowed` read an input that nothing reads."""
    for _ in range(5):
        if x.is_image and "CONV_2D" in allowed and graph.conv_2d(x):
            return True
        if x.size <= 512 and "FULLY_CONNECTED" in allowed and graph.fully_connected(x):
            return True
    return False


def choose_outputs(graph: Graph, operators: Collection[str]) -> bool:
    """Make the leaves outputs, and now and then a value that is also read.

    Rarely one more output is constant.
    """
    types = output_types(operators)
    outputs = graph.leaves
    inner = [
        value
        for value in graph.values
        if value not in outputs and value not in graph.inputs
    ]
    if inner and graph.chance(0.25):
        outputs.append(graph.rng.choice(inner))
    if len(outputs) > MAX_OUTPUTS or any(value in graph.inputs for value in outputs):
        return False
    graph.rng.shuffle(outputs)
    tensors = [as_output(graph, value, types) for value in outputs]
    if len(tensors) < MAX_OUTPUTS and graph.chance(0.05):
        tensors += anchors(graph, operators)
    graph.writer.output(*tensors)
    return True
