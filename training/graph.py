"""Writes networks as ONNX graphs, node by node from their weights: no tracing, the same file for the same weights.

Weights of linear layers can be kept in three ways:
- `float32`: as they are;
- `int8-weights`: a byte each, with a scale per output channel; they are turned back when the file is loaded, and
  computed with in float32: a quarter of the bytes at the same speed;
- `int8`: a byte each, with a scale per output channel and block of inputs; activations are rounded to bytes per token
  and block too, so products are of bytes. Unlike ONNX Runtime's dynamic quantisation, whose scale is of the whole
  batch, a sentence's result does not depend on its batch. Half the speed of float32 where the processor has no
  instructions for it (VNNI): measure before shipping it.
Tables of vectors of the two int8 kinds are bytes with a scale per row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

from edgewise.core.errors import InvalidInput
from training.options import FAR_BELOW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import onnx
    from numpy.typing import NDArray

    Array = NDArray[np.float32]
    State = Mapping[str, Array]

KEPT = ("float32", "int8-weights", "int8")
INPUTS = ("input_ids", "attention_mask")
_OPSET, _IR = 20, 10
_MICROSOFT = "com.microsoft"
_BLOCK = 32
_BYTE_PRODUCTS = 4  # the "accuracy level" of MatMulNBits at which activations are bytes
_LARGEST, _MIDDLE = 127, 128
_TO_THE_END = 2**31 - 1
_OFFSETS = {"bert": 0, "roberta": 2}  # the position of the first token


class Graph:
    """Nodes and weights of a network that is being written. Names are counted, not chosen."""

    def __init__(self, kept: str) -> None:
        if kept not in KEPT:
            raise InvalidInput(f"{kept!r} is no way to keep weights", advice=f"Choose one of {', '.join(KEPT)}.")
        self.kept = kept
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> Any:
        """Add a node; return the name of its output, or the names of several."""
        names = [f"{kind}_{len(self._nodes)}_{number}" for number in range(outputs)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def weight(self, values: NDArray[Any]) -> str:
        """Add weights; return their name."""
        name = f"weight_{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def numbers(self, *values: int) -> str:
        """Add whole numbers, as shapes and axes are; return their name."""
        return self.weight(np.array(values, dtype=np.int64))

    def number(self, value: float) -> str:
        """Add one number; return its name."""
        return self.weight(np.array(value, dtype=np.float32))

    def linear(self, states: str, weight: Array, bias: Array) -> str:
        """Add states times weight (outputs, inputs) plus bias, the weight kept as this graph keeps weights."""
        if self.kept == "int8":
            product = self._byte_product(states, weight)
        else:
            product = self.node("MatMul", states, self._matrix(weight))
        return self.node("Add", product, self.weight(bias))

    def rows(self, table: Array, ids: str, *, times: str = "") -> str:
        """Add a look-up of rows of a table, each `times` a number of its own if that is given."""
        if self.kept == "float32":
            rows = self.node("Gather", self.weight(table), ids)
            return self.node("Mul", rows, times) if times else rows
        small, scale = as_bytes(table)
        rows = self.node("Cast", self.node("Gather", self.weight(small), ids), to=TensorProto.FLOAT)
        scales = self.node("Gather", self.weight(scale), ids)
        return self.node("Mul", rows, self.node("Mul", scales, times) if times else scales)

    def model(self, output: str, name: str, shape: Sequence[str | int]) -> onnx.ModelProto:
        """Return the network, checked, with inputs `INPUTS` (sentences, tokens) and one named output."""
        self._nodes.append(helper.make_node("Identity", [output], [name]))
        ids = [helper.make_tensor_value_info(given, TensorProto.INT64, ["sentences", "tokens"]) for given in INPUTS]
        out = helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
        graph = helper.make_graph(self._nodes, "edgewise", ids, [out], self._weights)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR, producer_name="edgewise")
        checker.check_model(model)
        return model

    def _matrix(self, weight: Array) -> str:
        if self.kept == "float32":
            return self.weight(weight.T)
        small, scale = as_bytes(weight)
        return self.node("Mul", self.node("Cast", self.weight(small.T), to=TensorProto.FLOAT), self.weight(scale.T))

    def _byte_product(self, states: str, weight: Array) -> str:
        outputs, inputs = weight.shape
        blocks = -(-inputs // _BLOCK)
        filled = np.zeros((outputs, blocks * _BLOCK), dtype=np.float32)
        filled[:, :inputs] = weight
        small, scale = as_bytes(filled.reshape(outputs * blocks, _BLOCK))
        raised = (small.astype(np.int16) + _MIDDLE).astype(np.uint8).reshape(outputs, blocks, _BLOCK)
        return self.node(
            "MatMulNBits",
            states,
            self.weight(raised),
            self.weight(scale.reshape(outputs, blocks)),
            domain=_MICROSOFT,
            K=inputs,
            N=outputs,
            bits=8,
            block_size=_BLOCK,
            accuracy_level=_BYTE_PRODUCTS,
        )


def as_bytes(rows: Array) -> tuple[NDArray[np.int8], Array]:
    """Return rows as bytes and the scale (rows, 1) that turns them back: row is about bytes * scale."""
    scale = np.abs(rows).max(axis=1, keepdims=True) / _LARGEST
    scale[scale == 0] = 1
    return np.rint(rows / scale).astype(np.int8), scale.astype(np.float32)


def classifier_graph(state: State, architecture: Mapping[str, Any], *, kept: str) -> onnx.ModelProto:
    """Return a network of a checkpoint, with output `logits` (sentences, classes).

    state: weights by the names that the network gives them.
    Raises InvalidInput for an encoder of another family than BERT and RoBERTa.
    """
    graph = Graph(kept)
    if architecture["kind"] == "convolution":
        logits = _student(graph, state, architecture["widths"])
    else:
        states = encoder_states(graph, _under(state, "encoder."), architecture["config"])
        pooled = _pooled(graph, states, architecture["pooling"])
        logits = _exact_linear(graph, pooled, state["head.weight"], state["head.bias"])
    return graph.model(logits, "logits", ["sentences", architecture["classes"]])


def embedding_graph(state: State, config: Mapping[str, Any], *, kept: str) -> onnx.ModelProto:
    """Return an encoder with output `embedding` (sentences, dimensions): the mean of the tokens, of length 1."""
    graph = Graph(kept)
    mean = _pooled(graph, encoder_states(graph, state, config), "mean")
    length = graph.node("ReduceL2", mean, graph.numbers(1), keepdims=1)
    return graph.model(graph.node("Div", mean, length), "embedding", ["sentences", config["hidden_size"]])


def encoder_states(graph: Graph, state: State, config: Mapping[str, Any]) -> str:
    """Add an encoder of the BERT family; return the name of its last states (sentences, tokens, dimensions)."""
    if config["model_type"] not in _OFFSETS:
        raise InvalidInput(
            f"an encoder of the family {config['model_type']!r} cannot be exported",
            advice=f"Only {' and '.join(_OFFSETS)} can.",
        )
    states = _embedded(graph, _under(state, "embeddings."), config)
    mask = graph.node("Cast", INPUTS[1], to=TensorProto.INT32)
    for number in range(config["num_hidden_layers"]):
        states = _layer(graph, states, mask, _under(state, f"encoder.layer.{number}."), config)
    return states


def _embedded(graph: Graph, state: State, config: Mapping[str, Any]) -> str:
    offset = _OFFSETS[config["model_type"]]
    tokens = graph.node("Gather", graph.node("Shape", INPUTS[0]), graph.numbers(1))
    positions = graph.weight(state["position_embeddings.weight"][offset:] + state["token_type_embeddings.weight"][0])
    here = graph.node("Slice", positions, graph.numbers(0), tokens, graph.numbers(0))
    sums = graph.node("Add", graph.rows(state["word_embeddings.weight"], INPUTS[0]), here)
    return _normalised(graph, sums, _under(state, "LayerNorm."), config)


def _layer(graph: Graph, states: str, mask: str, state: State, config: Mapping[str, Any]) -> str:
    names = ("query", "key", "value")
    together = [
        np.concatenate([state[f"attention.self.{name}.{kind}"] for name in names]) for kind in ("weight", "bias")
    ]
    parts = graph.node("Split", graph.linear(states, *together), outputs=3, axis=2, num_outputs=3)
    heads = config["num_attention_heads"]
    seen = graph.node("MultiHeadAttention", *parts, "", mask, domain=_MICROSOFT, num_heads=heads)
    attended = _dense(graph, seen, state, "attention.output.dense")
    states = _normalised(
        graph, graph.node("Add", attended, states), _under(state, "attention.output.LayerNorm."), config
    )
    inner = graph.node("Gelu", _dense(graph, states, state, "intermediate.dense"))
    outer = _dense(graph, inner, state, "output.dense")
    return _normalised(graph, graph.node("Add", outer, states), _under(state, "output.LayerNorm."), config)


def _dense(graph: Graph, states: str, state: State, name: str) -> str:
    return graph.linear(states, state[f"{name}.weight"], state[f"{name}.bias"])


def _normalised(graph: Graph, states: str, state: State, config: Mapping[str, Any]) -> str:
    scale, bias = graph.weight(state["weight"]), graph.weight(state["bias"])
    return graph.node("LayerNormalization", states, scale, bias, axis=-1, epsilon=config["layer_norm_eps"])


def _pooled(graph: Graph, states: str, pooling: str) -> str:
    if pooling == "first":
        return graph.node("Gather", states, graph.weight(np.array(0, dtype=np.int64)), axis=1)
    shown = graph.node("Unsqueeze", graph.node("Cast", INPUTS[1], to=TensorProto.FLOAT), graph.numbers(2))
    return _mean(graph, graph.node("Mul", states, shown), shown, axis=1)


def _mean(graph: Graph, states: str, shown: str, *, axis: int) -> str:
    sums = [graph.node("ReduceSum", values, graph.numbers(axis), keepdims=0) for values in (states, shown)]
    return graph.node("Div", *sums)


def _student(graph: Graph, state: State, widths: Sequence[int]) -> str:
    """Add the student's network and its head; return the name of the logits.

    A small network spends its time on moving numbers, so they are moved little: the tokens of all sentences stand in
    one column with as many empty rows between sentences as a block looks around; only what a block looks at is made
    zero where it is empty; residuals are added by the products; and what blocks add everywhere alike is carried on to
    the next block and out of the last one.
    """
    gap = max(widths) // 2
    ids = graph.node("Pad", INPUTS[0], graph.numbers(0, 0, 0, gap))
    mask = graph.node("Cast", graph.node("Pad", INPUTS[1], graph.numbers(0, 0, 0, gap)), to=TensorProto.FLOAT)
    shown = graph.node("Reshape", mask, graph.numbers(-1, 1))
    states = graph.rows(state["vectors.weight"], graph.node("Reshape", ids, graph.numbers(-1)), times=shown)
    alike = np.zeros(state["vectors.weight"].shape[1], dtype=np.float32)
    for number, width in enumerate(widths):
        block = _under(state, f"blocks.{number}.")
        narrow = _product(graph, states, block["narrow.weight"], graph.weight(block["narrow.weight"] @ alike))
        around = _around(graph, graph.node("Mul", narrow, shown), width)
        mixed = graph.node("Gelu", _product(graph, around, block["mix.weight"], graph.weight(block["mix.bias"])))
        states = _product(graph, mixed, block["widen.weight"], states)
        alike = alike + block["widen.bias"]
    pooled = _greatest_and_mean(graph, states, mask, len(alike))
    bias = state["gathered.bias"] + state["gathered.weight"] @ np.concatenate([alike, alike])
    gathered = graph.node("Gelu", _exact_linear(graph, pooled, state["gathered.weight"], bias))
    # Nothing bends between the vector and the head: together they are one product.
    head = state["head.weight"] @ state["vector.weight"]
    return _exact_linear(graph, gathered, head, state["head.bias"] + state["head.weight"] @ state["vector.bias"])


def _around(graph: Graph, rows: str, width: int) -> str:
    """Add a look at neighbours: `width` rows side by side, the one in the middle at its place, zeros at both ends."""
    half = width // 2
    padded = graph.node("Pad", rows, graph.numbers(half, 0, half, 0))
    ends = [first + 1 - width or _TO_THE_END for first in range(width)]
    shifts = [
        graph.node("Slice", padded, graph.numbers(first), graph.numbers(end), graph.numbers(0))
        for first, end in enumerate(ends)
    ]
    return graph.node("Concat", *shifts, axis=1)


def _greatest_and_mean(graph: Graph, rows: str, mask: str, dimensions: int) -> str:
    """Add the greatest and the mean value of each column over the rows of a sentence (sentences, 2 x dimensions)."""
    shape = graph.node("Concat", graph.node("Shape", mask), graph.numbers(dimensions), axis=0)
    states = graph.node("Reshape", rows, shape)
    hidden = graph.node("Mul", graph.node("Sub", graph.number(1), mask), graph.number(FAR_BELOW))
    seen = graph.node("Add", states, graph.node("Unsqueeze", hidden, graph.numbers(2)))
    greatest = graph.node("ReduceMax", seen, graph.numbers(1), keepdims=0)
    sums = graph.node("MatMul", graph.node("Unsqueeze", mask, graph.numbers(1)), states)
    count = graph.node("ReduceSum", mask, graph.numbers(1), keepdims=1)
    mean = graph.node("Div", graph.node("Squeeze", sums, graph.numbers(1)), count)
    return graph.node("Concat", greatest, mean, axis=1)


def _product(graph: Graph, rows: str, weight: Array, more: str) -> str:
    """Add rows times weight (outputs, inputs) plus `more`, in float32: the student's are few numbers."""
    return graph.node("Gemm", rows, graph.weight(weight.T), more)


def _exact_linear(graph: Graph, states: str, weight: Array, bias: Array) -> str:
    """Add the head, which is small and decides: always in float32."""
    return graph.node("Gemm", states, graph.weight(weight), graph.weight(bias), transB=1)


def _under(state: State, beginning: str) -> dict[str, Array]:
    return {name.removeprefix(beginning): values for name, values in state.items() if name.startswith(beginning)}
