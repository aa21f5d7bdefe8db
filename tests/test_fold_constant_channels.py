"""`fold-constant-channels` on hand-made graphs, random graphs and models.

`Network` writes graphs whose convolutions have chosen channels that are constant. Each
test compares every byte that both graphs compute on several inputs.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from xdsl.context import Context
from xdsl.dialects.builtin import Builtin, ModuleOp, NameLoc
from xdsl.dialects.func import Func, FuncOp, ReturnOp
from xdsl.ir import Operation, SSAValue
from xdsl.parser import Parser

from lowering.channels.channel_analysis import channel_intervals
from lowering.fold_constant_channels import FoldConstantChannels
from lowering.fuse_pad import FusePad
from lowering.split_height import SplitHeight
from tinyts_dialect.interfaces import TensorOp
from tinyts_dialect.ops.conv_2d import Conv2DOp
from tinyts_dialect.ops.depthwise_conv_2d import DepthwiseConv2DOp
from tinyts_dialect.ops.fully_connected import FullyConnectedOp
from tinyts_dialect.ops.structure import ConstantOp
from tinyts_dialect.tensors import dense, dtype_of, shape_of
from tinyts_dialect.tinyts import TinyTS
from tools import tflite_views as views
from tools.import_tflite import import_tflite, import_tflite_path
from tools.oracle import run_oracle
from tools.random_graphs import random_graph
from tools.run_inputs import input_details, random_inputs
from tools.tflite_writer import Activation, Padding, Quant, TFLiteWriter

Array = npt.NDArray[Any]
Removed = dict[str, dict[int, int | None]]
"""For each tensor, by its name, the channels that were removed."""

MODELS = Path(
    os.environ.get(
        "TINYTS_MODELS", Path(__file__).resolve().parents[2] / "shared" / "models"
    )
)
ZERO_POINT = -128


# Running a graph before and after the pass


def function_of(module: ModuleOp) -> FuncOp:
    return next(op for op in module.walk() if isinstance(op, FuncOp))


def tensor_ops(module: ModuleOp) -> list[TensorOp]:
    return [op for op in module.walk() if isinstance(op, TensorOp)]


def name_of(op: Operation) -> str:
    assert isinstance(op.location, NameLoc)
    return op.location.desc.data


def run(
    module: ModuleOp, inputs: Sequence[Array]
) -> tuple[dict[SSAValue, Array], list[Array]]:
    """Every tensor of a graph, and its outputs."""
    block = function_of(module).body.block
    values: dict[SSAValue, Array] = dict(zip(block.args, inputs, strict=True))
    for op in block.ops:
        operands = [values[operand] for operand in op.operands]
        if isinstance(op, ReturnOp):
            return values, operands
        assert isinstance(op, TensorOp | ConstantOp)
        found = op.evaluate(*operands)
        results = found if isinstance(found, tuple) else (found,)
        values |= zip(op.results, results, strict=True)
    raise AssertionError("the function does not return")


def inputs_of(module: ModuleOp, count: int) -> Iterable[list[Array]]:
    """Uniform, all-minimum, all-maximum, smooth and two-valued inputs."""
    arguments = function_of(module).body.block.args
    random = np.random.default_rng(1)
    kinds: list[Callable[[tuple[int, ...]], Array]] = [
        lambda shape: random.integers(-128, 128, shape),
        lambda shape: np.full(shape, -128),
        lambda shape: np.full(shape, 127),
        lambda shape: np.cumsum(random.integers(-9, 10, shape), axis=1).clip(-128, 127),
        lambda shape: random.choice([-128, 127], shape),
    ]
    for index in range(count):
        yield [
            kinds[index % len(kinds)](shape_of(a)).astype(np.int8).astype(dtype_of(a))
            for a in arguments
        ]


def assert_intervals_hold(module: ModuleOp, values: Mapping[SSAValue, Array]) -> None:
    for value, interval in channel_intervals(list(module.walk())).items():
        rows = values[value].reshape(-1, len(interval.low))
        assert (interval.low <= rows).all()
        assert (rows <= interval.high).all()


def assert_same_layer(whole: Array, op: TensorOp, narrow: Array) -> None:
    """What stays of a tensor is unchanged; a removed constant has the value noted."""
    removed = dict(op.constant_channels.data) if op.constant_channels else {}
    kept = [c for c in range(narrow.shape[-1] + len(removed)) if c not in removed]
    np.testing.assert_array_equal(whole[..., kept], narrow)
    for channel, value in removed.items():
        assert value is None or (whole[..., channel] == value).all()


def fold(module: ModuleOp) -> ModuleOp:
    folded = module.clone()
    FoldConstantChannels().apply(Context(), folded)
    folded.verify()
    return folded


def removed_from(module: ModuleOp) -> Removed:
    return {
        name_of(op): dict(op.constant_channels.data)
        for op in tensor_ops(module)
        if op.constant_channels is not None
    }


def numbered(module: ModuleOp) -> Iterator[tuple[Hashable, TensorOp]]:
    """Each op by its layer, name and kind, and by how many such ops came before it."""
    seen: Counter[Hashable] = Counter()
    for op in tensor_ops(module):
        key = (op.layer, name_of(op), op.name)
        yield (*key, seen[key]), op
        seen[key] += 1


def check(module: ModuleOp, inputs: int = 5) -> ModuleOp:
    """Folds a graph, compares it with the original layer by layer."""
    folded = fold(module)
    layers = dict(numbered(module))
    for arrays in inputs_of(module, inputs):
        before, expected = run(module, arrays)
        after, outputs = run(folded, arrays)
        assert_intervals_hold(module, before)
        for one, other in zip(expected, outputs, strict=True):
            np.testing.assert_array_equal(one, other)
        for key, op in numbered(folded):
            whole = before[layers[key].output()]
            assert_same_layer(whole, op, after[op.output()])
    assert str(fold(folded)) == str(folded)
    return folded


def imported(data: bytes) -> ModuleOp:
    module = import_tflite(data)
    FusePad().apply(Context(), module)
    return module


# Graphs


class Network:
    """A graph of layers with random weights, scales of powers of two."""

    def __init__(self, shape: Sequence[int] = (1, 6, 6, 3)) -> None:
        self.writer = TFLiteWriter()
        self.random = np.random.default_rng(7)
        self.x = self.writer.input("x", shape=shape, scale=1.0, zero_point=3)

    def conv(
        self,
        x: int,
        name: str,
        outputs: int = 4,
        *,
        kernel: int = 1,
        padding: Padding = "SAME",
        constant: Mapping[int, int] | None = None,
        dead: Sequence[int] = (),
        unread: Sequence[int] = (),
        activation: Activation = "RELU",
        zero_point: int = ZERO_POINT,
    ) -> int:
        """CONV_2D; channels in `constant` have weights 0 and the stored value given.

        Channels in `dead` stay below zero in spite of their weights; input channels in
        `unread` have weights 0.
        """
        shape = (outputs, kernel, kernel, self.writer.shape(x)[3])
        weights = self.random.integers(-60, 61, shape).astype(np.int8)
        bias = self.random.integers(-500, 500, outputs).astype(np.int32)
        for channel, value in (constant or {}).items():
            weights[channel] = 0
            bias[channel] = (value - zero_point) * 64
        bias[list(dead)] = -(10**7)
        weights[..., list(unread)] = 0
        return self.writer.conv_2d(
            x,
            weights=weights,
            bias=bias,
            weight_scales=np.full(outputs, 2.0**-6),
            output=Quant(1.0, zero_point),
            padding=padding,
            activation=activation,
            name=name,
        )

    def depthwise(
        self, x: int, name: str, *, multiplier: int = 1, dead: Sequence[int] = ()
    ) -> int:
        """DEPTHWISE_CONV_2D, 3x3, SAME."""
        outputs = self.writer.shape(x)[3] * multiplier
        bias = self.random.integers(-500, 500, outputs).astype(np.int32)
        bias[list(dead)] = -(10**7)
        return self.writer.depthwise_conv_2d(
            x,
            weights=self.random.integers(-60, 61, (1, 3, 3, outputs)).astype(np.int8),
            bias=bias,
            weight_scales=np.full(outputs, 2.0**-6),
            output=Quant(1.0, ZERO_POINT),
            activation="RELU",
            name=name,
        )

    def dense(
        self,
        x: int,
        name: str,
        outputs: int = 4,
        *,
        scales: int = 1,
        dead: Sequence[int] = (),
    ) -> int:
        """FULLY_CONNECTED with one weight scale or one an output."""
        depth = int(np.prod(self.writer.shape(x)))
        bias = self.random.integers(-500, 500, outputs).astype(np.int32)
        bias[list(dead)] = -(10**7)
        return self.writer.fully_connected(
            x,
            weights=self.random.integers(-60, 61, (outputs, depth)).astype(np.int8),
            bias=bias,
            weight_scales=np.full(scales, 2.0**-6),
            output=Quant(1.0, ZERO_POINT if dead else 0),
            activation="RELU" if dead else "NONE",
            name=name,
        )

    def finish(self, *outputs: int) -> ModuleOp:
        """The imported graph."""
        self.writer.output(*outputs)
        return imported(self.writer.finish())


def channels_in(module: ModuleOp, name: str) -> int:
    """Channels that are left of a tensor."""
    op = next(op for op in tensor_ops(module) if name_of(op) == name)
    return shape_of(op.output())[-1]


# Where a constant channel goes


def test_into_the_bias_of_a_convolution() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100}, dead=[2])
    module = check(net.finish(net.conv(a, "b")))
    assert removed_from(module) == {"a": {1: -100, 2: -128}}
    first, second = (op for op in module.walk() if isinstance(op, Conv2DOp))
    assert shape_of(first.weights) == (2, 1, 1, 3)
    assert shape_of(first.result) == (1, 6, 6, 2)
    assert len(first.weight_scales) == 2
    assert shape_of(second.weights) == (4, 1, 1, 2)
    assert shape_of(second.bias) == (4,)


def test_across_padding_only_the_zero_point() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100, 2: -128}, dead=[3])
    module = check(net.finish(net.conv(a, "b", kernel=3)))
    assert removed_from(module) == {"a": {2: -128, 3: -128}}


def test_any_value_where_no_window_touches_padding() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100, 2: -128})
    module = check(net.finish(net.conv(a, "b", kernel=3, padding="VALID")))
    assert removed_from(module) == {"a": {1: -100, 2: -128}}


def test_across_an_explicit_pad_that_was_fused() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100, 2: -128})
    padded = net.writer.pad(a, [(0, 0), (1, 1), (1, 1), (0, 0)])
    module = check(net.finish(net.conv(padded, "b", kernel=3, padding="VALID")))
    assert removed_from(module) == {"a": {2: -128}}


def test_through_a_pad_that_stays() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100, 2: -128})
    padded = net.writer.pad(a, [(0, 0), (1, 1), (1, 1), (0, 0)], name="p")
    pooled = net.writer.average_pool_2d(padded, filter=(2, 2), name="m")
    module = check(net.finish(net.conv(pooled, "b")))
    assert removed_from(module) == {name: {2: -128} for name in "apm"}


def test_through_a_depthwise_convolution() -> None:
    net = Network()
    a = net.conv(net.x, "a", dead=[0, 2])
    d = net.depthwise(a, "d", dead=[0, 2])
    module = check(net.finish(net.conv(d, "b")))
    assert removed_from(module) == {name: {0: -128, 2: -128} for name in "ad"}
    depthwise = next(op for op in module.walk() if isinstance(op, DepthwiseConv2DOp))
    assert shape_of(depthwise.weights) == (1, 3, 3, 2)
    assert shape_of(depthwise.bias) == (2,)
    assert len(depthwise.weight_scales) == 2


def test_a_constant_input_makes_a_depthwise_channel_constant() -> None:
    net = Network()
    d = net.depthwise(net.conv(net.x, "a", dead=[1]), "d")
    removed = removed_from(check(net.finish(net.conv(d, "b"))))
    assert removed["a"] == {1: -128}
    assert list(removed["d"]) == [1]


def test_a_constant_next_to_padding_is_not_constant_behind_a_depthwise() -> None:
    net = Network()
    d = net.depthwise(net.conv(net.x, "a", constant={1: -100}), "d")
    assert removed_from(check(net.finish(net.conv(d, "b")))) == {}


def test_whole_groups_of_a_depthwise_with_a_multiplier() -> None:
    net = Network()
    a = net.conv(net.x, "a", 3)
    d = net.depthwise(a, "d", multiplier=2, dead=[0, 2, 3])
    removed = removed_from(check(net.finish(net.conv(d, "b"))))
    assert removed == {"a": {1: None}, "d": {2: -128, 3: -128}}


@pytest.mark.parametrize("kind", ["average_pool_2d", "max_pool_2d"])
def test_through_pools(kind: str) -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={0: -3}, dead=[3])
    pool = getattr(net.writer, kind)
    p = pool(a, filter=(3, 3), stride=(2, 2), padding="SAME", name="p")
    module = check(net.finish(net.conv(p, "b")))
    assert removed_from(module) == {name: {0: -3, 3: -128} for name in "ap"}


def test_through_a_sum_of_constants() -> None:
    net = Network()
    one = net.conv(net.x, "one", constant={0: 5, 1: 6, 2: 7})
    two = net.conv(net.x, "two", constant={1: 8, 2: 9, 3: 4})
    total = net.writer.add(one, two, output=Quant(2.0, 0), name="sum")
    removed = removed_from(check(net.finish(net.conv(total, "b"))))
    assert {name: list(found) for name, found in removed.items()} == {
        "one": [1, 2],
        "two": [1, 2],
        "sum": [1, 2],
    }


def test_not_through_a_sum_that_another_output_reads() -> None:
    net = Network()
    one = net.conv(net.x, "one", constant={1: 6})
    two = net.conv(net.x, "two", constant={1: 8})
    total = net.writer.add(one, two, output=Quant(2.0, 0), name="sum")
    assert removed_from(check(net.finish(net.conv(total, "b"), total))) == {}


def test_through_a_saturated_sum_of_what_varies() -> None:
    net = Network()
    one = net.conv(net.x, "one", constant={0: 127, 1: 0})
    two = net.conv(net.x, "two")
    total = net.writer.add(
        one, two, output=Quant(2.0**-4, -128), activation="RELU6", name="sum"
    )
    removed = removed_from(check(net.finish(net.conv(total, "b"))))
    assert removed["two"] == {0: None, 1: None}
    assert removed["sum"] == {0: -32, 1: -32}


@pytest.mark.parametrize("shape", [(1, 6, 6, 4), (1, 1, 1, 4), (4,)])
def test_the_constant_operand_of_a_sum_is_cut(shape: tuple[int, ...]) -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    values = net.random.integers(-128, 128, shape).astype(np.int8)
    values[..., 1] = 9
    constant = net.writer.constant(values, Quant(0.5, 1))
    total = net.writer.add(constant, a, output=Quant(2.0, 0), name="sum")
    module = check(net.finish(net.conv(total, "b")))
    assert list(removed_from(module)["sum"]) == [1]


def test_a_constant_operand_of_one_channel_stays() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    constant = net.writer.constant(np.full((1, 1, 1, 1), 5, np.int8), Quant(0.5, 1))
    total = net.writer.add(a, constant, output=Quant(2.0, 0), name="sum")
    module = check(net.finish(net.conv(total, "b")))
    assert list(removed_from(module)["sum"]) == [1]


def test_a_constant_operand_that_varies_over_the_pixels_keeps_the_channel() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    values = net.random.integers(-128, 128, (1, 6, 6, 4)).astype(np.int8)
    constant = net.writer.constant(values, Quant(0.5, 1))
    total = net.writer.add(a, constant, output=Quant(2.0, 0), name="sum")
    assert removed_from(check(net.finish(net.conv(total, "b")))) == {}


@pytest.mark.parametrize("builtin", ["SUB", "MINIMUM", "MAXIMUM", "PRELU"])
def test_through_functions_of_a_pair(builtin: str) -> None:
    """The constant operand is cut as well."""
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    values = net.random.integers(-128, 128, (1, 1, 1, 4)).astype(np.int8)
    constant = net.writer.constant(values, net.writer.quant(a))
    options = {"fused_activation_function": 0} if builtin == "SUB" else None
    y = net.writer.binary(builtin, a, constant, options=options, name="pair")
    module = check(net.finish(net.conv(y, "b")))
    removed = removed_from(module)
    assert list(removed) == ["a", "pair"]
    assert list(removed["pair"]) == [1]
    assert removed["pair"][1] is not None


def test_a_minimum_makes_channels_constant() -> None:
    net = Network()
    a = net.conv(net.x, "a")
    least = np.array([127, -128, 0, 0], np.int8)
    constant = net.writer.constant(least.reshape(1, 1, 1, 4), net.writer.quant(a))
    y = net.writer.binary("MINIMUM", a, constant, name="least")
    module = check(net.finish(net.conv(y, "b")))
    assert removed_from(module) == {"a": {1: None}, "least": {1: -128}}


def test_a_slice_of_channels_moves_with_those_before_it() -> None:
    net = Network()
    a = net.conv(net.x, "a", outputs=6, constant={0: -100, 3: 5})
    parts = views.split_v(net.writer, a, [2, 3, 1], 3)
    module = check(net.finish(net.conv(parts[0], "b"), net.conv(parts[1], "c")))
    # channel 5 is in a part that nobody reads
    assert removed_from(module) == {
        "a": {0: -100, 3: 5, 5: None},
        "split_0": {0: -100},
        "split_1": {1: 5},
    }


@pytest.mark.parametrize("bilinear", [True, False])
def test_through_a_resize(bilinear: bool) -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    y = views.resize(net.writer, a, (12, 12), bilinear=bilinear)
    removed = removed_from(check(net.finish(net.conv(y, "b"))))
    assert [*removed.values()] == [{1: -100}, {1: -100}]


@pytest.mark.parametrize(
    ("perm", "tied"), [((0, 2, 1, 3), True), ((0, 3, 1, 2), False)]
)
def test_through_a_transpose_that_keeps_channels(
    perm: tuple[int, ...], tied: bool
) -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    y = views.transpose(net.writer, a, perm)
    removed = removed_from(check(net.finish(net.conv(y, "b"))))
    assert len(removed) == (2 if tied else 0)


def test_a_factor_zero_removes_what_it_meets() -> None:
    net = Network()
    one = net.conv(net.x, "one", dead=[2])
    pooled = net.writer.mean(one, [1, 2], keep_dims=True, output=Quant(1.0, -128))
    two = net.conv(net.x, "two")
    product = net.writer.mul(two, pooled, output=Quant(64.0, -128), name="product")
    removed = removed_from(check(net.finish(net.conv(product, "b"))))
    assert removed["two"] == {2: None}
    assert removed["product"] == {2: -128}
    assert removed["one"] == {2: -128}


def test_through_a_mean_over_the_pixels_into_fully_connected() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100}, dead=[3])
    pooled = net.writer.mean(
        a, [1, 2], keep_dims=False, output=Quant(1.0, -128), name="m"
    )
    module = check(net.finish(net.dense(pooled, "b")))
    assert removed_from(module)["m"] == {1: -100, 3: -128}
    last = next(op for op in module.walk() if isinstance(op, FullyConnectedOp))
    assert shape_of(last.weights) == (4, 2)
    assert len(last.weight_scales) == 1


def test_not_through_a_mean_over_the_channels() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    m = net.writer.mean(a, [1, 3], keep_dims=True, output=Quant(1.0, -128))
    assert removed_from(check(net.finish(net.conv(m, "b")))) == {}


def test_through_a_reshape_to_a_vector() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    p = net.writer.average_pool_2d(a, filter=(6, 6), name="p")
    flat = net.writer.reshape(p, (1, 4), name="r")
    module = check(net.finish(net.dense(flat, "b", scales=4)))
    assert removed_from(module) == {name: {1: -100} for name in "apr"}


def test_through_a_flattening_of_pixels() -> None:
    net = Network((1, 2, 2, 3))
    a = net.conv(net.x, "a", constant={1: -100})
    flat = net.writer.reshape(a, (1, 16), name="r")
    removed = removed_from(check(net.finish(net.dense(flat, "b"))))
    assert removed == {"a": {1: -100}, "r": dict.fromkeys([1, 5, 9, 13], -100)}


def test_not_through_a_reshape_that_mixes_channels() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    mixed = net.writer.reshape(a, (1, 4, 12, 3))
    assert removed_from(check(net.finish(net.conv(mixed, "b")))) == {}


def test_into_and_out_of_fully_connected() -> None:
    net = Network((1, 8))
    a = net.dense(net.x, "a", 6, dead=[0, 4])
    module = check(net.finish(net.dense(a, "b")))
    assert removed_from(module) == {"a": {0: -128, 4: -128}}


# Where it stays


def test_in_an_output() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    assert removed_from(check(net.finish(a, net.conv(a, "b")))) == {}


def test_in_front_of_and_behind_softmax() -> None:
    net = Network((1, 8))
    a = net.dense(net.x, "a", 6, dead=[0])
    assert removed_from(check(net.finish(net.writer.softmax(a)))) == {}


@pytest.mark.parametrize("axis", [1, 3])
def test_in_a_concatenation(axis: int) -> None:
    net = Network()
    one = net.conv(net.x, "one", constant={1: -100})
    two = net.conv(net.x, "two", constant={1: -100})
    joined = net.writer.concatenation([one, two], axis=axis)
    assert removed_from(check(net.finish(net.conv(joined, "b")))) == {}


def test_in_front_of_a_pad_on_channels() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    padded = net.writer.pad(a, [(0, 0), (0, 0), (0, 0), (1, 2)])
    assert removed_from(check(net.finish(net.conv(padded, "b")))) == {}


def test_in_an_input_of_the_network() -> None:
    net = Network()
    assert removed_from(check(net.finish(net.conv(net.x, "a", unread=[1])))) == {}


def test_where_one_of_two_readers_needs_it() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100, 2: -128})
    readers = net.conv(a, "b", kernel=3), net.conv(a, "c")
    assert removed_from(check(net.finish(*readers))) == {"a": {2: -128}}


def test_where_the_bias_would_overflow() -> None:
    net = Network()
    a = net.conv(net.x, "a", constant={1: -100})
    top = np.full(2, 2**31 - 1, np.int32)
    b = net.writer.conv_2d(
        a,
        weights=np.array([[1, 5, 2, 3], [1, 0, 2, 3]], np.int8).reshape(2, 1, 1, 4),
        bias=top,
        weight_scales=[2.0**-30],
        output=Quant(1.0, 0),
        name="b",
    )
    assert removed_from(check(net.finish(b))) == {}


def test_in_split_tensors() -> None:
    net = Network()
    module = net.finish(net.conv(net.conv(net.x, "a", dead=[1]), "b"))
    SplitHeight(height=2).apply(Context(), module)
    before = str(module)
    assert str(fold(module)) == before


# Channels that vary but that nothing needs


def test_a_channel_with_zero_weights_in_its_readers() -> None:
    net = Network()
    a = net.conv(net.x, "a")
    module = check(net.finish(net.conv(a, "b", kernel=3, unread=[1])))
    assert removed_from(module) == {"a": {1: None}}
    assert "{1: ?}" in str(module)


def test_the_input_of_a_constant_depthwise_channel() -> None:
    net = Network()
    d = net.depthwise(net.conv(net.x, "a"), "d", dead=[1])
    removed = removed_from(check(net.finish(net.conv(d, "b"))))
    assert removed == {"a": {1: None}, "d": {1: -128}}


def test_a_channel_that_only_removed_channels_read() -> None:
    net = Network()
    a = net.conv(net.x, "a", 3, activation="NONE", zero_point=0)
    weights = np.zeros((2, 1, 1, 3), np.int8)
    weights[0, ..., :2], weights[1, ..., 1:] = 3, 5
    b = net.writer.conv_2d(
        a,
        weights=weights,
        bias=np.array([-(10**7), 4], np.int32),
        weight_scales=[2.0**-6],
        output=Quant(1.0, -128),
        activation="RELU",
        name="b",
    )
    removed = removed_from(check(net.finish(net.conv(b, "c"))))
    assert removed == {"a": {0: None}, "b": {0: -128}}


# What is never done


def test_one_channel_of_each_tensor_is_left() -> None:
    net = Network()
    a = net.conv(net.x, "a", dead=[0, 1, 2, 3])
    d = net.depthwise(a, "d", dead=[0, 1, 2, 3])
    module = check(net.finish(net.conv(d, "b", constant={0: 1, 1: 2, 2: 3, 3: 4})))
    assert [channels_in(module, name) for name in "adb"] == [1, 1, 4]


def test_scales_of_fully_connected_do_not_become_a_single_one() -> None:
    net = Network((1, 8))
    a = net.dense(net.x, "a", 5, scales=5, dead=[0, 1, 2, 4])
    module = check(net.finish(net.dense(a, "b")))
    assert channels_in(module, "a") == 2
    single = Network((1, 8))
    a = single.dense(single.x, "a", 5, scales=1, dead=[0, 1, 2, 4])
    assert channels_in(check(single.finish(single.dense(a, "b"))), "a") == 1


def test_shared_weights_are_not_changed() -> None:
    net = Network((1, 4, 4, 4))
    weights = net.random.integers(-60, 61, (4, 1, 1, 4)).astype(np.int8)
    a = net.x
    for name, bias in (("a", [-(10**7), 0, 0, 0]), ("b", [0, 0, 0, 0])):
        a = net.writer.conv_2d(
            a,
            weights=weights,
            bias=np.array(bias, np.int32),
            weight_scales=[2.0**-6],
            output=Quant(1.0, ZERO_POINT),
            activation="RELU",
            name=name,
        )
    module = net.finish(a)
    users = [op.weights for op in module.walk() if isinstance(op, Conv2DOp)]
    assert users[0] is users[1]
    assert removed_from(check(module)) == {"a": {0: -128}}


def test_layer_names_and_signature_stay() -> None:
    net = Network()
    a = net.conv(net.x, "a", dead=[1])
    module = net.finish(net.depthwise(net.conv(a, "b", dead=[2]), "c"))
    folded = check(module)
    assert [(op.layer, op.location) for op in tensor_ops(folded)] == [
        (op.layer, op.location) for op in tensor_ops(module)
    ]
    one, other = function_of(module), function_of(folded)
    assert one.function_type == other.function_type
    constants = [op for op in folded.walk() if isinstance(op, ConstantOp)]
    assert all(any(op.result.uses) for op in constants)


# The property


def test_a_later_removal_counts_in_the_original_channels() -> None:
    net = Network()
    a = net.conv(net.x, "a", 5, constant={1: -100}, dead=[3])
    module = fold(net.finish(net.conv(a, "b")))
    assert removed_from(module) == {"a": {1: -100, 3: -128}}
    second = next(op for op in module.walk() if name_of_conv(op) == "b")
    weights = second.operands[1].owner
    assert isinstance(weights, ConstantOp)
    values = weights.evaluate().copy()
    values[..., 1:] = 0
    weights.properties["value"] = dense(values)
    removed = {1: -100, 2: None, 3: -128, 4: None}
    assert removed_from(fold(module)) == {"a": removed}


def name_of_conv(op: Operation) -> str | None:
    return name_of(op) if isinstance(op, Conv2DOp) else None


def test_the_property_reads_back() -> None:
    net = Network()
    d = net.depthwise(net.conv(net.x, "a", dead=[3]), "d", dead=[1])
    module = fold(net.finish(net.conv(d, "b")))
    context = Context()
    for dialect in (Builtin, Func, TinyTS):
        context.load_dialect(dialect)
    parsed = Parser(context, str(module)).parse_module()
    parsed.verify()
    assert str(parsed) == str(module)
    found = [op.constant_channels for op in tensor_ops(parsed)]
    assert found == [op.constant_channels for op in tensor_ops(module)]
    assert found[0] is not None
    assert found[0].data[0] == (1, None)


# Random graphs with channels made constant, models


def make_channels_constant(module: ModuleOp, random: np.random.Generator) -> None:
    """Zeroes or saturates random output channels, zeroes random input channels."""
    for op in module.walk():
        if not isinstance(op, Conv2DOp | DepthwiseConv2DOp | FullyConnectedOp):
            continue
        weights, bias = (value.owner for value in (op.weights, op.bias))
        assert isinstance(weights, ConstantOp)
        assert isinstance(bias, ConstantOp)
        values, biases = weights.evaluate().copy(), bias.evaluate().copy()
        by_output = values if isinstance(op, DepthwiseConv2DOp) else values.T
        kinds = random.choice(3, biases.shape, p=[0.6, 0.2, 0.2])
        by_output[..., kinds == 1] = 0
        biases[kinds == 2] = random.choice([-(10**8), 10**8], (kinds == 2).sum())
        if not isinstance(op, DepthwiseConv2DOp):
            values[..., random.random(values.shape[-1]) < 0.1] = 0
        weights.properties["value"] = dense(values)
        bias.properties["value"] = dense(biases)


@pytest.mark.parametrize("seed", range(60))
def test_random_graphs(seed: int) -> None:
    module = imported(random_graph(seed))
    make_channels_constant(module, np.random.default_rng(seed))
    check(module)


def test_random_graphs_do_lose_channels() -> None:
    folded = 0
    for seed in range(20):
        module = imported(random_graph(seed))
        make_channels_constant(module, np.random.default_rng(seed))
        folded += bool(removed_from(fold(module)))
    assert folded > 8


def work(module: ModuleOp) -> tuple[int, int]:
    """Multiply-accumulates, and output channels of convolutions."""
    macs = channels = 0
    for op in module.walk():
        if not isinstance(op, Conv2DOp | DepthwiseConv2DOp | FullyConnectedOp):
            continue
        *pixels, outputs = shape_of(op.result)
        macs += int(np.prod(pixels)) * int(np.prod(shape_of(op.weights)))
        channels += outputs * (not isinstance(op, FullyConnectedOp))
    return macs, channels


def model(name: str) -> ModuleOp:
    path = MODELS / f"{name}.tflite"
    if not path.exists():
        pytest.skip(f"no {path.name}")
    module = import_tflite_path(path)
    FusePad().apply(Context(), module)
    return module


@pytest.mark.parametrize("name", ["ic_MLPerf", "kws_MLPerf"])
def test_models_without_constant_channels_stay_as_they_are(name: str) -> None:
    module = model(name)
    assert str(fold(module)) == str(module)


@pytest.mark.parametrize(
    ("name", "channels", "percent_of_macs"),
    [("vww_MLPerf", 1724, 50.2), ("0_MW5", 352, 5.6), ("1_MW10", 94, 2.5)],
)
def test_models_with_constant_channels(
    name: str, channels: int, percent_of_macs: float
) -> None:
    module = model(name)
    folded = check(module)
    (macs, total), (macs_left, left) = work(module), work(folded)
    assert total - left == channels
    assert round(100 * (1 - macs_left / macs), 1) == percent_of_macs


@pytest.mark.parametrize("name", ["vww_MLPerf", "0_MW5"])
def test_folded_models_against_the_oracle(name: str) -> None:
    """Every tensor of TFLite Micro lies in its intervals and is what is left of it."""
    module = model(name)
    folded = fold(module)
    path = MODELS / f"{name}.tflite"
    inputs = random_inputs(input_details(path), seed=3, count=5)
    oracle = run_oracle(path, inputs, "tflm", all_tensors=True).tensors
    found = channel_intervals(list(module.walk()))
    for op in tensor_ops(module):
        if op.layer is not None:
            interval = found[op.output()]
            rows = oracle[op.layer.value.data].reshape(-1, len(interval.low))
            assert (interval.low <= rows).all()
            assert (rows <= interval.high).all()
    for index, arrays in enumerate(zip(*inputs, strict=True)):
        shapes = (shape_of(value) for value in function_of(folded).body.block.args)
        reshaped = [a.reshape(s) for a, s in zip(arrays, shapes, strict=True)]
        values, _ = run(folded, reshaped)
        for op in tensor_ops(folded):
            if op.layer is not None:
                whole = oracle[op.layer.value.data][index]
                pixels = shape_of(op.output())[:-1]
                narrow = values[op.output()]
                assert_same_layer(whole.reshape(*pixels, -1), op, narrow)


def test_constant_channels_of_vww() -> None:
    """At least the 1650 of 2736 that a study of the model proved constant."""
    module = model("vww_MLPerf")
    found = channel_intervals(list(module.walk()))
    kinds = Conv2DOp | DepthwiseConv2DOp
    convolutions = [op for op in tensor_ops(module) if isinstance(op, kinds)]
    constant = [found[op.output()].is_constant() for op in convolutions]
    assert sum(len(channels) for channels in constant) == 2736
    assert sum(int(channels.sum()) for channels in constant) == 1715
