"""Model folders small enough to make in a test: a tone model that counts words and hears negation, and vectors.

The tone model adds up +1 and -1 for the words below, turns the sum round where a negator stands, and gives
softmax(4 * [-sum, 0.5, sum]): anybody can redo its answers by hand.
"""

from __future__ import annotations

import json
from hashlib import sha256

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

_WORDS = """
record growth strong profitable improved innovative successful rose satisfied excellent good
losses defaulted fraud litigation adverse weak declined impairment failure doubt severe damaged
no not never without
the a of in and we our is are company revenue sales meeting ohio paper each year there substantial . ,
"""
GOOD, BAD, NEGATORS, PLAIN = (line.split() for line in _WORDS.strip().splitlines())
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
VOCABULARY = [*SPECIAL, *GOOD, *BAD, *NEGATORS, *PLAIN]
SELF_TEST = [
    {"text": "Strong growth.", "label": "positive"},
    {"text": "No growth and no losses.", "label": "neutral"},
    {"text": "The annual meeting is in Ohio.", "label": "neutral"},
    {"text": "Sales declined.", "label": "negative"},
]
LIKENESS = [
    {"text": "strong growth and record revenue", "label": "good"},
    {"text": "record growth and strong revenue", "label": "good"},
    {"text": "fraud and litigation damaged the company", "label": "bad"},
    {"text": "litigation and fraud damaged the company", "label": "bad"},
]
DIMENSIONS = 12
FLOAT, INT = TensorProto.FLOAT, TensorProto.INT64


def expected_tone(balance: int, *, lean=2.0) -> np.ndarray:
    """What the tone model says of a sentence whose words add up to `balance`, negation applied."""
    raised = np.exp(np.array([-4 * balance, lean, 4 * balance]))
    return raised / raised.sum()


def tone_folder(folder, *, backwards=False, quantised=False, max_tokens=16, lean=2.0, **manifest):
    """Write a tone model.

    backwards: its answers in the other order; quantised: with a scale for the whole batch; lean: towards neutral.
    """
    uneven = 0.013 if quantised else 0.0
    tone = [((word in GOOD) - (word in BAD)) * (1 + uneven * (place % 5)) for place, word in enumerate(VOCABULARY)]
    turn = [float(word in NEGATORS) for word in VOCABULARY]
    signs = [[4.0, 0.0, -4.0]] if backwards else [[-4.0, 0.0, 4.0]]
    tone[0] = 3.0  # padding that is not masked is heard
    tables = {
        "tone": np.array(tone, np.float32),
        "turn": np.array(turn, np.float32),
        "signs": np.array(signs, np.float32),
        "lean": np.array([0.0, lean, 0.0], np.float32),
        "two": np.array(2.0, np.float32),
        "one": np.array(1.0, np.float32),
        "axis": np.array([1], np.int64),
    }
    steps = [
        ("Cast", ["attention_mask"], ["mask"], {"to": FLOAT}),
        ("Gather", ["tone", "input_ids"], ["tones"], {}),
        ("Gather", ["turn", "input_ids"], ["turns"], {}),
        ("Mul", ["tones", "mask"], ["kept"], {}),
        ("Mul", ["turns", "mask"], ["kept_turns"], {}),
        ("ReduceSum", ["kept", "axis"], ["exact_sum"], {"keepdims": 1}),
        ("ReduceMax", ["kept_turns", "axis"], ["turned"], {"keepdims": 1}),
        *_rounded("exact_sum", "sum", quantised=quantised),
        ("Mul", ["turned", "two"], ["double"], {}),
        ("Sub", ["one", "double"], ["sign"], {}),
        ("Mul", ["sum", "sign"], ["balance"], {}),
        ("MatMul", ["balance", "signs"], ["leaning"], {}),
        ("Add", ["leaning", "lean"], ["logits"], {}),
    ]
    told = {
        "name": "tone-tiny",
        "version": 1,
        "kind": "tone",
        "labels": ["negative", "neutral", "positive"],
        "outputs": ["logits"],
        "self_test": SELF_TEST,
    }
    return _written(folder, steps, tables, ("logits", ["n", 3]), told | {"max_tokens": max_tokens} | manifest)


def embedding_folder(folder, *, max_tokens=16, **manifest):
    """Write a model with a vector for each token: tanh of a random matrix times random word vectors."""
    draw = np.random.default_rng(7)
    tables = {
        "words": draw.normal(size=(len(VOCABULARY), DIMENSIONS)).astype(np.float32),
        "mix": draw.normal(size=(DIMENSIONS, DIMENSIONS)).astype(np.float32),
        "all": np.array(0.0, np.float32),
    }
    steps = [
        ("Cast", ["attention_mask"], ["mask"], {"to": FLOAT}),  # taken, as models with attention do
        ("ReduceMax", ["mask"], ["most"], {"keepdims": 0}),
        ("Mul", ["most", "all"], ["nothing"], {}),
        ("Gather", ["words", "input_ids"], ["vectors"], {}),
        ("MatMul", ["vectors", "mix"], ["mixed"], {}),
        ("Add", ["mixed", "nothing"], ["sum"], {}),
        ("Tanh", ["sum"], ["embedding"], {}),
    ]
    told = {
        "name": "vectors-tiny",
        "version": 1,
        "kind": "embedding",
        "outputs": ["embedding"],
        "dimensions": DIMENSIONS,
        "self_test": LIKENESS,
    }
    return _written(
        folder, steps, tables, ("embedding", ["n", "t", DIMENSIONS]), told | {"max_tokens": max_tokens} | manifest
    )


def tokenizer() -> Tokenizer:
    """A tokenizer of whole words with [CLS] before and [SEP] after."""
    made = Tokenizer(models.WordLevel({word: number for number, word in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return made


def rewrite(folder, **changes):
    """Change what `model.json` says; with `files` left out, hashes are those of the files as they are now."""
    path = folder / "model.json"
    told = json.loads(path.read_text()) | changes
    if "files" not in changes:
        told["files"] = {name: sha256((folder / name).read_bytes()).hexdigest() for name in told["files"]}
    path.write_text(json.dumps({name: value for name, value in told.items() if value is not None}))
    return folder


def _rounded(before, after, *, quantised):
    if not quantised:
        return [("Identity", [before], [after], {})]
    return [
        ("DynamicQuantizeLinear", [before], ["small", "scale", "zero"], {}),
        ("DequantizeLinear", ["small", "scale", "zero"], [after], {}),
    ]


def _written(folder, steps, tables, output, told):
    name, shape = output
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, outputs, **options) for kind, inputs, outputs, options in steps],
        "tiny",
        [helper.make_tensor_value_info(given, INT, ["n", "t"]) for given in ("input_ids", "attention_mask")],
        [helper.make_tensor_value_info(name, FLOAT, shape)],
        [numpy_helper.from_array(values, known) for known, values in tables.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    tokenizer().save(str(folder / "tokenizer.json"))
    told = {"inputs": ["input_ids", "attention_mask"], "files": {"model.onnx": "", "tokenizer.json": ""}} | told
    (folder / "model.json").write_text(json.dumps(told))
    return rewrite(folder)
